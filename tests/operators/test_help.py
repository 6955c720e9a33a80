"""What each command says of itself: an operator has nothing else to go by."""

import re
import shlex
from argparse import SUPPRESS
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import load_command_class
from django.core.management.base import CommandError, CommandParser

BASE = Path(settings.BASE_DIR)
COMMANDS = sorted(
    file.stem for file in (BASE / "enrollment/management/commands").glob("*.py") if file.stem[0] != "_"
)


def parser_of(name: str) -> CommandParser:
    return load_command_class("enrollment", name).create_parser("manage.py", name)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_and_what_each_argument_is(name: str) -> None:
    parser = parser_of(name)

    assert len(parser.description or "") > 80
    assert [action.dest for action in parser._actions if not action.help] == []
    usual = [action for action in parser._actions if action.default not in (None, False, "", [], SUPPRESS)]
    assert [action.dest for action in usual if str(action.default) not in str(action.help)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_needs_arguments_shows_an_example(name: str) -> None:
    parser = parser_of(name)
    if any(action.required for action in parser._actions):
        _program, named, *words = shlex.split(str(parser.epilog).removeprefix("Example: "))
        assert named == name and parser.parse_args(words)


@pytest.mark.parametrize(
    ("name", "words", "range_"),
    [
        ("create_authority", "--site x --name y --years 31", "from 1 to 30"),
        ("purge", "--events 0", "from 1 to 36500"),
        ("renew_certificates", "--days soon", "from 1 to 3650"),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_range(name: str, words: str, range_: str) -> None:
    with pytest.raises(CommandError, match=f"must be a whole number {range_}"):
        parser_of(name).parse_args(words.split())


def test_the_guide_for_operators_lists_every_command_and_no_other() -> None:
    guide = (BASE / "docs/operators.md").read_text(encoding="utf-8")
    table = guide.partition("## Commands")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert sorted(re.findall(r"`(\w+)", " ".join(rows))) == COMMANDS
