"""Invitations from a file: whatever a spreadsheet writes, all rows or none."""

import csv
import io
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.utils import timezone

from enrollment.actions.invitation_file import Bind, Imported, Terms, import_invitations
from enrollment.actions.invitations import revoke
from enrollment.actions.pins import pin_of
from enrollment.actions.tables import MAX_BYTES, BadFile
from enrollment.models import Delivery, Event, EventKind, Invitation
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
HEADER = "email,full_name,user_name,serial_number\n"
ANA = HEADER + "ana@school.example,Ana Alvarez,ana,F2LX1\n"


def imported(site: Site, content: bytes | str, **terms: Any) -> Imported:
    data = content.encode() if isinstance(content, str) else content
    return import_invitations(
        data, site=site, terms=replace(Terms(), **terms), created_by=None, now=timezone.now(), dry_run=False
    )


def problems(site: Site, content: bytes | str, **terms: Any) -> str:
    with pytest.raises(BadFile) as refused:
        imported(site, content, **terms)
    assert not Invitation.objects.exists()
    return str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        ANA.encode(),
        ANA.encode("utf-8-sig"),
        ANA.encode("utf-16"),
        ANA.replace(",", ";").encode("cp1252"),
        ANA.replace(",", "\t").replace("\n", "\r\n").encode(),
        b"E-Mail;Full name;Username;Serial Number\r\nana@school.example;Ana Alvarez;ana;F2LX1\r\n\r\n;;;\r\n",
    ],
)
def test_as_people_write_them(alpha: Site, content: bytes) -> None:
    imported(alpha, content)

    row = Invitation.objects.get()
    assert (row.email, row.assigned_full_name, row.assigned_user_name) == (
        "ana@school.example",
        "Ana Alvarez",
        "ana",
    )
    assert (row.name, row.max_uses, row.login_required) == ("Ana Alvarez", 1, True)
    assert Event.objects.filter(kind=EventKind.INVITATION_CREATED, invitation=row).count() == 1


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1252", "Zoë Größwang"), ("utf-8", "名前 太郎"), ("utf-16", "علي")]
)
def test_names_survive(alpha: Site, encoding: str, name: str) -> None:
    imported(alpha, f"email;full_name\nana@school.example;{name}\n".encode(encoding))

    assert Invitation.objects.get().assigned_full_name == name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Row 1 must name columns"),
        ("email,email\na@b.example,c@d.example\n", "Row 1 must name each column once"),
        ("class,salary\n4b,3\n", "Row 1 must name columns, at least one of: email, full_name"),
        ("ana@school.example,Ana\nbo@school.example,Bo\n", "It has: ana@school.example, Ana."),
        ("email\n", "There is no row below"),
        ("email\nana@school\n", "Row 2: email: Enter a valid email address."),
        ("email\nana@school.example\nANA@school.example\n", "Row 3: the same as in row 2."),
        ("email,full_name\na@b.example,x,y\n", "Row 2: it has more cells than row 1."),
        ("email,pin\na@b.example,12\n", "Row 2: pin: it must be 4 to 8 digits."),
        ("email,language\na@b.example,klingon\n", "Row 2: language: klingon is none of this installation."),
        ("email,phone\na@b.example,call me\n", "Row 2: phone:"),
        ("phone\n+1 555 0100\n", "Row 2: it names nobody and nothing."),
        (f"email,full_name\na@b.example,{'x' * 151}\n", "Row 2: full_name:"),
        ('email,full_name\na@b.example,"open\n', "Row 2: unexpected end of data."),
        ('email,full_name\na@b.example,"x\r\nBcc: y"\n', "a character that can't be printed"),
        ("email,full_name\na@b.example,x\0y\n", "a character that can't be printed"),
        (b"PK\x03\x04 and so on", "This is an Excel workbook"),
        (b"email\n\x81\x8d\x8f@b.example\n", "encoding is not UTF-8, UTF-16 or Windows-1252"),
        (b"x" * (MAX_BYTES + 1), "larger than 12 MB"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_row(alpha: Site, content: bytes | str, words: str) -> None:
    assert words in problems(alpha, content)


def test_columns_of_other_programs_are_left_out_and_named(alpha: Site) -> None:
    done = imported(
        alpha,
        "Class;E-mail;User name;Fullname;Serial;Mobile;Room;Langage;\n"
        '4b;ana@school.example;ana;Ana Alvarez;F2LX1;+1 555 0100;12\n;bo@school.example;bo;Bo;;;"a\nb";de;\n',
        bind=Bind.NOTHING,
    )

    row = Invitation.objects.get(email="ana@school.example")
    assert (row.assigned_user_name, row.assigned_full_name, row.phone) == (
        "ana",
        "Ana Alvarez",
        "+1 555 0100",
    )
    assert done.notes == [("Ignored columns", "Class, Room, Langage (did you mean language?)")]


def test_a_columns_own_name_goes_before_what_it_is_also_called(alpha: Site) -> None:
    done = imported(alpha, "mail,email,display name\nold@school.example,ana@school.example,Ana\n")

    row = Invitation.objects.get()
    assert (row.email, row.assigned_full_name) == ("ana@school.example", "Ana")
    assert done.notes == [("Ignored columns", "mail")]


@pytest.mark.parametrize(
    ("encoding", "noted"), [("utf-8", False), ("utf-16", False), ("cp1252", True), ("mac_roman", True)]
)
def test_a_guessed_encoding_is_said(alpha: Site, encoding: str, noted: bool) -> None:
    done = imported(alpha, "email,full_name\nana@school.example,Ana Größwang\n".encode(encoding))

    assert bool(done.notes) == noted
    assert not noted or done.notes[0] == (
        "Read as",
        "Windows-1252, as it is not UTF-8: see whether names look right",
    )


def test_all_that_is_wrong_is_said_at_once_but_not_for_ever(alpha: Site) -> None:
    said = problems(alpha, "email\n" + "".join(f"nobody{row}\n" for row in range(200))).splitlines()

    assert said[0].startswith("Row 2:") and said[49].startswith("Row 51:") and said[-1] == "… and 150 more."


@pytest.mark.parametrize(
    ("bind", "column"), [(Bind.PERSON, "user_name"), (Bind.EMAIL, "email"), (Bind.SERIAL, "serial_number")]
)
def test_bound_to_what_the_row_has_to_have(alpha: Site, bind: Bind, column: str) -> None:
    lacking = HEADER + ",".join("" if each == column else "a@b.example" for each in HEADER.strip().split(","))
    assert f"Row 2: {column}: it is missing" in problems(alpha, lacking, bind=bind)

    imported(alpha, ANA, bind=bind)

    row = Invitation.objects.get()
    assert (row.only_user_name, row.only_email, row.only_serial_number) == {
        Bind.PERSON: ("ana", "", ""),
        Bind.EMAIL: ("", "ana@school.example", ""),
        Bind.SERIAL: ("", "", "F2LX1"),
    }[bind]


def test_nobody_is_bound_to_a_person_without_a_login(alpha: Site) -> None:
    assert "can't be bound" in problems(alpha, ANA, bind=Bind.EMAIL, login_required=False)


def test_whoever_has_an_open_one_is_skipped(alpha: Site) -> None:
    imported(alpha, ANA)
    more = ANA + "bo@school.example,Bo,bo,F2LX2\n"

    again = imported(alpha, more)

    assert (len(again.rows), again.skipped) == (1, 1) and Invitation.objects.count() == 2
    revoke(Invitation.objects.get(email="ana@school.example"), actor=None, now=timezone.now())
    assert (len(imported(alpha, more).rows), Invitation.objects.count()) == (1, 3)


@pytest.mark.parametrize(("bind", "idle"), [(Bind.NOTHING, 1), (Bind.PERSON, 1), (Bind.SERIAL, 0)])
def test_a_serial_number_that_binds_nothing_is_counted(alpha: Site, bind: Bind, idle: int) -> None:
    done = imported(alpha, ANA + ("bo@school.example,Bo,bo,\n" if bind != Bind.SERIAL else ""), bind=bind)

    assert done.idle_serials == idle
    assert Invitation.objects.exclude(only_serial_number="").count() == 1 - idle


def test_each_gets_a_pin_and_its_own_where_the_file_has_one(alpha: Site) -> None:
    imported(alpha, "email,pin\na@b.example,0042\nc@d.example,\n", with_pin=True)

    first, second = Invitation.objects.order_by("pk")
    assert pin_of(first) == "0042" and len(pin_of(second)) == 6


# --- the command ------------------------------------------------------------------------------------------------------


def invite(tmp_path: Path, content: str, *arguments: str) -> str:
    file, out = tmp_path / "people.csv", io.StringIO()
    file.write_text(content)
    call_command("invite", "--site", "alpha.test", "--csv", str(file), *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_how_it_read_the_file(alpha: Site, tmp_path: Path) -> None:
    file, out = tmp_path / "people.csv", io.StringIO()
    file.write_bytes("email;full_name;class\nana@school.example;Zoë;4b\n".encode("cp1252"))

    call_command("invite", "--site", "alpha.test", "--csv", str(file), "--dry-run", stdout=out)

    assert out.getvalue().splitlines()[1:] == [
        "Ignored columns: class",
        "Read as: Windows-1252, as it is not UTF-8: see whether names look right",
    ]


def test_a_dry_run_writes_nothing(alpha: Site, tmp_path: Path) -> None:
    said = invite(tmp_path, ANA, "--dry-run", "--send", "--bind", "serial")
    assert said == "1 would be made, 0 would be skipped\n"
    assert not Invitation.objects.exists() and not Delivery.objects.exists()


def test_the_command_says_which_serial_numbers_bind_nothing(alpha: Site, tmp_path: Path) -> None:
    assert "1 serial numbers would be without effect" in invite(tmp_path, ANA, "--dry-run")
    assert "1 serial numbers without effect: any device can use" in invite(tmp_path, ANA)


def test_the_command_makes_and_sends(alpha: Site, tmp_path: Path) -> None:
    said = invite(
        tmp_path,
        ANA.replace("F2LX1", ""),
        "--send",
        "--days",
        "30",
        "--uses",
        "2",
        "--agreement",
        "--invited-by",
        "Mr. Ames",
    )

    row = Invitation.objects.get()
    assert said == "1 made, 0 skipped\n1 queued to be sent\n"
    assert (row.max_uses, row.ask_for_agreement, row.invited_by) == (2, True, "Mr. Ames")
    assert row.expires_at is not None and timedelta(days=29) < row.expires_at - timezone.now() < timedelta(
        days=31
    )
    assert Delivery.objects.get().recipient == "ana@school.example"


def test_they_may_begin_later(alpha: Site, tmp_path: Path) -> None:
    people.configure(alpha, time_zone="America/New_York")

    invite(tmp_path, ANA, "--not-before", "2099-08-30T08:00", "--days", "10")

    row = Invitation.objects.get()
    assert row.not_before == datetime(2099, 8, 30, 12, tzinfo=UTC)
    assert row.expires_at == datetime(2099, 9, 9, 12, tzinfo=UTC)


def test_the_links_go_into_a_file_for_one_reader_and_no_spreadsheet_runs_them(
    alpha: Site, tmp_path: Path
) -> None:
    links = tmp_path / "links.csv"
    evil = "email,full_name\na@b.example,\"=cmd|' /C calc'!A0\"\n"
    invite(tmp_path, evil, "--links", str(links), "--no-login", "--pin")

    assert stat.S_IMODE(links.stat().st_mode) == 0o600
    (row,) = csv.DictReader(io.StringIO(links.read_text("utf-8-sig")))
    assert row["full_name"].startswith("'=cmd") and len(row["pin"]) == 6
    assert Visitor().get(row["link"].removeprefix("https://alpha.test")).status_code == 200
    assert Event.objects.filter(kind=EventKind.INVITATION_PRINTED).count() == 1
    for path in (links, tmp_path / "nowhere" / "links.csv"):
        with pytest.raises(CommandError, match="Nothing was made"):
            invite(tmp_path, evil.replace("a@b", "c@d"), "--links", str(path))
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [("email\nx\n", (), "Row 2: email"), (ANA, ("--days", "-1"), "can't be below 0"),
     (ANA, ("--days", "9999999"), "At most 36500 days"), (ANA, ("--uses", "9999999999"), "At most 36500 days"),
     (ANA, ("--bind", "email", "--no-login"), "can't be bound"), (ANA, ("--not-before", "soon"), "no date and time"),
     (ANA, ("--not-before", "9999-12-31"), "no date and time")],
)  # fmt: skip
def test_the_command_says_what_is_wrong(
    alpha: Site, tmp_path: Path, content: str, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        invite(tmp_path, content, *arguments)
    assert not Invitation.objects.exists()
