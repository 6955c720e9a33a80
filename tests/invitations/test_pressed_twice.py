"""Buttons of invitations, pressed twice before anybody saw the first answer, and jobs that overlap: each once."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.actions import invitation_sending
from enrollment.actions.invitations import token_of
from enrollment.actions.pins import pin_of, sealed
from enrollment.models import AccessCode, Delivery, Event, EventKind, HandOver, Invitation
from enrollment.outbox.worker import drain
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.desk.test_code_admin import ADD, CODE
from tests.invitations.arriving import send_and_arrive
from tests.invitations.test_desk import LIST
from tests.invitations.test_not_all_today import call
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
ANA = "ana@school.example"


@pytest.fixture
def row(alpha: Site, clock: Clock) -> Invitation:
    made, _token = people.invite(
        alpha,
        email=ANA,
        phone="+1 555 0101",
        pin_encrypted=sealed("471100"),
        expires_at=clock.time + timedelta(days=2),
    )
    clock.forward(minutes=1)
    return made


def button(client: Client, row: Invitation, name: str) -> str:
    """Where the button of the page posts to."""
    page = client.get(f"{LIST}{row.pk}/change/").content.decode()
    found = re.search(rf'action="([^"]*press/{name}/[^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def click_twice(client: Client, url: str, clock: Clock, between: Callable[[], object]) -> str:
    """What the second click is answered, the only answer that anybody sees."""
    clock.forward(seconds=5)
    client.post(url)
    between()
    clock.forward(seconds=1)
    return client.post(url, follow=True).content.decode()


@pytest.mark.parametrize("worker", [drain, lambda: None])
def test_sending_sends_one(
    as_anna: Client, row: Invitation, smtp: SmtpServer, clock: Clock, worker: Callable[[], object]
) -> None:
    """Also when the worker was between the clicks."""
    page = click_twice(as_anna, button(as_anna, row, "send_it"), clock, worker)
    drain()

    assert len(smtp.mails) == 1 and Delivery.objects.count() == 1
    assert "they were sent since this page was shown" in page
    as_anna.post(button(as_anna, row, "send_it"))
    drain()
    assert len(smtp.mails) == 2, "whoever sees that it was sent may send it again"


def test_a_text_message_leaves_once(
    as_anna: Client, row: Invitation, settings: Settings, clock: Clock
) -> None:
    settings.SMS_BACKEND = "tests.invitations.test_not_said.Provider"
    click_twice(as_anna, button(as_anna, row, "text_it"), clock, drain)

    assert Delivery.objects.count() == 1


def test_reminding_reminds_once(as_anna: Client, row: Invitation, smtp: SmtpServer, clock: Clock) -> None:
    send_and_arrive(row)

    page = click_twice(as_anna, button(as_anna, row, "remind_it"), clock, drain)

    assert len(smtp.mails) == 1 and "was not reminded" in page


def test_the_first_new_link_lives(as_anna: Client, row: Invitation, clock: Clock) -> None:
    known = []

    page = click_twice(
        as_anna,
        button(as_anna, row, "renew_link"),
        clock,
        lambda: known.append(token_of(Invitation.objects.get())),
    )

    assert [token_of(Invitation.objects.get())] == known != [token_of(row)]
    assert "got a new link since its page was shown" in page


def test_the_first_new_pin_lives(as_anna: Client, row: Invitation, clock: Clock) -> None:
    known = []

    page = click_twice(
        as_anna,
        button(as_anna, row, "renew_pin"),
        clock,
        lambda: known.append(pin_of(Invitation.objects.get())),
    )

    assert [pin_of(Invitation.objects.get())] == known != ["471100"]
    assert "“Show link” shows it" in page


def test_a_week_is_a_week(as_anna: Client, row: Invitation, clock: Clock) -> None:
    ends = row.expires_at
    page = click_twice(as_anna, button(as_anna, row, "extend_it"), clock, lambda: None)

    assert ends is not None and Invitation.objects.get().expires_at == ends + timedelta(days=7)
    assert "was extended since its page was shown" in page


def test_the_page_of_a_selection_counts_once(
    as_anna: Client, row: Invitation, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    other, _token = people.invite(alpha, email="bo@school.example")
    data: dict[str, Any] = {"action": "send_selected", "_selected_action": [row.pk, other.pk]}
    asked = as_anna.post(LIST, data).context
    data |= {"confirmed": asked["seal"], "seen": asked["seen"]}

    clock.forward(seconds=1)
    as_anna.post(LIST, data)
    drain()
    clock.forward(seconds=1)
    page = as_anna.post(LIST, data, follow=True).content.decode()
    drain()

    assert len(smtp.mails) == 2 and "sent since this page was shown" in page


def test_a_code_is_made_once_and_both_answers_show_it(
    as_anna: Client, anna: User, alpha: Site, clock: Clock
) -> None:
    SitePrivilege.objects.create(site=alpha, user=anna, privilege=Privilege.HELP_PEOPLE)
    form = as_anna.get(ADD).context["form"]
    data = {"site": alpha.pk, "leads_to": "log-in", "lives": "hour", "once": form["once"].value()}

    def code(**more: object) -> str:
        found = CODE.search(as_anna.post(ADD, data | more).content.decode())
        assert found is not None
        return found[1]

    first = code()
    clock.forward(seconds=1)

    assert code() == first and AccessCode.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.CODE_MADE).count() == 1
    assert code(lives="quarter") != first, "who chooses something else wants another"
    clock.forward(minutes=1)
    assert code() != first, "so does who goes back to the form for the next caller"


def test_a_link_to_go_on_is_one(as_anna: Client, alpha: Site, clock: Clock) -> None:
    """Each click is answered with it, whichever answer is seen."""
    enrollment = Visitor().start(people.invite(alpha)[1])
    clock.forward(minutes=1)
    page = as_anna.get(f"/admin/enrollment/enrollment/{enrollment.pk}/change/").content.decode()
    (url,) = re.findall(r'action="([^"]*press/new_link/[^"]*)"', page)

    def link() -> str:
        shown = as_anna.post(html.unescape(url)).content.decode()
        found = re.search(r'value="https://alpha\.test(/h/[\w-]+)"', shown)
        assert found is not None
        return found[1]

    first = link()
    clock.forward(seconds=1)

    assert link() == first and HandOver.objects.count() == 1
    assert Visitor().take(first).status_code == 303
    enrollment.refresh_from_db()
    assert link() != first, "used up"


def test_a_link_to_go_on_that_is_nearly_over_is_made_anew(as_anna: Client, alpha: Site, clock: Clock) -> None:
    enrollment = Visitor().start(people.invite(alpha)[1])
    url = f"/admin/enrollment/enrollment/{enrollment.pk}/press/new_link/?seen=2027-01-01T00:00:00Z"

    as_anna.post(url)
    clock.forward(minutes=6)
    as_anna.post(url)

    assert HandOver.objects.count() == 2


def test_save_makes_one_invitation(as_anna: Client, alpha: Site, clock: Clock) -> None:
    typed = {"site": alpha.pk, "name": "Grade 4", "email": ANA, "max_uses": 1, "login_required": "on"}
    as_anna.post(f"{LIST}add/", typed)
    clock.forward(seconds=1)

    page = as_anna.post(f"{LIST}add/", typed).content.decode()

    assert Invitation.objects.count() == 1 and "as by the first of two clicks" in page
    as_anna.post(f"{LIST}add/", typed | {"email": "bo@school.example"})
    clock.forward(minutes=1)
    as_anna.post(f"{LIST}add/", typed)
    assert Invitation.objects.count() == 3, "others, and the same later, are made"


@pytest.mark.parametrize("seen", ["", "yesterday", "2027-01-01T00:00", "2027-13-01T00:00:00+00:00"])
def test_a_press_that_no_page_was_shown_for_counts(as_anna: Client, row: Invitation, seen: str) -> None:
    as_anna.post(f"{LIST}{row.pk}/press/send_it/?seen={seen}")

    assert Delivery.objects.count() == 1


def test_send_unsent_beside_another_sends_each_once(
    alpha: Site, smtp: SmtpServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one began when this one had asked what there is to send."""
    people.invite(alpha, email=ANA)
    send_all = invitation_sending.send_all
    said = []

    def late(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(invitation_sending, "send_all", send_all)
        said.append(call("--send-unsent"))
        drain()
        return send_all(*args, **options)

    monkeypatch.setattr(invitation_sending, "send_all", late)

    said.append(call("--send-unsent"))
    drain()

    assert said == ["1 queued to be sent\n", "0 queued to be sent: somebody was faster\n"]
    assert len(smtp.mails) == 1


def test_send_unsent_beside_somebody_who_sends_by_hand(
    as_anna: Client, row: Invitation, smtp: SmtpServer, clock: Clock
) -> None:
    url = button(as_anna, row, "send_it")
    clock.forward(seconds=1)
    call("--send-unsent")
    drain()

    assert "sent since this page was shown" in as_anna.post(url, follow=True).content.decode()
    drain()
    assert len(smtp.mails) == 1
