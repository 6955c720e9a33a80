"""The story of an invitation: where it went, whether it came, what became of its PIN and of its link."""

import re
from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.invitation_sending import send
from enrollment.actions.invitations import token_of
from enrollment.actions.pins import sealed
from enrollment.models import Delivery, DeliveryState, Event, EventKind, Invitation
from enrollment.outbox.worker import drain
from sites_config.models import Privilege
from tests import people
from tests.admin.world import logged_in
from tests.budgets.counting import queries
from tests.dashboard.reading import page_of as dashboard_of
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "cem@home.example"


@pytest.fixture
def as_hana(alpha: Site) -> Client:
    return logged_in(people.staff("hana", "Hana Help", (alpha, Privilege.HELP_PEOPLE), is_staff=True), alpha)


def story(client: Client, row: Invitation) -> str:
    page = client.get(reverse("admin:help_story", args=["invitation", row.pk])).content.decode()
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("What to tell them")[2]).split())


def sent(site: Site, **columns: object) -> Invitation:
    row = people.invite(site, email=ADDRESS, **columns)[0]
    send([row], actor=None, now=timezone.now())
    return row


def opened_and_wrong(row: Invitation, times: int) -> None:
    token = token_of(Invitation.objects.get(pk=row.pk))
    visitor = Visitor()
    visitor.get(f"/i/{token}")
    for number in range(times):
        visitor.post(f"/i/{token}", {"pin": f"00000{number}"})


def test_a_mail_that_was_refused(as_hana: Client, alpha: Site, smtp: SmtpServer) -> None:
    smtp.rude = {ADDRESS: "550 No such mailbox"}
    row = sent(alpha)
    drain()

    page = story(as_hana, row)

    assert f"The e-mail to {ADDRESS} was refused: 550 No such mailbox" in page
    assert "Check the address, then send it again." in page and "Our message did not reach you" in page
    assert "Refused: 550 No such mailbox" in page and f"to {ADDRESS})" in page
    assert "tap Start" not in page


def test_a_mail_that_waits(as_hana: Client, alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    smtp.rude = {ADDRESS: "451 Busy"}
    row = sent(alpha)
    assert f"The e-mail to {ADDRESS} waits to be sent" in story(as_hana, row)

    drain()

    page = story(as_hana, row)
    assert f"The e-mail to {ADDRESS} waits to be sent" in page and "451 Busy" in page
    assert "is not on its way yet" in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DeliveryState.UNKNOWN, f"Nobody knows whether the e-mail to {ADDRESS} arrived"),
        (DeliveryState.CANCELLED, f"The e-mail to {ADDRESS} was cancelled before it left"),
        (DeliveryState.SENT, "It can be used"),
    ],
)
def test_a_mail_that_may_have_come(as_hana: Client, alpha: Site, state: DeliveryState, words: str) -> None:
    row = sent(alpha)
    Delivery.objects.update(state=state, done_at=timezone.now())

    assert words in story(as_hana, row)


def test_one_that_was_never_sent(as_hana: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha, email=ADDRESS)

    page = story(as_hana, row)

    assert f"It was not sent to {ADDRESS} yet" in page and "I will have it sent to you" in page


def test_whoever_began_got_the_mail(as_hana: Client, alpha: Site, clock: Clock) -> None:
    row = sent(alpha, max_uses=None)
    Delivery.objects.update(state=DeliveryState.UNKNOWN)
    clock.forward(minutes=1)

    Visitor().start(token_of(row))

    assert "It can be used" in story(as_hana, row)


def test_wrong_pins_are_events_and_said(as_hana: Client, alpha: Site) -> None:
    row = sent(alpha, pin_encrypted=sealed("471100"))
    Delivery.objects.update(state=DeliveryState.SENT)
    assert "PIN asked for" in story(as_hana, row)

    opened_and_wrong(row, 2)

    page = story(as_hana, row)
    assert "2 wrong PINs were typed with this link; after 3 more it gets a new one." in page
    assert "I read the PIN out to you" in page and "2 wrong tries, 3 left" in page
    assert "A wrong PIN was typed: 3 tries left." in page
    noted = Event.objects.filter(kind=EventKind.WRONG_PIN).order_by("pk")
    assert [(each.invitation, each.data) for each in noted] == [(row, {"left": 4}), (row, {"left": 3})]


def test_a_link_that_wrong_pins_ended(as_hana: Client, alpha: Site, smtp: SmtpServer) -> None:
    row = sent(alpha, pin_encrypted=sealed("471100"))
    drain()
    opened_and_wrong(row, 5)
    drain()

    page = story(as_hana, row)

    assert "Five wrong PINs were typed, so it got a new link" in page
    assert f"The new one was sent to {ADDRESS}." in page and "Open the link in the newest message" in page
    assert "New link" in page and "wrong PINs" in page
    assert Event.objects.filter(kind=EventKind.WRONG_PIN).count() == 5


def test_a_poster_that_wrong_pins_ended_is_found(as_hana: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha, name="Poster", max_uses=None, pin_encrypted=sealed("471100"))
    assert "Poster" not in dashboard_of(as_hana, alpha)
    opened_and_wrong(row, 5)

    page, dashboard = story(as_hana, row), dashboard_of(as_hana, alpha)

    assert "The new one was sent to nobody: print it again, or give it to them." in page
    assert "I give you the new link" in page
    assert "Invitation “Poster”" in dashboard and "wrong PINs" in dashboard
    assert reverse("admin:help_story", args=["invitation", row.pk]) in dashboard


def test_the_dashboard_of_another_site_says_nothing_of_it(alpha: Site, beta: Site) -> None:
    row, _token = people.invite(alpha, name="Poster", pin_encrypted=sealed("471100"))
    opened_and_wrong(row, 5)
    client = logged_in(people.staff("bella", "Bella", (beta, Privilege.VIEW_SITE), is_staff=True), alpha)

    assert "Poster" not in dashboard_of(client, beta)


def test_a_link_that_somebody_replaced(as_hana: Client, as_anna: Client, alpha: Site) -> None:
    row = sent(alpha)
    earlier = timezone.now() - timedelta(hours=1)
    Delivery.objects.update(state=DeliveryState.SENT, created_at=earlier, done_at=earlier)

    as_anna.post(f"/admin/enrollment/invitation/{row.pk}/press/renew_link/")

    page = story(as_hana, row)
    assert "It got a new link" in page and "the earlier one no longer works" in page
    assert "The new one was sent to nobody" in page


def test_looking_costs_the_same_however_often_it_was_sent(
    as_hana: Client, alpha: Site, settings: Settings
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    row = sent(alpha)
    url, costs = reverse("admin:help_story", args=["invitation", row.pk]), []
    for _time in range(3):
        as_hana.get(url)
        with queries() as asked:
            as_hana.get(url)
        costs.append(len(asked))
        send([row], actor=None, now=timezone.now())

    assert len(set(costs)) == 1 and costs[0] <= 12, costs


# --- its buttons ------------------------------------------------------------------------------------------------------


def buttons(page: str) -> dict[str, list[str]]:
    """Labels by the heading they stand under."""
    parts = re.split(r"<h2[^>]*>(.*?)</h2>", page)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {
        heading: labels
        for heading, html in found.items()
        if (labels := re.findall(r'<button type="submit" class="button">(.*?)</button>', html))
    }


def test_what_helps_stands_apart_from_what_ends(as_anna: Client, alpha: Site) -> None:
    row = sent(alpha, max_uses=2)
    Visitor().start(token_of(row))

    page = as_anna.get(reverse("admin:help_story", args=["invitation", row.pk])).content.decode()

    found = buttons(page)
    assert list(found) == ["Let this person go on", "End something"]
    assert {"Go on in another browser", "Send by e-mail"} <= set(found["Let this person go on"])
    assert found["End something"] == ["Replace the link", "Revoke the invitation", "Cancel the attempt"]
    labels = [label for each in found.values() for label in each]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", ["renew_link", "revoke"])
def test_what_ends_asks_first(as_anna: Client, alpha: Site, name: str) -> None:
    row = sent(alpha)
    before = Invitation.objects.values().get()
    own = reverse("admin:help_story", args=["invitation", row.pk])
    url = f"/admin/enrollment/invitation/{row.pk}/press/{name}/"
    for page_url in (own, f"/admin/enrollment/invitation/{row.pk}/change/"):
        page = as_anna.get(page_url).content.decode()
        (form,) = re.findall(rf'<form method="post" action="{url}[^"]*">(.*?)</form>', page)
        assert 'name="ask"' in form

    asked = as_anna.post(url, {"story": "1", "ask": "1"})
    text = asked.content.decode()

    assert asked.status_code == 200 and Invitation.objects.values().get() == before
    assert 'name="story" value="1"' in text and 'name="ask"' not in text and f'href="{own}"' in text
    done = as_anna.post(url, {"story": "1"})
    assert done.headers["Location"] == own and Invitation.objects.values().get() != before


def test_an_invitations_page_and_its_story_lead_to_each_other(as_anna: Client, alpha: Site) -> None:
    row = sent(alpha, expires_at=timezone.now() + timedelta(days=1))
    own = reverse("admin:help_story", args=["invitation", row.pk])
    page = f"/admin/enrollment/invitation/{row.pk}/change/"

    assert f'href="{own}"' in as_anna.get(page).content.decode()
    assert f'href="{page}"' in as_anna.get(own).content.decode()
    extended = as_anna.post(page.replace("change", "press/extend_it"), {"story": "1"})
    assert extended.headers["Location"] == own
    assert as_anna.post(page.replace("change", "press/extend_it")).headers["Location"] == page


def test_the_link_of_a_story_closes_to_it(alpha: Site) -> None:
    row = sent(alpha)
    sees = [(alpha, each) for each in (Privilege.SEE_INVITATION_LINKS, Privilege.ADMINISTER_SITE)]
    client = logged_in(people.staff("lea", "Lea Link", *sees, is_staff=True), alpha)

    page = client.post(f"/admin/enrollment/invitation/{row.pk}/press/show_link/", {"story": "1"})

    assert f'href="{reverse("admin:help_story", args=["invitation", row.pk])}"' in page.content.decode()


def test_who_may_not_open_stories_gets_no_link_to_one(alpha: Site) -> None:
    row = sent(alpha)
    client = logged_in(
        people.staff("erik", "Erik", (alpha, Privilege.MANAGE_INVITATIONS), is_staff=True), alpha
    )

    page = client.get(f"/admin/enrollment/invitation/{row.pk}/change/")

    assert page.status_code == 200 and "/admin/help/invitation/" not in page.content.decode()
