"""What the commands that exchange texts have in common."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError

from enrollment.management.commands._site import add_site
from enrollment.wording.exchange import LARGEST_FILE, Difference
from sites_config.languages import CODES


def add_file_of_texts(parser: ArgumentParser) -> None:
    """``--site``, ``--language`` and the file."""
    add_site(parser)
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="FILE.xlf, FILE.xliff or FILE.csv; the ending says which it is.",
    )
    parser.add_argument(
        "--language",
        required=True,
        choices=sorted(CODES),
        metavar="CODE",
        help="Of the texts, such as de or pt-br.",
    )


def is_table(file: Path) -> bool:
    """CSV; everything else is XLIFF."""
    return file.suffix.lower() == ".csv"


def content_of(file: Path) -> bytes:
    """CommandError for what can't be read or is larger than any such file."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise CommandError(f"{file} is larger than {LARGEST_FILE // 1024 // 1024} MB.")
        return file.read_bytes()
    except OSError as error:
        raise CommandError(str(error)) from None


def told(changes: Iterable[Difference]) -> str:
    """What changes, as a diff of lines."""
    lines = (f"{each.key}\n- {_one_line(each.before)}\n+ {_one_line(each.after)}" for each in changes)
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return text.replace("\n", "\n  ")
