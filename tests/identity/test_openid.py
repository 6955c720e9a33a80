"""People log in at an OpenID provider, a real one; the device becomes theirs."""

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.models import AssignmentSource, CloudIdentityProvider, Device, Enrollment, Identity
from enrollment.signin import discovery
from sites_config.models import User
from sites_config.secrets import encrypt
from tests import people
from tests.identity.at_provider import AtProvider, press
from tests.live import TestAuthority
from tests.servers.openid import CLIENT, PEOPLE, SECRET, OpenId, openid
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db
FIRST = 41  # the row's number stands in the redirect URI, which is registered before there is a row


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[OpenId]:
    redirects = [
        f"https://{host}/accounts/oidc/{number}/return"
        for host in ("alpha.test", "beta.test")
        for number in (FIRST, FIRST + 1)
    ]
    with openid(tmp_path_factory.mktemp("openid"), tls, redirects) as provider:
        yield provider


@pytest.fixture(autouse=True)
def trusted(settings: Settings, tls: TestAuthority) -> Iterator[None]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    discovery.forget()
    yield
    discovery.forget()


def connect(site: Site, issuer: str, number: int = FIRST, **columns: object) -> CloudIdentityProvider:
    defaults: dict[str, object] = {
        "name": "Northwind Account",
        "client_id": CLIENT,
        "client_secret_encrypted": encrypt(SECRET.encode()),
        "required_claims": {"hd": "northwind.example"},
        "room_claim": "office",
        "department_claim": "department",
    }
    return CloudIdentityProvider.objects.create(site=site, pk=number, issuer=issuer, **(defaults | columns))


@pytest.fixture
def row(alpha: Site, running: OpenId) -> CloudIdentityProvider:
    return connect(alpha, running.issuer)


@pytest.fixture
def at_provider(tls: TestAuthority) -> AtProvider:
    return AtProvider(tls)


def answers(name: str = "ada") -> dict[str, str]:
    return {"username": name, "password": str(PEOPLE[name]["password"])}


def log_in(visitor: Visitor, at_provider: AtProvider, name: str = "ada", number: int = FIRST) -> str:
    """The path of what follows, "" for a page that says why not."""
    home = at_provider.log_in(press(visitor, f"oidc-{number}"), answers(name), f"https://{visitor.host}")
    return str(visitor.get(home).headers.get("Location", ""))


def test_from_the_portal_to_a_managed_device_that_is_theirs(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    visitor, phone = Visitor(), phone_without_network()

    assert log_in(visitor, at_provider) == f"{visitor.own}/"
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    page = visitor.see(f"{visitor.own}/")
    assert page.h1 == "Enrollment complete" and "Ada Ångström" in page.text
    signed_in, device = Enrollment.objects.get(), Device.objects.get()
    assert (signed_in.signed_in_with, signed_in.signed_in_source) == ("oidc", f"oidc:{row.issuer}")
    assert signed_in.signed_in_id == "sub-ada" and signed_in.signed_in_user is None
    assert device.assignment_source == AssignmentSource.SIGNED_IN
    assert (device.assigned_user_name, device.assigned_full_name) == ("ada@northwind.example", "Ada Ångström")
    assert (device.assigned_department, device.assigned_room) == ("Physics", "Room 7")
    assert device.assigned_email == "ada@northwind.example"
    known = Identity.objects.get()
    assert (known.source, known.external_id) == (f"oidc:{row.issuer}", "sub-ada")


def test_r02_nothing_stays_open_in_the_browser(row: CloudIdentityProvider, at_provider: AtProvider) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider)

    assert not Session.objects.exists() and not User.objects.exists()
    assert visitor.get("/admin/").status_code == 302
    assert visitor.get("/accounts/password/change/").status_code == 302


def test_claims_of_the_userinfo_endpoint_count_too(
    alpha: Site, tls: TestAuthority, at_provider: AtProvider, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Which claims stand in the ID token is the provider's choice (OpenID Connect Core, 5.4)."""
    redirect = f"https://alpha.test/accounts/oidc/{FIRST}/return"
    with openid(tmp_path_factory.mktemp("openid"), tls, [redirect], claims_by="userinfo") as provider:
        connect(alpha, provider.issuer, required_claims={})
        visitor = Visitor()
        log_in(visitor, at_provider)

    assert visitor.enrollment.signed_in_name == "Ada Ångström"


def test_the_answers_given_before_are_there_after(
    alpha: Site, row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    _invitation, token = people.invite(alpha, login_required=True, assigned_user_name="")
    visitor = Visitor(language="de")
    visitor.start(token)
    before = visitor.enrollment
    path = visitor.see(f"{visitor.own}/").path

    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}", path), answers())
    assert visitor.get(home).headers["Location"] == f"{visitor.own}/"

    after = visitor.enrollment
    assert (after.pk, after.invitation_id, after.language) == (before.pk, before.invitation_id, "de")
    assert after.signed_in_name == "Ada Ångström"


def test_a_required_claim_keeps_strangers_out(row: CloudIdentityProvider, at_provider: AtProvider) -> None:
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), answers("stranger"))
    page = as_page(visitor.get(home))

    assert (page.status, page.h1) == (403, "This account does not belong to Alpha School")
    assert visitor.enrollment.signed_in_with == "" and not Identity.objects.exists()


def test_a_name_like_a_staff_accounts_opens_nothing(
    row: CloudIdentityProvider, at_provider: AtProvider, alice: User
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, "alice")

    assert visitor.enrollment.signed_in_user is None and visitor.enrollment.signed_in_with == "oidc"
    assert visitor.get("/admin/").status_code == 302


def test_who_stops_at_the_provider_reads_so_and_may_try_again(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), {"stop": "1"})
    page = as_page(visitor.get(home))

    assert (page.status, page.h1) == (200, "You are not logged in")
    assert log_in(visitor, at_provider) == f"{visitor.own}/"


def test_the_password_is_asked_again_of_somebody_who_is_still_logged_in_there(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    """Carol walks away from a shared iPad; whoever comes next is not Carol."""
    log_in(Visitor(), at_provider)
    at_provider.pages.clear()
    log_in(Visitor(), at_provider)
    assert at_provider.pages

    CloudIdentityProvider.objects.update(fresh_login=False)
    at_provider.pages.clear()
    log_in(Visitor(), at_provider)
    assert not at_provider.pages


# --- R01: whose enrollment it becomes --------------------------------------------------------------------------------


def test_r01_a_return_that_another_browser_began_is_nobodys(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    """Alice sends Bob the address that her own log-in would lead back to."""
    alice, bob = Visitor(), Visitor()
    home = at_provider.log_in(press(alice, f"oidc-{row.pk}"), answers())
    press(bob, f"oidc-{row.pk}")
    page = as_page(bob.get(home))

    assert (page.status, page.h1) == (403, "This log-in is no longer valid")
    assert bob.enrollment.signed_in_with == "" == alice.enrollment.signed_in_with


def test_r01_the_same_return_counts_once(row: CloudIdentityProvider, at_provider: AtProvider) -> None:
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), answers())
    assert visitor.get(home).status_code == 303
    first = visitor.enrollment.signed_in_at

    assert as_page(visitor.get(home)).h1 == "This log-in is no longer valid"
    assert visitor.enrollment.signed_in_at == first


def test_r01_a_session_without_the_browsers_key_attaches_nothing(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    visitor, other = Visitor(), Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), answers())
    other.get("/enroll/")
    session = "__Host-gatehouse-session"
    other.client.cookies[session] = visitor.client.cookies[session].value

    assert other.get(home).status_code == 403
    assert visitor.enrollment.signed_in_with == ""


def test_a_code_works_once_even_with_a_state_of_its_own(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    """The provider refuses it, and so does PKCE: the code belongs to another request."""
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), answers())
    code = home.partition("code=")[2].partition("&")[0]
    state = press(Visitor(), f"oidc-{row.pk}")
    own = Visitor()
    state = press(own, f"oidc-{row.pk}").partition("state=")[2].partition("&")[0]

    answer = own.get(f"/accounts/oidc/{row.pk}/return?state={state}&code={code}")
    assert as_page(answer).h1 == "You could not be logged in"
    assert own.enrollment.signed_in_with == ""
