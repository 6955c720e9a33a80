"""What must not log in anybody: answers of a real provider, altered, repeated, or meant for somebody else."""

import base64
import copy
import re
import zlib
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.saml_round_trips import remember_message
from enrollment.models import Enrollment, Identity, SamlIdentityProvider, SamlRoundTrip, SeenSamlMessage
from enrollment.signin.saml import response as responses
from sites_config.models import User
from tests import people
from tests.identity.at_provider import press
from tests.identity.at_saml_provider import (
    Answer,
    AtSamlProvider,
    as_usual,
    at_provider,
    come_back,
    connect,
    log_in,
    register,
    row,
    running,
    send,
)
from tests.moved_clock import Clock
from tests.phone.page import Page
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor, as_page

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
NOT_LOGGED_IN = "You could not be logged in"
OVER = "This log-in is no longer valid"


def xml_of(answer: Answer) -> str:
    return base64.b64decode(answer.fields["SAMLResponse"]).decode()


def with_xml(answer: Answer, xml: str) -> Answer:
    fields = answer.fields | {"SAMLResponse": base64.b64encode(xml.encode()).decode()}
    return Answer(answer.path, fields)


def answered(visitor: Visitor, at_provider: AtSamlProvider, row: SamlIdentityProvider) -> Answer:
    """Logged in there, and not sent home yet."""
    return at_provider.log_in(press(visitor, f"saml-{row.pk}"), "ada", f"https://{visitor.host}")


def what_follows(visitor: Visitor, answer: Answer) -> Page:
    sent = send(visitor, answer)
    return as_page(visitor.get(sent.headers["Location"]) if sent.status_code == 303 else sent)


def nobody_is_in(*visitors: Visitor) -> bool:
    return not Identity.objects.exists() and all(each.enrollment.signed_in_with == "" for each in visitors)


# --- signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wants",
    [
        {"saml20.sign.response": False, "saml20.sign.assertion": False},
        {"saml20.sign.assertion": False},
        {"saml20.sign.assertion": False, "assertion.encryption": True},
        {"privatekey": "next.key", "certificate": "next.pem"},
        {"signature.algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"},
    ],
    ids=["unsigned", "response alone", "response alone, encrypted", "another key", "sha-1"],
)
def test_an_assertion_has_to_be_signed_with_a_key_of_the_metadata(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    wants: dict[str, object],
) -> None:
    register(row, running, row.site, wants_signed=False)
    running.wants(**wants)
    visitor = Visitor()
    page = what_follows(visitor, answered(visitor, at_provider, row))

    assert (page.status, page.h1) == (403, NOT_LOGGED_IN)
    assert page.reference.replace("-", "") == visitor.enrollment.reference
    assert nobody_is_in(visitor)


def _replaced(old: str, new: str) -> Callable[[str], str]:
    def alter(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new)

    return alter


@pytest.mark.parametrize(
    "alter",
    [
        _replaced(">ada@northwind.example<", ">alice@northwind.example<"),
        _replaced(">ada@northwind.example<", ">ada@<!-- -->northwind.example<"),
        _replaced(">teachers<", ">heads<"),
        lambda xml: re.sub(r'NotOnOrAfter="[^"]+"', 'NotOnOrAfter="2099-01-01T00:00:00Z"', xml),
        lambda xml: re.sub(r"<ds:Signature .*?</ds:Signature>", "", xml, flags=re.DOTALL),
        lambda xml: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + re.sub(r"^<\?xml[^>]*\?>", "", xml),
        lambda xml: xml[: len(xml) // 2],
        lambda xml: "",
        lambda xml: "\0" * 1000,
        lambda xml: "<a>" * 100_000,
    ],
    ids=["name", "comment", "group", "times", "no signature", "entity", "half", "empty", "NUL", "deep"],
)
def test_whatever_was_changed_on_the_way_logs_in_nobody(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, alter: Callable[[str], str]
) -> None:
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    page = what_follows(visitor, with_xml(answer, alter(xml_of(answer))))

    assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)
    assert send(visitor, answer).status_code == 303, "the right answer still counts"


def test_compressed_and_huge_answers_are_no_answers(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """The POST binding knows no compression; pysaml2 alone would inflate it to whatever length."""
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    bomb = zlib.compress(b"<" * 50_000_000)[2:-4]
    for sent in (base64.b64encode(bomb).decode(), "A" * 2_000_000, "%%%"):
        page = what_follows(visitor, Answer(answer.path, answer.fields | {"SAMLResponse": sent}))
        assert page.h1 == NOT_LOGGED_IN


# --- wrapping: the signed assertion is moved aside, and a forged one takes its place ----------------------------------


def _forged(signed: ElementTree.Element, number: str = "_forged") -> ElementTree.Element:
    forged = copy.deepcopy(signed)
    forged.set("ID", number)
    for signature in forged.findall(f"{DS}Signature"):
        forged.remove(signature)
    for value in forged.iter(f"{SAML}AttributeValue"):
        if value.text == "ada@northwind.example":
            value.text = "alice@northwind.example"
    return forged


def _before(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.insert(list(root).index(signed), _forged(signed))


def _behind(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.append(_forged(signed))


def _around(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    forged = _forged(signed)
    root.remove(signed)
    forged.append(signed)
    root.append(forged)


def _in_signature(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    """The signature goes along into the forged one, with the signed one inside of it as an Object."""
    forged = _forged(signed)
    signature = signed.find(f"{DS}Signature")
    assert signature is not None
    moved = copy.deepcopy(signature)
    ElementTree.SubElement(moved, f"{DS}Object").append(signed)
    forged.insert(1, moved)
    root.remove(signed)
    root.append(forged)


def _in_extensions(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.remove(signed)
    extensions = ElementTree.Element(f"{PROTOCOL}Extensions")
    extensions.append(signed)
    root.insert(1, extensions)
    root.append(_forged(signed))


def _same_number(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.insert(list(root).index(signed), _forged(signed, signed.get("ID", "")))


def _in_advice(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    forged = _forged(signed)
    ElementTree.SubElement(forged, f"{SAML}Advice").append(signed)
    root.remove(signed)
    root.append(forged)


def _signature_only(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    """The forged one with the signature of the signed one, which is nowhere."""
    forged = _forged(signed)
    signature = signed.find(f"{DS}Signature")
    assert signature is not None
    forged.insert(1, signature)
    root.remove(signed)
    root.append(forged)


WRAPPINGS = [
    _before, _behind, _around, _in_signature, _in_extensions, _same_number, _in_advice, _signature_only,
]  # fmt: skip


@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize("looked_at", [True, False])
def test_a_forged_assertion_beside_the_signed_one_logs_in_nobody(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    monkeypatch: pytest.MonkeyPatch,
    wrap: Callable[[ElementTree.Element, ElementTree.Element], None],
    looked_at: bool,
) -> None:
    """Also behind our own look at the shape: it is not the only thing that stands in the way."""
    if not looked_at:
        monkeypatch.setattr(responses, "check_response", lambda xml: None)
    running.wants(**{"saml20.sign.response": False})
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    root = ElementTree.fromstring(xml_of(answer))  # noqa: S314  # of our own provider
    signed = root.find(f"{SAML}Assertion")
    assert signed is not None
    wrap(root, signed)
    page = what_follows(visitor, with_xml(answer, ElementTree.tostring(root, encoding="unicode")))

    assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)


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


# --- for somebody else -----------------------------------------------------------------------------------------------


def test_an_assertion_for_another_site_is_not_taken(
    alpha: Site, beta: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """One provider serves both; each site has a row and a name of its own there."""
    ours, theirs = connect(alpha, running), connect(beta, running)
    visitor, other = Visitor(), Visitor("beta.test")
    answer, foreign = answered(visitor, at_provider, ours), answered(other, at_provider, theirs)
    mixed = Answer(answer.path, foreign.fields | {"RelayState": answer.fields["RelayState"]})

    assert what_follows(visitor, mixed).h1 == NOT_LOGGED_IN
    assert send(visitor, Answer(foreign.path, foreign.fields)).status_code == 404
    assert nobody_is_in(visitor, other)


def test_an_assertion_for_another_row_of_the_same_site_is_not_taken(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    first, second = connect(alpha, running), connect(alpha, running, name="The other one")
    visitor = Visitor()
    answer = answered(visitor, at_provider, first)

    page = as_page(send(visitor, Answer(f"{second.path}acs", answer.fields)))
    assert (page.status, page.h1) == (403, OVER) and nobody_is_in(visitor)


def test_an_audience_other_than_us_is_not_taken(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """The provider knows us by a name that we gave up."""
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    SamlIdentityProvider.objects.update(own_entity_id="https://alpha.test/another")

    assert what_follows(visitor, answer).h1 == NOT_LOGGED_IN and nobody_is_in(visitor)


def test_what_comes_to_one_school_does_not_count_at_another(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)
    row, visitor = connect(alpha, running), Visitor()
    answer = answered(visitor, at_provider, row)

    assert as_page(Visitor("beta.test").post(answer.path, answer.fields)).h1 == OVER
    assert nobody_is_in(visitor)


def test_a_provider_that_took_anothers_name_vouches_for_its_own_people_only(
    alpha: Site, beta: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """An entity ID is a text that anybody can write: people are known by the row that vouched for them."""
    ours, theirs = connect(alpha, running), connect(beta, running)
    for host, each in (("alpha.test", ours), ("beta.test", theirs)):
        log_in(Visitor(host), at_provider, each)

    assert set(Identity.objects.values_list("source", flat=True)) == {f"saml:{ours.pk}", f"saml:{theirs.pk}"}


def test_a_local_superuser_of_the_same_name_stays_who_they_are(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    root = User.objects.create_superuser("ada", password="something else")
    visitor = Visitor()
    log_in(visitor, at_provider, row)

    assert visitor.enrollment.signed_in_user is None and visitor.get("/admin/").status_code == 302
    assert User.objects.get() == root


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
