"""People from a file, by the command and by the page: what spreadsheets write, all of it or nothing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from enrollment.models import Person
from sites_config.models import LoggedChange, User
from tests import people

pytestmark = pytest.mark.django_db
URL = "/admin/enrollment/person/import/"
LIST = "/admin/enrollment/person/"
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


def test_a_column_that_the_file_lacks_stays_as_it_is(alpha: Site, file: Path) -> None:
    people.person(alpha, "ana", "Ana Alvarez", email="ana@alpha.example", room="12")
    people.person(alpha, "ben", "Ben Brook", email="ben@alpha.example")

    assert _run(file, b"user_name,room\nana,14\nben,\n") == "0 added, 1 changed"

    assert list(Person.objects.order_by("user_name").values_list("full_name", "email", "room")) == [
        ("Ana Alvarez", "ana@alpha.example", "14"),
        ("Ben Brook", "ben@alpha.example", ""),
    ]
    assert "changed: 1 (ana (room: 12 → 14))" in LoggedChange.objects.get().told


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
        ('user_name,room\nana,"1\n2"\n', "Row 3: a cell has a character that can't be printed"),
        ("user_name\n", "There is no row below"),
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


# --- the page ---------------------------------------------------------------------------------------------------------


def _upload(client: Client, site: Site, content: bytes = b"", **more: object) -> Any:
    data: dict[str, object] = {"site": site.pk} | more
    if content:
        data["file"] = SimpleUploadedFile("people.csv", content)
    return client.post(URL, data)


def test_first_it_shows_then_it_imports(as_anna: Client, anna: User, alpha: Site) -> None:
    people.person(alpha, "ana", "Before")
    people.person(alpha, "ben", "Ben Brook")
    assert URL in as_anna.get(LIST).content.decode()

    shown = _upload(as_anna, alpha, GOOD.replace("email", "salary").encode("cp1252"))

    text = shown.content.decode()
    assert "Would be added" in text and "Jörg Müller" in text and "salary" in text and "Windows-1252" in text
    assert _names(alpha) == ["Before", "Ben Brook"]
    done = _upload(as_anna, alpha, kept=shown.context["form"]["kept"].value(), really="Import them")
    assert "1 people added, 1 changed." in as_anna.get(done.headers["Location"]).content.decode()
    assert _names(alpha) == ["Ana Alvarez", "Ben Brook", "Jörg Müller"]
    told = LoggedChange.objects.get(subject="Import of people")
    assert told.user == anna and told.site == alpha and "added: 1 (müller)" in told.told


def test_r07_nobody_imports_into_another_site_and_who_only_looks_nowhere(
    as_anna: Client, as_vera: Client, alpha: Site, beta: Site
) -> None:
    assert "Select a valid choice" in _upload(as_anna, beta, GOOD.encode()).content.decode()
    assert as_vera.get(URL).status_code == 403 and _upload(as_vera, alpha, GOOD.encode()).status_code == 403
    assert URL not in as_vera.get(LIST).content.decode()
    assert not Person.objects.exists()
