"""Invitations from a file that somebody uploads: first what would happen, then the same for good, and the limits."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enrollment.actions.tables import MAX_BYTES
from enrollment.models import Delivery, Invitation
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.admin.world import logged_in
from tests.invitations.test_import import ANA, invite

pytestmark = pytest.mark.django_db
URL = "/admin/enrollment/invitation/import/"


def upload(client: Client, site: Site, content: str | bytes = "", **more: object) -> Any:
    data: dict[str, object] = {
        "site": site.pk,
        "bind": "nothing",
        "max_uses": 1,
        "login_required": "on",
    } | more
    if content:
        raw = content.encode() if isinstance(content, str) else content
        data["file"] = SimpleUploadedFile("people.csv", raw)
    return client.post(URL, data)


def kept(answer: Any) -> str:
    form = answer.context["form"]
    return str(form["kept"].value() or "")


def test_first_it_shows_then_it_makes(as_anna: Client, alpha: Site) -> None:
    shown = upload(as_anna, alpha, ANA)
    text = shown.content.decode()
    assert "Would be made" in text and "Ana Alvarez" in text and not Invitation.objects.exists()

    made = upload(as_anna, alpha, kept=kept(shown), really="Make them", send="on")

    assert made.status_code == 302
    row = Invitation.objects.get()
    assert row.created_by is not None and Delivery.objects.get().recipient == "ana@school.example"
    again = upload(as_anna, alpha, kept=kept(shown), really="Make them")
    assert "Choose the file." in again.content.decode() and Invitation.objects.count() == 1


def test_the_page_says_before_and_after_that_serial_numbers_bind_nothing(
    as_anna: Client, alpha: Site
) -> None:
    shown = upload(as_anna, alpha, ANA)
    assert "1 without effect: any device can use these invitations." in shown.content.decode()

    made = upload(as_anna, alpha, kept=kept(shown), really="Make them")
    assert "1 serial numbers are without effect" in as_anna.get(made["Location"]).content.decode()
    bound = upload(as_anna, alpha, ANA, bind="serial").content.decode()
    assert "without effect" not in bound


LACKING, TWICE = (
    ("2099-03-29", "02:30"),
    ("2099-10-25", "02:30"),
)  # in Berlin; in UTC every hour is there, once


@pytest.mark.parametrize(("day", "hour"), [LACKING, TWICE])
def test_an_hour_that_the_sites_clocks_leave_out_or_show_twice_is_refused(
    as_anna: Client, anna: User, alpha: Site, day: str, hour: str
) -> None:
    """The site that is chosen counts, not the one whose address the page has."""
    school = people.new_site("Berlin School", parent=alpha, ready=False)
    people.configure(school, time_zone="Europe/Berlin")
    times = {"not_before_0": day, "not_before_1": hour}

    refused = upload(as_anna, school, ANA, **times)
    taken = upload(as_anna, alpha, ANA, **times)

    assert "time zone Europe/Berlin; it may be ambiguous or it may not exist" in refused.content.decode()
    assert "Would be made" in taken.content.decode()


def test_the_hour_that_the_pages_own_clocks_leave_out_is_one_elsewhere(as_anna: Client, alpha: Site) -> None:
    school = people.new_site("Kolkata School", parent=alpha, ready=False)
    people.configure(alpha, time_zone="Europe/Berlin")
    people.configure(school, time_zone="Asia/Kolkata")
    day, hour = LACKING
    times = {"not_before_0": day, "not_before_1": hour}
    shown = upload(as_anna, school, ANA, **times)

    upload(as_anna, school, kept=kept(shown), really="Make them", **times)

    begins = Invitation.objects.get().not_before
    assert begins is not None and begins.isoformat() == "2099-03-28T21:00:00+00:00"


def test_ten_megabytes_are_refused_in_words_and_the_command_takes_them(
    as_anna: Client, alpha: Site, tmp_path: Path
) -> None:
    """Within what the page says of itself."""
    wide = "".join(f"p{row}@b.example,{str(row + 100_000) * 22}\n" for row in range(70_000))
    content = f"email,full_name\n{wide}"
    assert 10_000_000 < len(content) < MAX_BYTES
    page = as_anna.get(URL).content.decode()
    assert (
        "Here up to 10,000 rows and 4 MB; up to 100,000 rows and 12 MB by the operator: manage.py invite"
        in page
    )

    answer = upload(as_anna, alpha, content)

    assert answer.status_code == 413
    assert "4 MB at most" in answer.content.decode() and "manage.py" in answer.content.decode()
    assert invite(tmp_path, content, "--dry-run") == "70000 would be made, 0 would be skipped\n"


def test_a_file_as_large_as_the_page_says_is_read(as_anna: Client, alpha: Site) -> None:
    rows = "".join(f"p{row}@b.example,{'Ana':>400}\n" for row in range(9_900))
    content = "email,full_name\n" + rows
    assert len(content) > 4_000_000

    assert "Would be made" in upload(as_anna, alpha, content).content.decode()


def test_a_file_that_is_chosen_now_is_shown_before_it_counts(as_anna: Client, alpha: Site) -> None:
    upload(as_anna, alpha, ANA, really="Make them")

    assert not Invitation.objects.exists()


def test_what_one_uploaded_nobody_else_makes(as_anna: Client, anna: User, alpha: Site) -> None:
    shown = upload(as_anna, alpha, ANA)
    other = people.staff("otto", "Otto", (alpha, Privilege.MANAGE_INVITATIONS), is_staff=True)

    answer = upload(logged_in(other, alpha), alpha, kept=kept(shown), really="Make them")

    assert "Choose the file." in answer.content.decode() and not Invitation.objects.exists()


def test_the_problems_stand_on_the_page(as_anna: Client, alpha: Site) -> None:
    text = upload(as_anna, alpha, "email\nnobody\n<script>x</script>\n").content.decode()

    assert (
        "Row 2: email: Enter a valid email address." in text and "Row 3:" in text and "<script>x" not in text
    )


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_too_many_rows_for_a_page_are_sent_to_the_command(as_anna: Client, alpha: Site, end: str) -> None:
    content = f"email{end}" + "".join(f"p{row}@b.example{end}" for row in range(10_001))

    assert "manage.py invite --csv" in upload(as_anna, alpha, content).content.decode()


def test_another_sites_administrator_imports_nothing_here(as_anna: Client, alpha: Site, beta: Site) -> None:
    answer = upload(as_anna, beta, ANA)

    assert "Select a valid choice" in answer.content.decode() and not Invitation.objects.exists()


def test_who_only_looks_has_no_such_page(anna: User, as_anna: Client, alpha: Site) -> None:
    SitePrivilege.objects.filter(user=anna).delete()
    SitePrivilege.objects.create(user=anna, site=alpha, privilege=Privilege.VIEW_SITE)

    assert as_anna.get(URL).status_code == 403 and upload(as_anna, alpha, ANA).status_code == 403
    assert URL not in as_anna.get("/admin/enrollment/invitation/").content.decode()


def test_the_page_says_how_it_read_the_file(as_anna: Client, alpha: Site) -> None:
    content = "email;full_name;class\nana@school.example;Zoë;4b\n".encode("cp1252")
    shown = upload(as_anna, alpha, content)
    text = shown.content.decode()

    assert "Ignored columns" in text and "class" in text and "Windows-1252, as it is not UTF-8" in text
    made = upload(as_anna, alpha, kept=kept(shown), really="Make them")
    assert "Ignored columns: class." in as_anna.get(made.headers["Location"]).content.decode()
