"""Changes of many devices at once: a page that says how many and which, one press, an event for each device."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.admin import bulk
from enrollment.models import Device, Enrollment, Event, EventKind, Status
from enrollment.models.assignment import COLUMNS
from sites_config.models import Privilege, SiteConfiguration, User
from tests import people
from tests.admin.world import SECRETS, World, logged_in

URL = "/admin/enrollment/device/"
ENROLLMENTS = "/admin/enrollment/enrollment/"


@pytest.fixture
def school(alpha: Site) -> Site:
    return people.new_site("North School", parent=alpha, ready=False)


@pytest.fixture
def devices(alpha: Site, school: Site) -> list[Device]:
    """Two of the district, one of a school of it; Ana has the first, in room 12."""
    return [
        device(alpha, "F1", assigned_user_name="ana", assigned_room="12"),
        device(alpha, "F2"),
        device(school, "F3"),
    ]


def device(site: Site, serial: str, **columns: Any) -> Device:
    now = timezone.now()
    return Device.objects.create(
        site=site, udid=f"U-{serial}", serial_number=serial, first_seen_at=now, last_seen_at=now, **columns
    )


def ask(client: Client, action: str, rows: list[Any], url: str = URL, **typed: Any) -> Any:
    """The action's page."""
    return client.post(url, {"action": action, "_selected_action": [row.pk for row in rows], **typed})


def confirm(client: Client, action: str, rows: list[Any], url: str = URL, **typed: Any) -> Any:
    """Presses the button of that page."""
    page = ask(client, action, rows, url)
    assert page.status_code == 200, page.status_code
    return ask(client, action, rows, url, confirmed=page.context["seal"], **typed)


def told(kind: EventKind) -> list[dict[str, Any]]:
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))


def test_a_page_says_how_many_and_which_and_changes_nothing(as_anna: Client, devices: list[Device]) -> None:
    page = ask(as_anna, "take_users_away", devices).content.decode()

    assert "3 devices" in page and all(f"<li>{row.serial_number}</li>" in page for row in devices)
    devices[0].refresh_from_db()
    assert devices[0].assigned_user_name == "ana" and not Event.objects.filter(device__isnull=False).exists()
    by_get = as_anna.get(f"{URL}?action=take_users_away&_selected_action={devices[0].pk}&confirmed=yes")
    assert by_get.status_code == 400


def test_user_and_location_go_at_the_end_of_the_year(
    as_anna: Client, anna: User, devices: list[Device]
) -> None:
    answer = confirm(as_anna, "take_users_away", devices)

    assert answer.status_code == 302
    devices[0].refresh_from_db()
    assert all(getattr(devices[0], column) == "" for column in COLUMNS)
    changed = {"assigned_user_name": ["ana", ""], "assigned_room": ["12", ""]}
    assert told(EventKind.USER_CHANGED) == [{"changed": changed}]  # nothing is told of those that had none
    assert Event.objects.get(kind=EventKind.USER_CHANGED).actor == anna
    timeline = as_anna.get(f"{URL}{devices[0].pk}/change/").content.decode()
    assert "user name: ana → nothing; room: 12 → nothing" in timeline


def test_a_person_gets_devices(as_anna: Client, alpha: Site, devices: list[Device]) -> None:
    people.person(alpha, "ben", "Ben Berg", room="7", email="ben@school.example")

    confirm(as_anna, "change_user", devices, user_name=" BEN ")

    for row in devices:  # the school's too: a parent's people serve its children
        row.refresh_from_db()
        assert (row.assigned_full_name, row.assigned_room, row.assignment_source) == (
            "Ben Berg",
            "7",
            "staff",
        )
    assert told(EventKind.USER_CHANGED)[0]["changed"]["assigned_room"] == ["12", "7"]


def test_a_name_that_nobody_has_changes_nothing(as_anna: Client, school: Site, devices: list[Device]) -> None:
    people.person(school, "cleo", "Cleo Cruz")

    page = confirm(as_anna, "change_user", devices[:2], user_name="nobody")
    assert "Nobody of that name, or more than one, at Alpha School." in page.content.decode()
    assert 'value="nobody"' in page.content.decode()

    answer = confirm(as_anna, "change_user", devices, user_name="cleo")
    assert "1 device: they have the user now. Left as they are: those of Alpha School" in said(
        as_anna, answer
    )


def said(client: Client, answer: Any) -> str:
    text: str = client.get(answer.headers["Location"]).content.decode()
    return text


def test_the_assigned_site_is_where_it_is_used_and_nothing_else(
    as_anna: Client, alpha: Site, school: Site, devices: list[Device]
) -> None:
    confirm(as_anna, "assign_site", devices, site=school.pk)

    rows = [Device.objects.get(pk=row.pk) for row in devices]
    assert [row.site for row in rows] == [alpha, alpha, school]
    assert [row.stands_at for row in rows] == [school, school, None]
    assert told(EventKind.SITE_ASSIGNED) == [{"changed": {"stands_at": ["", "North School"]}}] * 2


def test_a_site_of_another_institution_is_refused(
    root: User, alpha: Site, beta: Site, school: Site, devices: list[Device]
) -> None:
    as_root = logged_in(root, alpha)
    page = confirm(as_root, "assign_site", devices, site=beta.pk)

    assert "belongs to another institution than Alpha School, North School" in page.content.decode()
    assert not Device.objects.exclude(stands_at=None).exists()


def test_only_sites_that_one_administers_are_offered(
    as_anna: Client, beta: Site, school: Site, devices: list[Device]
) -> None:
    SiteConfiguration.objects.filter(site=school).update(archived=True)
    page = ask(as_anna, "assign_site", devices)

    assert [site.name for site in page.context["form"].fields["site"].queryset] == ["Alpha School"]
    refused = ask(as_anna, "assign_site", devices, confirmed=page.context["seal"], site=beta.pk)
    assert "Select a valid choice" in refused.content.decode()


def test_lost_and_found_again(alpha: Site, devices: list[Device]) -> None:
    helper = people.staff("hugo", "Hugo Help", (alpha, Privilege.HELP_PEOPLE), is_staff=True)
    as_hugo = logged_in(helper, alpha)

    confirm(as_hugo, "mark_lost", devices[:2])

    devices[0].refresh_from_db()
    assert devices[0].lost_at is not None and devices[0].lost_by == helper
    assert ask(as_hugo, "mark_lost", devices).context["number"] == 1  # the others are already
    assert len(as_hugo.get(URL, {"lost": "yes"}).context["cl"].result_list) == 2
    assert len(as_hugo.get(URL, {"lost": "seen"}).context["cl"].result_list) == 0
    Device.objects.filter(pk=devices[1].pk).update(last_seen_at=timezone.now() + timedelta(hours=1))
    assert [row.pk for row in as_hugo.get(URL, {"lost": "seen"}).context["cl"].result_list] == [devices[1].pk]
    assert as_hugo.post(f"{URL}{devices[0].pk}/press/found/").status_code == 302
    devices[0].refresh_from_db()
    assert devices[0].lost_at is None and devices[0].lost_by is None
    assert len(told(EventKind.MARKED_LOST)) == 2 and len(told(EventKind.FOUND)) == 1
    assert "action" not in str(
        ask(as_hugo, "take_users_away", devices).context
    )  # no action of the help desk's


def test_attempts_under_way_end_and_enrolled_devices_do_not(as_anna: Client, alphas: World) -> None:
    rows = list(Enrollment.objects.filter(site=alphas.site))
    under_way = [row for row in rows if row.status == Status.PROFILE_ISSUED]
    assert under_way and len(rows) > len(under_way)

    page = ask(as_anna, "end_selected", rows, ENROLLMENTS)
    assert page.context["number"] == len(under_way)
    ask(as_anna, "end_selected", rows, ENROLLMENTS, confirmed=page.context["seal"])

    after = {row.pk: row.status for row in Enrollment.objects.filter(site=alphas.site)}
    assert {after[row.pk] for row in under_way} == {Status.EXPIRED}
    assert all(after[row.pk] == row.status for row in rows if row not in under_way)


def test_a_selection_that_changed_is_shown_once_more(
    as_anna: Client, alpha: Site, devices: list[Device]
) -> None:
    every = {"action": "take_users_away", "select_across": "1", "_selected_action": devices[0].pk}
    page = as_anna.post(f"{URL}?assignment_source__exact=", every)
    device(alpha, "F4", assigned_user_name="dina")

    again = as_anna.post(f"{URL}?assignment_source__exact=", every | {"confirmed": page.context["seal"]})

    assert again.status_code == 200 and "not the same any more" in again.content.decode()
    assert again.context["number"] == 4 and Device.objects.filter(assigned_user_name="dina").exists()
    as_anna.post(f"{URL}?assignment_source__exact=", every | {"confirmed": again.context["seal"]})
    assert not Device.objects.exclude(assigned_user_name="").exists()


def test_there_is_a_most(as_anna: Client, devices: list[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)

    answer = ask(as_anna, "take_users_away", devices)

    assert answer.status_code == 302 and "2 at most at a time" in said(as_anna, answer)


def test_rows_that_one_only_sees_are_left_out(alpha: Site, school: Site, devices: list[Device]) -> None:
    both = ((school, Privilege.ADMINISTER_SITE), (alpha, Privilege.VIEW_SITE))
    as_head = logged_in(people.staff("head", "Head", *both, is_staff=True), alpha)

    page = ask(as_head, "mark_lost", devices)

    assert page.context["number"] == 1 and page.context["left"] == 2
    assert "2 of the selection are left out" in page.content.decode()
    ask(as_head, "mark_lost", devices, confirmed=page.context["seal"])
    assert list(Device.objects.exclude(lost_at=None)) == [devices[2]]


def test_a_file_with_every_column_named_and_nothing_a_spreadsheet_would_run(
    as_anna: Client, alphas: World, devices: list[Device]
) -> None:
    Device.objects.filter(pk=devices[0].pk).update(name="=HYPERLINK(1)", assigned_full_name="Zoë, “Z”")

    answer = ask(as_anna, "export", list(Device.objects.all()), confirmed="yes")

    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf") and answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 4 and rows[-3]["name"] == "'=HYPERLINK(1)" and rows[-3]["full name"] == "Zoë, “Z”"
    assert (rows[0]["status"], rows[0]["site"]) == ("Enrolled", "Alpha School")
    assert not [secret for secret in (*SECRETS, *alphas.tokens) if secret.encode() in content]


def test_enrollments_as_a_file(as_vera: Client, alphas: World, betas: World) -> None:
    rows = list(Enrollment.objects.all())
    page = ask(as_vera, "export", rows, ENROLLMENTS)
    assert "personal data" in page.content.decode() and page.context["number"] == 2

    answer = ask(as_vera, "export", rows, ENROLLMENTS, confirmed="yes")

    text = b"".join(answer.streaming_content).decode()
    assert text.count("\n") == 3 and "Aardvark" in text and "Buffalo" not in text
