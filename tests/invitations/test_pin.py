"""An invitation with a PIN: five tries, then its link is dead and a new one is on its way."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.actions.invitations import token_of
from enrollment.actions.pins import pin_of, sealed
from enrollment.models import Delivery, DeliveryKind, Enrollment, Event, EventKind, Invitation
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.invitations.arriving import send_and_arrive
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db


def opened(token: str) -> Visitor:
    visitor = Visitor()
    visitor.get(f"/i/{token}")
    return visitor


def test_the_right_pin_starts(alpha: Site) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"))
    visitor = opened(token)

    assert "PIN" in visitor.see(f"/i/{token}").text
    assert visitor.post(f"/i/{token}", {"pin": " 4711 00 "}).status_code == 303
    assert Enrollment.objects.get().invitation == row


@pytest.mark.parametrize("typed", ["٤٧١١٠٠", "471-100", "४७११००"])
def test_it_may_be_typed_in_any_script_and_with_what_stands_between(alpha: Site, typed: str) -> None:
    _row, token = people.invite(alpha, pin_encrypted=sealed("471100"))

    assert opened(token).post(f"/i/{token}", {"pin": typed}).status_code == 303


@pytest.mark.parametrize("typed", ["", "   "])
def test_a_blank_one_is_no_try(alpha: Site, typed: str) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"))

    page = as_page(opened(token).post(f"/i/{token}", {"pin": typed}))

    row.refresh_from_db()
    assert "Enter the PIN" in page.text and row.pin_tries == 0 and not Enrollment.objects.exists()


def test_five_wrong_ones_end_the_link_and_a_new_one_is_sent(alpha: Site) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"), email="ana@school.example")
    send_and_arrive(row)
    visitor = opened(token)

    pages = [as_page(visitor.post(f"/i/{token}", {"pin": f"00000{number}"})) for number in range(5)]

    assert [page.status for page in pages] == [200, 200, 200, 200, 410]
    assert "One more wrong try" in pages[3].text and pages[4].h1 == "This link no longer works"
    row.refresh_from_db()
    assert visitor.post(f"/i/{token}", {"pin": "471100"}).status_code == 404
    assert not Enrollment.objects.exists() and row.pin_tries == 0
    assert Delivery.objects.filter(kind=DeliveryKind.RENEWED, recipient="ana@school.example").count() == 1
    fresh = token_of(row)
    assert opened(fresh).post(f"/i/{fresh}", {"pin": "471100"}).status_code == 303


def test_a_server_that_died_over_the_last_try_leaves_nobody_with_a_dead_link(alpha: Site) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"), email="ana@school.example")
    send_and_arrive(row)
    Invitation.objects.update(pin_tries=5)  # what it had committed

    assert opened(token).post(f"/i/{token}", {"pin": "471100"}).status_code == 410

    row.refresh_from_db()
    assert row.pin_tries == 0 and token_of(row) != token
    assert Delivery.objects.filter(kind=DeliveryKind.RENEWED).count() == 1


def test_a_right_one_forgives_the_wrong_ones_before(alpha: Site) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"), max_uses=None)
    for _try in range(4):
        opened(token).post(f"/i/{token}", {"pin": "000000"})
    assert opened(token).post(f"/i/{token}", {"pin": "471100"}).status_code == 303

    row.refresh_from_db()
    assert row.pin_tries == 0
    assert opened(token).post(f"/i/{token}", {"pin": "000000"}).status_code == 200


def test_an_invitation_that_cannot_start_asks_for_no_pin(alpha: Site) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"))
    first = opened(token)
    first.post(f"/i/{token}", {"pin": "471100"})

    second = opened(token)
    answer = second.post(f"/i/{token}", {"pin": "000000"})

    row.refresh_from_db()
    assert answer.status_code == 409 and row.pin_tries == 0
    assert first.post(f"/i/{token}").status_code == 303, "whoever began goes on without it"


def test_the_tick_makes_one_and_the_link_page_shows_it(as_anna: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha, login_required=True)
    url = f"/admin/enrollment/invitation/{row.pk}"
    form = as_anna.get(f"{url}/change/").context["adminform"].form
    sent = {name: "" if form[name].value() is None else form[name].value() for name in ("name", "max_uses")}
    as_anna.post(f"{url}/change/", sent | {"with_pin": "on", "login_required": "on"})

    row.refresh_from_db()
    pin = pin_of(row)
    assert len(pin) == 6 and pin.isdigit()
    assert pin not in as_anna.get(f"{url}/change/").content.decode()
    assert pin in as_anna.post(f"{url}/press/show_link/").content.decode()
    as_anna.post(f"{url}/change/", sent | {"login_required": "on"})
    assert Invitation.objects.get().pin_encrypted is None


def test_a_new_pin_takes_one_press_and_is_shown_there_alone(as_anna: Client, anna: User, alpha: Site) -> None:
    row, token = people.invite(alpha, pin_encrypted=sealed("471100"), pin_tries=3)
    url = f"/admin/enrollment/invitation/{row.pk}"
    assert "press/renew_pin" in as_anna.get(f"{url}/change/").content.decode()

    shown = as_anna.post(f"{url}/press/renew_pin/").content.decode()

    row.refresh_from_db()
    pin = pin_of(row)
    assert pin != "471100" and pin in shown and token not in shown and row.pin_tries == 0
    assert pin not in as_anna.get(f"{url}/change/").content.decode()
    assert Event.objects.get(kind=EventKind.INVITATION_PIN_RENEWED).actor == anna
    assert opened(token).post(f"/i/{token}", {"pin": "471100"}).status_code == 200
    assert opened(token).post(f"/i/{token}", {"pin": pin}).status_code == 303


def test_a_new_pin_is_for_those_who_may_see_it(as_anna: Client, anna: User, alpha: Site) -> None:
    row, _token = people.invite(alpha, pin_encrypted=sealed("471100"))
    SitePrivilege.objects.filter(user=anna, privilege=Privilege.SEE_INVITATION_LINKS).delete()

    assert as_anna.post(f"/admin/enrollment/invitation/{row.pk}/press/renew_pin/").status_code == 403

    row.refresh_from_db()
    assert pin_of(row) == "471100"


def test_no_event_holds_a_pin(alpha: Site) -> None:
    _row, token = people.invite(alpha, pin_encrypted=sealed("471100"))
    for _try in range(5):
        opened(token).post(f"/i/{token}", {"pin": "471199"})

    told = [str(event.data) for event in Event.objects.all()]
    assert any("wrong PIN" in each for each in told)
    assert not [each for each in told if "4711" in each]
    assert Event.objects.filter(kind=EventKind.INVITATION_RENEWED).count() == 1
