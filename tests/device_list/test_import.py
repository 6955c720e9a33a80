"""A device list from a file: what spreadsheets write, all rows or none, and never a row of another site."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.actions.tables import MAX_BYTES
from enrollment.models import Device, Event, EventKind, ListedDevice
from sites_config.models import Privilege, User
from tests import people
from tests.admin.world import logged_in
from tests.device_list.arrivals import invited, is_let, put

pytestmark = pytest.mark.django_db
URL = "/admin/enrollment/listeddevice/import/"
LIST = "/admin/enrollment/listeddevice/"
HEADER = "serial_number,asset_tag,user_name,full_name,email,note\n"
GOOD = HEADER + "f2lx1234abcd,IT-1,ana,Ana Alvarez,ana@a.example,Cart 3\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "devices.csv"


def run(file: Path, content: str | bytes, *options: str) -> str:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    out = io.StringIO()
    call_command("import_devices", "--site", "alpha.test", "--csv", str(file), *options, stdout=out)
    return out.getvalue().strip()


def serials(site: Site) -> list[str]:
    return list(
        ListedDevice.objects.filter(site=site)
        .order_by("serial_number")
        .values_list("serial_number", flat=True)
    )


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";").replace("\n", "\r\n").encode("cp1252"),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("serial_number,asset_tag,user_name,full_name,email",
                     "Serial Number,Asset Tag,Username,Full Name,Email Address").encode(),
    ],
)  # fmt: skip
def test_as_people_write_it(alpha: Site, file: Path, content: bytes) -> None:
    assert run(file, content) == "1 added, 0 changed, 0 removed"

    row = ListedDevice.objects.get()
    assert (row.serial_number, row.asset_tag, row.owner_user_name) == ("F2LX1234ABCD", "IT-1", "ana")
    assert (row.owner_full_name, row.owner_email, row.note) == ("Ana Alvarez", "ana@a.example", "Cart 3")
    assert row.imported_at is not None and row.meant_for is None


def test_what_is_known_is_changed_and_columns_that_are_missing_stay(
    alpha: Site, beta: Site, file: Path
) -> None:
    put(alpha, asset_tag="OLD", note="Cart 1")
    put(alpha, "C02OTHER0001")
    put(beta, asset_tag="OF BETA")

    said = run(file, "serial_number,asset_tag\nF2LX1234ABCD,NEW\nC02OTHER0001,\nC02OTHER0002,3\n")

    assert said == "1 added, 1 changed, 0 removed"
    row = ListedDevice.objects.get(site=alpha, serial_number="F2LX1234ABCD")
    assert (row.asset_tag, row.note) == ("NEW", "Cart 1")
    assert ListedDevice.objects.get(site=beta).asset_tag == "OF BETA"
    assert run(file, file.read_bytes()) == "0 added, 0 changed, 0 removed"


def test_a_blank_cell_empties_and_a_short_row_too(alpha: Site, file: Path) -> None:
    put(alpha, asset_tag="OLD", note="Cart 1")

    run(file, "serial_number,asset_tag,note\nF2LX1234ABCD\n")

    row = ListedDevice.objects.get()
    assert (row.asset_tag, row.note) == ("", "")


def test_prune_takes_off_what_the_file_does_not_name_at_this_site_alone(
    alpha: Site, beta: Site, file: Path
) -> None:
    north = people.new_site("North", parent=alpha, ready=False)
    for site in (alpha, beta, north):
        put(site, "C02GONE00001")

    assert run(file, GOOD, "--prune", "--dry-run") == (
        "1 would be added, 0 would be changed, 1 would be removed"
    )
    assert serials(alpha) == ["C02GONE00001"] and not Event.objects.exists()
    assert run(file, GOOD, "--prune") == "1 added, 0 changed, 1 removed"

    assert serials(alpha) == ["F2LX1234ABCD"] and serials(beta) == serials(north) == ["C02GONE00001"]
    event = Event.objects.get(kind=EventKind.DEVICE_LIST_IMPORTED)
    assert event.data == {"added": 1, "changed": 0, "removed": 1}


def test_columns_of_other_programs_are_left_out_and_named(alpha: Site, file: Path) -> None:
    """As Apple School Manager and others write them; whoever misspelled one is told."""
    told = run(file, "Serial,Asset tg,Model,Color\nF2LX1234ABCD,IT-1,iPad,Grey\n")

    assert told.splitlines() == [
        "1 added, 0 changed, 0 removed",
        "Ignored columns: Asset tg (did you mean asset_tag?), Model, Color",
    ]
    assert ListedDevice.objects.get().asset_tag == ""


def test_thousands_of_columns_are_counted(alpha: Site, file: Path) -> None:
    names = ",".join(f"column {number}" for number in range(5000))
    told = run(file, f"serial_number,{names}\nF2LX1234ABCD\n")

    assert told.endswith("column 18, column 19, and 4980 more")


@pytest.mark.parametrize("called", ["North School", "north school", "north-school"])
def test_the_site_it_is_meant_for_is_one_of_the_lists(
    alpha: Site, beta: Site, file: Path, called: str
) -> None:
    north = people.new_site("North School", parent=alpha, ready=False)

    run(file, f"serial_number,site\nF2LX1234ABCD,{called}\n")

    assert ListedDevice.objects.get().meant_for == north


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Row 1 must name columns, serial_number. It has: nothing."),
        ("asset_tag,salary\nIT-1,3\n", "Row 1 must name columns, serial_number. It has: asset_tag, salary."),
        ("serial_number,serial_number\nF2LX1,F2LX2\n", "Row 1 must name each column once"),
        ("serial_number\n", "There is no row below"),
        ("serial_number,note\n,x\n", "Row 2: serial_number: This field cannot be blank."),
        ("serial_number\nF2L\n", "Row 2: serial_number: A serial number has 4 to 20 letters and digits."),
        ("serial_number\n1.23E+11\n", "Row 2: serial_number: A serial number has"),
        ("serial_number\n'=F2LX1\n", "Row 2: serial_number: A serial number has"),
        ("serial_number\nＦ２ＬＸ１\n", "Row 2: serial_number: A serial number has"),
        ("serial_number\nF2LX1\n\nf2lx1\n", "Row 4: serial_number: the same as in row 2."),
        ("serial_number,email\nF2LX1,ana\n", "Row 2: email: Enter a valid email address."),
        (f"serial_number,asset_tag\nF2LX1,{'x' * 61}\n", "Row 2: asset_tag: Ensure this value has at most 60"),
        ("serial_number,site\nF2LX1,Beta College\n", "Row 2: site: no site of the list's is called Beta College."),
        ("serial_number,site\nF2LX1,Twin\n", "Row 2: site: more than one site is called Twin."),
        ('serial_number,note\nF2LX1,"a\nb"\n', "Row 3: a cell has a character that can't be printed."),
        ("serial_number\nF2LX1,x\n", "Row 2: it has more cells than row 1."),
        ('serial_number\n"F2LX1\n', "Row 2: unexpected end of data."),
        (b"PK\x03\x04 and so on", "This is an Excel workbook"),
        (b"serial_number,note\nF2LX1,\x81\x8d\n", "encoding is not UTF-8, UTF-16 or Windows-1252"),
        (b"x" * (MAX_BYTES + 1), "larger than 12 MB"),
        ("serial_number\n" + "F2LX1\n" * 100_001, "There are more than 100000 rows."),
    ],
)  # fmt: skip
def test_one_bad_row_stops_all_and_is_named(
    alpha: Site, beta: Site, file: Path, content: str | bytes, words: str
) -> None:
    for number in range(2):
        site = people.new_site(f"School {number}", parent=alpha, ready=False)
        Site.objects.filter(pk=site.pk).update(name="Twin")
    with pytest.raises(CommandError) as refused:
        run(file, content)

    assert words in str(refused.value)
    assert not ListedDevice.objects.exists()


def test_an_imported_list_counts_at_once(alpha: Site, file: Path, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    people.configure(alpha, only_listed_devices=True)
    assert not is_let(invited(alpha))
    people.configure(alpha, only_listed_devices=False)
    assert is_let(invited(alpha))  # from now on this process knows that there is no list

    run(file, GOOD)

    assert is_let(invited(alpha), udid="00008101-000A1B2C3D4E0009")
    assert Device.objects.get(udid="00008101-000A1B2C3D4E0009").assigned_user_name == "ana"


# --- the page ---------------------------------------------------------------------------------------------------------


def upload(client: Client, site: Site, content: str = "", **more: object) -> Any:
    data: dict[str, object] = {"site": site.pk} | more
    if content:
        data["file"] = SimpleUploadedFile("devices.csv", content.encode())
    return client.post(URL, data)


def kept(answer: Any) -> str:
    return str(answer.context["form"]["kept"].value() or "")


def test_first_it_shows_then_it_imports(as_anna: Client, anna: User, alpha: Site) -> None:
    put(alpha, "C02GONE00001")
    assert URL in as_anna.get(LIST).content.decode()

    shown = upload(as_anna, alpha, GOOD, prune="on")
    text = shown.content.decode()
    assert "Would be added" in text and "IT-1, Ana Alvarez" in text and serials(alpha) == ["C02GONE00001"]
    done = upload(as_anna, alpha, kept=kept(shown), prune="on", really="Import them")

    assert done.status_code == 302 and serials(alpha) == ["F2LX1234ABCD"]
    assert Event.objects.get(kind=EventKind.DEVICE_LIST_IMPORTED).actor == anna


def test_a_file_kept_for_one_page_or_person_is_none_for_another(as_anna: Client, alpha: Site) -> None:
    token = kept(upload(as_anna, alpha, GOOD))
    other = people.staff("otto", "Otto", (alpha, Privilege.ADMINISTER_SITE), is_staff=True)

    answer = upload(logged_in(other, alpha), alpha, kept=token, really="1")

    assert "Choose the file." in answer.content.decode() and not ListedDevice.objects.exists()
    elsewhere = as_anna.post(
        "/admin/enrollment/invitation/import/",
        {"site": alpha.pk, "bind": "nothing", "kept": token, "really": "1"},
    )
    assert "Choose the file." in elsewhere.content.decode()


def test_too_many_rows_for_a_page_are_sent_to_the_command(as_anna: Client, alpha: Site) -> None:
    content = "serial_number\n" + "".join(f"F2LX{row:06}\n" for row in range(10_001))

    assert "manage.py import_devices" in upload(as_anna, alpha, content).content.decode()


def test_r07_nobody_imports_into_another_site_and_who_only_looks_nowhere(
    as_anna: Client, as_vera: Client, alpha: Site, beta: Site
) -> None:
    assert "Select a valid choice" in upload(as_anna, beta, GOOD).content.decode()
    assert as_vera.get(URL).status_code == 403 and upload(as_vera, alpha, GOOD).status_code == 403
    assert URL not in as_vera.get(LIST).content.decode()
    assert not ListedDevice.objects.exists()


def test_what_is_exported_can_be_imported_and_no_spreadsheet_runs_it(
    as_vera: Client, alpha: Site, file: Path
) -> None:
    north = people.new_site("North", parent=alpha, ready=False)
    evil = "=cmd|' /C calc'!A0"
    row = put(alpha, asset_tag=evil, owner_full_name="@Ana", note="-1", meant_for=north)

    answer = as_vera.post(LIST, {"action": "export_selected", "_selected_action": row.pk})

    (cells,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (cells["asset_tag"], cells["full_name"], cells["site"]) == (f"'{evil}", "'@Ana", "North")
    before = ListedDevice.objects.values().get()
    assert run(file, answer.content) == "0 added, 0 changed, 0 removed"
    assert ListedDevice.objects.values().get() | {"imported_at": None} == before
