"""manage.py import_people: what spreadsheets write, all of it or nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command

from enrollment.models import Person
from tests import people

pytestmark = pytest.mark.django_db
GOOD = "user_name,full_name,email\nana,Ana Alvarez,ana@alpha.example\nmüller,Jörg Müller,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def _run(file: Path, content: bytes, *options: str) -> str:
    file.write_bytes(content)
    out = StringIO()
    call_command("import_people", str(file), "--site", "alpha.test", *options, stdout=out)
    return out.getvalue().strip()


def _names(site: Site) -> list[str]:
    return list(Person.objects.filter(site=site).order_by("pk").values_list("full_name", flat=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_a_spreadsheet_writes_is_read(
    alpha: Site, file: Path, encoding: str, delimiter: str
) -> None:
    text = GOOD.replace(",", delimiter).replace("\n", "\r\n")
    assert _run(file, text.encode(encoding)).splitlines()[0] == "2 added, 0 changed"
    assert _names(alpha) == ["Ana Alvarez", "Jörg Müller"]


def test_who_is_known_is_changed_and_nobody_is_removed(alpha: Site, beta: Site, file: Path) -> None:
    people.person(alpha, "ANA", "Before")
    people.person(alpha, "ben", "Ben Brook")
    people.person(beta, "ana", "Of Beta")
    assert _run(file, GOOD.encode()) == "1 added, 1 changed"
    assert _names(alpha) == ["Ana Alvarez", "Ben Brook", "Jörg Müller"] and _names(beta) == ["Of Beta"]


def test_a_dry_run_writes_nothing(alpha: Site, file: Path) -> None:
    assert _run(file, GOOD.encode(), "--dry-run") == "2 would be added, 0 would be changed"
    assert _names(alpha) == []


def test_columns_of_other_programs_are_left_out_and_named(alpha: Site, file: Path) -> None:
    told = _run(file, b"Username,Full name,Salary\nana,Ana Alvarez,3\n")
    assert told.splitlines() == ["1 added, 0 changed", "Ignored columns: Salary"]
    assert _names(alpha) == ["Ana Alvarez"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Row 1 must name columns, user_name. It has: nothing."),
        ("name\nana\n", "Row 1 must name columns, user_name. It has: name."),
        ("user_name,user_name\na,b\n", "Row 1 must name each column once"),
        ("user_name,email\nana,not an address\n", "Row 2: email: Enter a valid email"),
        ("user_name\nana\n\nAna\n", "Row 4: user_name: the same as in row 2"),
        ("user_name,full_name\n,Nobody\n", "Row 2: user_name: This field cannot be blank"),
        (f"user_name\n{'x' * 151}\n", "Row 2: user_name: Ensure this value has at most 150"),
        ('user_name\n"ana\n', "Row 2: unexpected end of data"),
    ],
)
def test_one_bad_row_stops_all_and_is_named(alpha: Site, file: Path, text: str, says: str) -> None:
    with pytest.raises(CommandError) as refused:
        _run(file, f"{text}".encode())
    assert says in str(refused.value)
    assert _names(alpha) == []


def test_every_bad_row_is_named_at_once(alpha: Site, file: Path) -> None:
    with pytest.raises(CommandError) as refused:
        _run(file, b"user_name,email\ngood,\na,x\nb,y\n")
    assert [line[:6] for line in str(refused.value).splitlines()] == ["Row 3:", "Row 4:"]
