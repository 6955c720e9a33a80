"""Logged out here, logged out at the provider, and the other way round."""

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.saml_round_trips import begun_in, session_of
from enrollment.models import Enrollment, Event, EventKind, SamlIdentityProvider, Status
from tests import people
from tests.identity.at_provider import address_of
from tests.identity.at_saml_provider import (
    AtSamlProvider,
    as_usual,
    at_provider,
    connect,
    log_in,
    row,
    running,
)
from tests.moved_clock import Clock
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db
REFUSED = (403, "You could not be logged out")


def log_out_there(at_provider: AtSamlProvider, running: IdentityProvider) -> str:
    """On the provider's own page; where that sends the browser, with its request, as path and query."""
    service = f"{running.url}/simplesaml/saml2/idp/SingleLogoutService.php"
    return at_provider.follow(f"{service}?ReturnTo={running.url}/simplesaml/")


def test_log_out_leads_to_the_provider_and_back(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """On a shared iPad the provider would still know who was there."""
    SamlIdentityProvider.objects.update(fresh_login=False)
    visitor = Visitor()
    log_in(visitor, at_provider, row)
    page = visitor.post(f"{visitor.own}/log-out")
    assert as_page(page).h1 == "Log out at Northwind Account"
    assert Enrollment.objects.get().status == Status.EXPIRED, "here it is done already"

    home = at_provider.follow(address_of(page.content.decode()))
    assert visitor.get(home).headers["Location"] == "https://alpha.test/enroll/"
    log_in(Visitor(), at_provider, row)
    assert at_provider.typed == 2, "the password is asked for again"


def test_after_log_out_people_are_at_their_own_school_again(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """The provider answers at the first address that it knows, whichever the person came from."""
    people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)
    row, visitor = connect(alpha, running), Visitor("beta.test")
    log_in(visitor, at_provider, row)
    page = visitor.post(f"{visitor.own}/log-out").content.decode()
    home = at_provider.follow(address_of(page))

    assert Visitor().get(home).headers["Location"] == "https://beta.test/enroll/"
    for stranger in (
        "https://evil.example",
        "https://beta.test.evil.example",
        "javascript:",
        "//evil.example",
    ):
        sent = Visitor().get(f"{row.path}logout?SAMLResponse=x&RelayState={stranger}")
        assert sent.headers["Location"] == "/enroll/"


@pytest.mark.parametrize("columns", [{"enabled": False}, {"metadata_xml": ""}])
def test_log_out_works_here_alone_where_the_provider_is_gone(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, columns: dict[str, object]
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, row)
    SamlIdentityProvider.objects.update(**columns)

    assert visitor.post(f"{visitor.own}/log-out").headers["Location"] == "/enroll/"


def test_whoever_logs_out_at_the_provider_is_logged_out_here(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, row)
    own = visitor.own
    request = log_out_there(at_provider, running)
    assert request.startswith(f"{row.path}logout?SAMLRequest=")
    answer = Visitor().get(request)
    assert answer.status_code == 303

    assert at_provider.follow(answer.headers["Location"]).startswith(f"{running.url}/simplesaml/")
    assert Enrollment.objects.get().status == Status.EXPIRED
    assert visitor.see(f"{own}/").h1 == "This enrollment has expired"


def test_a_device_on_its_way_goes_on_when_its_person_logs_out_at_the_provider(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    visitor, phone = Visitor(), phone_without_network()
    log_in(visitor, at_provider, row)
    visitor.go_on()
    fetch_profile(visitor, phone)
    Visitor().get(log_out_there(at_provider, running))
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    assert Enrollment.objects.get().status == Status.ENROLLED
    assert Event.objects.filter(kind=EventKind.SIGNED_OUT).count() == 1


def test_only_enrollments_of_that_session_end(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider, tls: object
) -> None:
    """Ada is logged in on two devices, Alice on a third."""
    elsewhere = type(at_provider)(tls)  # type: ignore[arg-type]
    ada, again, alice = Visitor(), Visitor(), Visitor()
    log_in(ada, at_provider, row)
    log_in(again, elsewhere, row)
    log_in(alice, type(at_provider)(tls), row, "alice")  # type: ignore[arg-type]
    Visitor().get(log_out_there(at_provider, running))

    assert ada.enrollment.status == Status.EXPIRED
    assert again.enrollment.status != Status.EXPIRED != alice.enrollment.status


def test_of_somebody_with_many_devices_those_under_way_come_first(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """A request ends no more than MOST_SESSIONS."""
    over, under_way, again = Visitor(), Visitor(), Visitor()
    for visitor in (over, under_way, again):
        log_in(visitor, at_provider, row)
    ended = [each.enrollment for each in (over, again)]
    for visitor in (over, again):
        visitor.post(f"{visitor.own}/log-out")
    _row, session = session_of(under_way.enrollment) or pytest.fail("nobody is logged in")

    assert list(begun_in(row, session.name_id, ())) == [under_way.enrollment, *reversed(ended)]


def test_a_logout_request_counts_once_for_its_time_and_signed_only(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider, clock: Clock
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, row)
    request = log_out_there(at_provider, running)
    path, _, query = request.partition("?")
    pairs = dict(each.split("=", 1) for each in query.split("&"))
    unsigned = f"SAMLRequest={pairs['SAMLRequest']}"
    altered = query.replace("SigAlg=", "RelayState=elsewhere&SigAlg=")
    weak = query.replace("rsa-sha256", "rsa-sha1")
    for each in (unsigned, altered, weak, f"{query}&SAMLRequest=x", "SAMLRequest=x&SigAlg=y&Signature=z"):
        page = as_page(Visitor().get(f"{path}?{each}"))
        assert (page.status, page.h1) == REFUSED and page.reference
    clock.forward(minutes=7)
    assert as_page(Visitor().get(request)).status == 403
    assert visitor.enrollment.status != Status.EXPIRED

    clock.forward(minutes=-7)
    assert Visitor().get(request).status_code == 303
    assert as_page(Visitor().get(request)).status == 403


def test_another_rows_logout_request_is_not_obeyed(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """The same provider knows us by two names, and signs with the same key."""
    first, second = connect(alpha, running), connect(alpha, running, name="The other one")
    visitor = Visitor()
    log_in(visitor, at_provider, first)
    request = log_out_there(at_provider, running)

    assert as_page(Visitor().get(request.replace(first.path, second.path))).status == 403
    assert visitor.enrollment.status != Status.EXPIRED
