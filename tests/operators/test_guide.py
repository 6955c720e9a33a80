"""What the guides say of commands, numbers and checks is what the program has: nothing else, and nothing left out."""

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.contrib.sites.models import Site
from django.core.management import CommandError, get_commands, load_command_class
from django.utils import timezone

from enrollment.actions.metrics import KINDS, gauges
from enrollment.doctor.checks import CHECKS, DATABASE
from tests.operators_state.saved import said

ROOT = Path(settings.BASE_DIR)
GUIDES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
OPERATORS = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
# In a line of a block as it is typed, or between backticks in a sentence.
TYPED = re.compile(r"^(?:.*(?:/usr/local/bin/|python ))?(?:manage\.py|gatehouse) ([a-z_]+)(.*)$")
COMMANDS = get_commands()
DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
VARIABLE = r"\bGATEHOUSE_[A-Z_]*[A-Z]\b"
# Of `make run` alone; the other one begins the names that export_site makes up.
OTHER_VARIABLES = {"GATEHOUSE_DEMO", "GATEHOUSE_SECRET"}


def blocks(text: str) -> list[str]:
    return re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)


def lines(guide: Path) -> Iterator[str]:
    text = guide.read_text(encoding="utf-8")
    for block in blocks(text):
        yield from block.replace("\\\n", " ").splitlines()
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from (line.strip() for line in prose.splitlines() if line.startswith("    "))
    for span in re.findall(r"`([^`]+)`", prose):
        first, _blank, rest = " ".join(span.split()).partition(" ")
        yield f"manage.py {span}" if first in COMMANDS and rest.startswith("-") else span


def commands(guide: Path) -> Iterator[tuple[str, list[str]]]:
    """(name, arguments) of each that stands there, without what the shell does."""
    yield from filter(None, map(command_in, lines(guide)))


def command_in(line: str) -> tuple[str, list[str]] | None:
    found = TYPED.match(" ".join(line.split()))
    if found is None:
        return None
    plain = re.split(r" (?:#|>|\||;|&&)|;$", found[2])[0].replace(r"\%", "%")
    return found[1], shlex.split(re.sub(r"[\[\]]", "", plain).replace("$(date +%F)", str(date.today())))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_command_takes_the_options_that_are_written_there(guide: Path) -> None:
    for name, arguments in commands(guide):
        assert name in COMMANDS, f"{guide.name}: there is no command {name}"
        app = COMMANDS[name]
        command = load_command_class(app, name) if isinstance(app, str) else app
        if not arguments:
            continue  # named, not typed
        try:
            command.create_parser("manage.py", name).parse_args(arguments)
        except CommandError as error:
            pytest.fail(f"{guide.name}: {name} {' '.join(arguments)}: {error}")


def test_those_that_are_found_are_those_that_are_meant() -> None:
    found = [(name, arguments) for guide in GUIDES for name, arguments in commands(guide) if arguments]
    for name in ("backup", "restore", "import_people", "create_site", "apply_site", "invite", "doctor"):
        assert [arguments for each, arguments in found if each == name], name


@pytest.mark.django_db(transaction=True)
def test_the_lines_for_cron_run_as_they_stand_there(alpha: Site, tmp_path: Path) -> None:
    (block,) = [each for each in blocks(OPERATORS) if "* * * root" in each]
    entries = [line for line in block.splitlines() if line]
    typed = dict(filter(None, map(command_in, entries)))
    assert len(typed) == len(entries)
    for line in entries:
        assert re.match(r" ?\d+ [\d*]+ \* \* \* root /usr/local/bin/gatehouse ", line), line
    for name, arguments in typed.items():
        said(name, *(each.replace("/var/backups/gatehouse", str(tmp_path)) for each in arguments))
    assert set(typed) == {
        "expire_enrollments", "refresh_saml_metadata", "backup", "purge", "renew_certificates",
    }  # fmt: skip
    assert (tmp_path / str(date.today()) / "manifest.json").exists()


@pytest.mark.django_db
def test_every_metric_and_every_kind_of_end_is_explained() -> None:
    for gauge in gauges(now=timezone.now()):
        assert f"\n| `{gauge.name}` |" in OPERATORS, gauge.name
    for kind in KINDS.values():
        assert f"`{kind}`" in OPERATORS, kind


def test_every_check_of_the_doctor_is_explained() -> None:
    table = OPERATORS.partition("| check | what is looked at |")[2].partition("\n\n")[0]
    named = {
        name for row in table.splitlines() if row for name in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    assert named == {check.name for check in (DATABASE, *CHECKS)}


@pytest.mark.django_db
def test_the_alarms_ask_for_numbers_that_exist() -> None:
    (text,) = [each for each in blocks(OPERATORS) if each.startswith("groups:")]
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    known = {gauge.name for gauge in gauges(now=timezone.now())}
    asked = {name for rule in rules for name in re.findall(r"gatehouse_\w+", rule["expr"])}

    assert asked <= known, asked - known
    assert {"gatehouse_worker_heartbeat_timestamp_seconds", "gatehouse_deliveries_waiting"} <= asked
    assert all(rule["alert"] and rule["annotations"]["summary"] for rule in rules)


def named(pattern: str, folder: str) -> set[str]:
    files = (ROOT / folder).rglob("*.py")
    return {name for file in files for name in re.findall(pattern, file.read_text(encoding="utf-8"))}


def test_every_variable_of_the_environment_is_in_the_guide() -> None:
    variables = named(VARIABLE, "sites_config") | named(VARIABLE, "enrollment")

    assert variables - OTHER_VARIABLES - set(re.findall(VARIABLE, OPERATORS)) == set() and len(variables) > 15


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not path.startswith(("https:", "http:")):
            assert target.exists() and (not anchor or anchor in anchors(target)), link


def test_every_picture_is_shown_and_small() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    pictures = sorted((ROOT / "docs/pictures").iterdir())

    assert [each.name for each in pictures if f"pictures/{each.name})" not in text] == []
    assert [each.name for each in pictures if each.stat().st_size > 120_000] == []
