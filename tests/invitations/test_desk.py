"""What is done with invitations in admin: states, many at once, paper."""

import csv
import io
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.actions.invitation_states import InvitationState
from enrollment.actions.invitations import revoke, token_of
from enrollment.actions.pins import sealed
from enrollment.models import Delivery, Event, EventKind, Invitation
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.admin.world import logged_in
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
LIST = "/admin/enrollment/invitation/"
NOW = timezone.now


END: dict[str, Any] = {
    "undelivered": outbox.failed,
    "unknown": outbox.unknown,
    "sent": lambda leased, _why, now: outbox.begin(leased, now=now) and outbox.sent(leased, now=now),
}


def in_every_state(site: Site) -> dict[str, Invitation]:
    rows = {
        state.value: people.invite(site, name=state.label, email=f"{state.value}@school.example")[0]
        for state in InvitationState
    }
    send([rows[each] for each in ("ordered", "undelivered", "unknown", "sent")], actor=None, now=NOW())
    for leased in outbox.claim(4, now=NOW()):
        END.get(leased.recipient.partition("@")[0], outbox.retry)(leased, "", now=NOW())
    Visitor().start(token_of(rows["started"]))
    Invitation.objects.filter(pk=rows["used"].pk).update(uses_spent=1, started_at=NOW(), used_at=NOW())
    Invitation.objects.filter(pk=rows["expired"].pk).update(expires_at=NOW() - timedelta(hours=1))
    revoke(rows["revoked"], actor=None, now=NOW())
    for row in rows.values():
        row.refresh_from_db()
    return rows


def act(client: Client, action: str, *rows: Invitation, **typed: Any) -> Any:
    """Through the page that asks, where there is one."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]} | typed
    page = client.post(LIST, data, follow=True)
    seal = (page.context or {}).get("seal")
    return client.post(LIST, data | {"confirmed": seal}, follow=True) if seal else page


@pytest.mark.parametrize("state", InvitationState)
def test_each_state_is_found_by_its_filter_and_by_it_alone(
    as_anna: Client, alpha: Site, state: InvitationState
) -> None:
    rows = in_every_state(alpha)

    answer = as_anna.get(LIST, {"state": state.value})

    assert [row.pk for row in answer.context["cl"].result_list] == [rows[state.value].pk]
    assert f'<td class="field-state">{state.label}</td>' in answer.content.decode()


def test_many_are_sent_at_once_and_those_that_are_over_are_not(as_anna: Client, alpha: Site) -> None:
    rows = in_every_state(alpha)

    before = set(Delivery.objects.values_list("pk", flat=True))
    asked = as_anna.post(
        LIST, {"action": "send_selected", "_selected_action": [row.pk for row in rows.values()]}
    ).content.decode()
    assert "6 invitations" in asked and "3 of the selection are left out" in asked
    assert set(Delivery.objects.values_list("pk", flat=True)) == before, (
        "nothing leaves before somebody is sure"
    )

    text = act(as_anna, "send_selected", *rows.values()).content.decode()

    assert "6 invitations on the way" in text
    to = set(Delivery.objects.exclude(pk__in=before).values_list("recipient", flat=True))
    assert to == {
        f"{each}@school.example"
        for each in ("created", "ordered", "undelivered", "unknown", "sent", "started")
    }
    assert Delivery.objects.filter(state="cancelled").count() == 1, "the first of the two that waited"


def test_the_export_says_the_same(as_anna: Client, alpha: Site) -> None:
    rows = in_every_state(alpha)
    tokens = [token_of(row) for row in rows.values()]

    answer: Any = as_anna.post(
        LIST, {"action": "export", "_selected_action": [row.pk for row in rows.values()], "confirmed": "yes"}
    )

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    told = {row["name"]: row["state"] for row in csv.DictReader(io.StringIO(text))}
    assert told == {state.label: state.label for state in InvitationState}
    assert not [each for each in tokens if each in text]


def test_only_those_are_reminded_who_were_sent_one_and_have_not_begun(as_anna: Client, alpha: Site) -> None:
    rows = in_every_state(alpha)

    act(as_anna, "remind_selected", *rows.values())

    assert Delivery.objects.get(kind="reminder").recipient == "sent@school.example"
    again = act(as_anna, "remind_selected", rows["created"], rows["sent"]).content.decode()
    assert "Nothing to do: what was selected is not yours to change" in again


def test_extending_wakes_what_had_ended(as_anna: Client, alpha: Site) -> None:
    ended, token = people.invite(alpha, expires_at=NOW() - timedelta(days=3))
    never, _token = people.invite(alpha, expires_at=None)
    people.configure(alpha, time_zone="Asia/Tokyo")
    assert Visitor().get(f"/i/{token}").status_code == 410

    page = as_anna.post(LIST, {"action": "extend_selected", "_selected_action": [ended.pk]}).content.decode()
    assert f'value="{timezone.localdate() + timedelta(days=7)}"' in page
    act(as_anna, "extend_selected", ended, never, last_day="2099-05-31")

    ended.refresh_from_db()
    never.refresh_from_db()
    assert ended.expires_at is not None and never.expires_at is None
    assert f"{ended.expires_at.astimezone(ZoneInfo('Asia/Tokyo')):%Y-%m-%d %H:%M}" == "2099-05-31 23:59"
    assert Visitor().get(f"/i/{token}").status_code == 200


def test_a_new_link_ends_the_old_one_and_not_who_is_under_way(as_anna: Client, alpha: Site) -> None:
    row, token = people.invite(alpha, max_uses=2)
    visitor = Visitor()
    visitor.start(token)

    asked = as_anna.post(f"{LIST}{row.pk}/press/renew_link/", {"ask": "1"}).content.decode()
    assert "stops working at once" in asked
    assert Visitor().get(f"/i/{token}").status_code == 200
    as_anna.post(f"{LIST}{row.pk}/press/renew_link/")

    row.refresh_from_db()
    assert Visitor().get(f"/i/{token}").status_code == 404
    assert Visitor().get(f"/i/{token_of(row)}").status_code == 200
    assert visitor.get(f"{visitor.own}/mdm-profile/").status_code == 200


def test_one_sends_from_its_page_and_sees_there_how_it_went(as_anna: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha, email="ana@school.example")

    as_anna.post(f"{LIST}{row.pk}/press/send_it/")

    page = as_anna.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Invitation handed to be sent" in page and "Waiting" in page
    without, _token = people.invite(alpha)
    assert "press/send_it" not in as_anna.get(f"{LIST}{without.pk}/change/").content.decode()


def test_a_quota_is_said_in_words(as_anna: Client, alpha: Site) -> None:
    people.configure(alpha, messages_per_day=0)
    row, _token = people.invite(alpha, email="ana@school.example")

    assert "may order 0 messages a day" in act(as_anna, "send_selected", row).content.decode()
    assert not Delivery.objects.exists()


def test_a_card_for_each_on_paper(as_anna: Client, alpha: Site) -> None:
    first, token = people.invite(alpha, assigned_full_name="Ana Alvarez", pin_encrypted=sealed("471100"))
    second, other = people.invite(alpha, assigned_full_name="Bo", language="ar")
    over, gone = people.invite(alpha, expires_at=NOW() - timedelta(days=1))

    text = act(as_anna, "print_selected", first, second, over).content.decode()

    assert text.count("<svg") == 2 and f"/i/{token}" in text and f"/i/{other}" in text and gone not in text
    assert "471100" in text and "Ana Alvarez" in text and 'lang="ar" dir="rtl"' in text
    assert Event.objects.filter(kind=EventKind.INVITATION_PRINTED).count() == 2


def test_one_alone_is_a_poster(as_anna: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha, max_uses=None)

    assert '<body class="poster">' in as_anna.post(f"{LIST}{row.pk}/press/print_it/").content.decode()


def test_nobody_prints_links_that_they_may_not_see(as_anna: Client, anna: User, alpha: Site) -> None:
    row, token = people.invite(alpha)
    SitePrivilege.objects.filter(user=anna, privilege=Privilege.SEE_INVITATION_LINKS).delete()

    text = act(as_anna, "print_selected", row).content.decode()

    assert token not in text and "their links are not for you to see" in text
    assert as_anna.post(f"{LIST}{row.pk}/press/print_it/").status_code == 403


@pytest.mark.parametrize(
    "action", ["send_selected", "remind_selected", "extend_selected", "revoke_selected", "print_selected"]
)
def test_who_only_looks_does_nothing_to_many(alpha: Site, action: str) -> None:
    rows = in_every_state(alpha)
    vera = people.staff("vera", "Vera", (alpha, Privilege.VIEW_SITE), is_staff=True)
    before = list(Invitation.objects.order_by("pk").values())
    events, deliveries = Event.objects.count(), Delivery.objects.count()

    act(logged_in(vera, alpha), action, *rows.values())

    assert list(Invitation.objects.order_by("pk").values()) == before
    assert (Event.objects.count(), Delivery.objects.count()) == (events, deliveries)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize(("name", "day"), [("expires_at", "9999-12-31"), ("not_before", "0001-01-01")])
def test_for_ever_is_a_blank_and_no_end_of_the_calendar(
    as_anna: Client, alpha: Site, zone: str, name: str, day: str
) -> None:
    people.configure(alpha, time_zone=zone)
    row, _token = people.invite(alpha)
    typed = {"name": "x", "max_uses": 1, f"{name}_0": day, f"{name}_1": "00:00:00"}

    for page in (f"{LIST}{row.pk}/change/", f"{LIST}add/", f"{LIST}import/"):
        answer = as_anna.post(page, typed | {"site": alpha.pk, "bind": "nothing"})
        assert answer.status_code == 200 and "Leave it blank" in answer.content.decode()
