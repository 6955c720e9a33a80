"""What must not log in anybody: answers of a real provider, repeated or late."""

import re
from contextlib import ExitStack

import pytest
from django.utils import timezone

from enrollment.actions.saml_round_trips import MOST_TRIES, AlreadyReturned, Session, finish, remember_message
from enrollment.models import Enrollment, SamlIdentityProvider, SamlRoundTrip, SeenSamlMessage
from enrollment.signin.saml import consumer
from tests.identity.at_provider import press
from tests.identity.at_saml_provider import (
    Answer,
    AtSamlProvider,
    as_usual,
    at_provider,
    come_back,
    log_in,
    row,
    running,
    send,
)
from tests.identity.saml_answers import (
    NOT_LOGGED_IN,
    OVER,
    answered,
    nobody_is_in,
    what_follows,
    with_xml,
    xml_of,
)
from tests.moved_clock import Clock
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor, as_page

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db


# --- R01: once, and for the browser that was sent ---------------------------------------------------------------------


def test_r01_the_same_answer_counts_once(row: SamlIdentityProvider, at_provider: AtSamlProvider) -> None:
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    fetch = send(visitor, answer).headers["Location"]
    assert visitor.get(fetch).status_code == 303
    first = visitor.enrollment.signed_in_at

    for again in (send(visitor, answer), send(Visitor(), answer)):
        page = as_page(again)
        assert (page.status, page.h1) == (403, OVER) and page.reference
    assert as_page(visitor.get(fetch)).h1 == OVER, "a ticket works once"
    assert visitor.enrollment.signed_in_at == first


def test_r01_of_two_answers_at_the_same_moment_one_counts(row: SamlIdentityProvider) -> None:
    """Both were found good before either was stored."""
    press(Visitor(), f"saml-{row.pk}")
    trip, now = SamlRoundTrip.objects.get(), timezone.now()
    for number in ("first", "second"):
        given = {"assertion_id": number, "forget_at": now, "session": Session("1", "", ""), "now": now}
        if number == "first":
            assert finish(trip, {}, **given)  # type: ignore[arg-type]
            continue
        with pytest.raises(AlreadyReturned):
            finish(trip, {}, **given)  # type: ignore[arg-type]


def test_r01_a_ticket_is_no_good_without_the_browsers_key(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """Alice sends Bob the address that her own log-in leads to, and the other way round."""
    alice, bob = Visitor(), Visitor()
    press(bob, f"saml-{row.pk}")
    fetch = come_back(alice, at_provider, row)
    ticket = fetch.partition("?")[2]

    assert as_page(bob.get(fetch)).h1 == "This enrollment is not open in this browser"
    assert as_page(Visitor().get(fetch)).status == 403
    assert as_page(bob.get(f"{bob.own}/signed-in?{ticket}")).h1 == OVER
    assert nobody_is_in(alice) and bob.enrollment.signed_in_with == ""
    assert alice.get(fetch).status_code == 303, "and nobody used it up"


@pytest.mark.parametrize("wants", [{}, {"assertion.encryption": True}], ids=["in clear", "encrypted"])
def test_r01_a_stolen_answer_fits_no_other_round_trip(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    wants: dict[str, object],
) -> None:
    running.wants(**{"saml20.sign.response": False}, **wants)
    victim, thief = Visitor(), Visitor()
    stolen = answered(victim, at_provider, row)
    own = answered(thief, at_provider, row)
    mixed = Answer(own.path, stolen.fields | {"RelayState": own.fields["RelayState"]})
    assert what_follows(thief, mixed).h1 == NOT_LOGGED_IN

    # The response around it is not signed: it may say what it likes.
    asked = [re.findall(r'InResponseTo="([^"]+)"', xml_of(each))[0] for each in (stolen, own)]
    renamed = with_xml(mixed, xml_of(mixed).replace(asked[0], asked[1], 1))
    assert what_follows(thief, renamed).h1 == NOT_LOGGED_IN
    assert nobody_is_in(thief, victim)


def test_one_way_takes_ten_answers(row: SamlIdentityProvider, at_provider: AtSamlProvider) -> None:
    """Each costs the server more than whoever sends it."""
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    wrong = with_xml(answer, xml_of(answer).replace("teachers", "heads"))
    pages = [what_follows(visitor, wrong).h1 for _each in range(MOST_TRIES)]

    assert set(pages) == {NOT_LOGGED_IN}
    assert what_follows(visitor, answer).h1 == OVER and nobody_is_in(visitor)


def test_few_answers_are_looked_at_at_once_and_nothing_is_lost(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "LONGEST_QUEUE", 0.05)
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    with ExitStack() as stack:
        for _each in range(consumer.AT_ONCE):
            stack.enter_context(consumer._slots)
        page = what_follows(visitor, answer)
    assert (page.status, page.h1) == (503, "The log-in service cannot be reached")

    what_follows(visitor, answer)
    assert visitor.enrollment.signed_in_name == "Ada Ångström"


@pytest.mark.parametrize(
    "relay_state", ["", "unknown", "https://evil.example/", "//evil.example", "x" * 5000]
)
def test_an_unknown_relay_state_leads_nowhere(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, relay_state: str
) -> None:
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    page = as_page(send(visitor, Answer(answer.path, answer.fields | {"RelayState": relay_state})))

    assert (page.status, page.h1) == (403, OVER) and nobody_is_in(visitor)


def test_who_took_an_hour_is_asked_to_log_in_again(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, clock: Clock
) -> None:
    visitor = Visitor()
    address = press(visitor, f"saml-{row.pk}")
    clock.forward(minutes=61)
    page = as_page(send(visitor, at_provider.log_in(address)))

    assert page.h1 == OVER and nobody_is_in(visitor)


def test_a_ticket_waits_two_minutes(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, clock: Clock
) -> None:
    visitor = Visitor()
    fetch = come_back(visitor, at_provider, row)
    clock.forward(minutes=2, seconds=1)

    assert as_page(visitor.get(fetch)).h1 == OVER and visitor.enrollment.signed_in_with == ""


@pytest.mark.parametrize(("seconds", "taken"), [(-55, True), (-125, False), (355, True), (365, False)])
def test_an_answer_is_good_for_its_time_and_a_minute_more(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, clock: Clock, seconds: int, taken: bool
) -> None:
    """SimpleSAMLphp's are good for five minutes, from half a minute before."""
    visitor = Visitor()
    SamlIdentityProvider.objects.update(fresh_login=False)
    answer = answered(visitor, at_provider, row)
    clock.forward(seconds=seconds)
    SamlRoundTrip.objects.update(expires_at=clock.time.replace(year=clock.time.year + 1))
    page = what_follows(visitor, answer)

    assert (page.h1 != NOT_LOGGED_IN) is taken
    assert bool(visitor.enrollment.signed_in_with) is taken


# --- what stays ------------------------------------------------------------------------------------------------------


def test_an_assertion_is_remembered_until_it_could_not_come_again(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, clock: Clock
) -> None:
    log_in(Visitor(), at_provider, row)
    forget_at = SeenSamlMessage.objects.get().forget_at
    assert 300 < (forget_at - clock.time).total_seconds() < 400

    remember_message(row.pk, "another", forget_at=forget_at, now=forget_at)
    assert SeenSamlMessage.objects.count() == 1


def test_no_assertion_and_no_name_gets_into_the_log(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    caplog.clear()  # what the person's own browser says
    what_follows(visitor, with_xml(answer, xml_of(answer).replace("teachers", "heads")))
    what_follows(visitor, answer)

    assert "Wrong" in caplog.text
    for secret in ("ada@northwind", "Ångström", "<saml", answer.fields["RelayState"], "ticket="):
        assert secret not in caplog.text


def test_an_answer_that_the_provider_did_not_give_says_so(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """As providers answer when somebody presses Cancel, or may not use this service."""
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    denied = re.sub(
        r"<samlp:Status>.*?</samlp:Status>",
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode '
        'Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode></samlp:Status>',
        xml_of(answer),
    )
    page = what_follows(visitor, with_xml(answer, denied))

    assert (page.status, page.h1) == (200, "You are not logged in")
    assert what_follows(visitor, answer).h1 != page.h1, "and trying again works"
    assert Enrollment.objects.get().signed_in_with == "saml"
