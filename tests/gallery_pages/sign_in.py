"""The pages of the way to an identity provider and back; doubles stand for the provider itself."""

from unittest import mock
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse

from enrollment.models import AccessGroup, CloudIdentityProvider
from enrollment.signin import discovery, openid
from enrollment.signin.failures import Reason, SignInFailed
from sites_config.models import User
from tests import people
from tests.authenticator_app import WRONG, give_app
from tests.gallery_pages.base import Gallery, page
from tests.visitor import Visitor

CONFIGURATION = {
    "issuer": "https://login.example",
    "authorization_endpoint": "https://login.example/auth",
    "token_endpoint": "https://login.example/token",
    "jwks_uri": "https://login.example/jwks",
}


def provider(at: Gallery, name: str = "Northwind Account") -> CloudIdentityProvider:
    row, _made = CloudIdentityProvider.objects.get_or_create(
        site=at.site, name=name, issuer=CONFIGURATION["issuer"], client_id="gatehouse"
    )
    return row


def pressed(at: Gallery) -> tuple[Visitor, HttpResponse]:
    row, visitor = provider(at), at.visitor()
    visitor.get("/enroll/")
    with mock.patch.object(discovery, "configuration", return_value=CONFIGURATION):
        return visitor, visitor.post("/enroll/", {"provider": f"oidc-{row.pk}"})


def begun(at: Gallery) -> tuple[Visitor, str]:
    """With the state that the provider would send back."""
    visitor, leaving = pressed(at)
    address = leaving.content.decode().partition("0;url=")[2].partition('"')[0].replace("&amp;", "&")
    return visitor, parse_qs(urlsplit(address).query)["state"][0]


def returned(at: Gallery, reason: Reason) -> HttpResponse:
    visitor, state = begun(at)
    failure = SignInFailed(reason, "a double said so")
    row = CloudIdentityProvider.objects.get(site=at.site)
    with mock.patch.object(openid, "_claims", side_effect=failure):
        return visitor.get(f"{openid.callback_path(row)}?state={state}")


@page
def log_in_providers(at: Gallery) -> HttpResponse:
    provider(at)
    provider(at, "Another Account")
    return at.visitor().get("/enroll/")


@page
def log_in_provider_alone(at: Gallery) -> HttpResponse:
    provider(at)
    provider(at, "Another Account")
    people.configure(at.site, password_log_in=False)
    return at.visitor().get("/enroll/")


@page
def leaving(at: Gallery) -> HttpResponse:
    return pressed(at)[1]


@page
def provider_unreachable(at: Gallery) -> HttpResponse:
    row, visitor = provider(at), at.visitor()
    visitor.get("/enroll/")
    with mock.patch.object(discovery, "configuration", side_effect=discovery.BadDiscovery("a double")):
        return visitor.post("/enroll/", {"provider": f"oidc-{row.pk}"})


@page
def sign_in_cancelled(at: Gallery) -> HttpResponse:
    return returned(at, Reason.CANCELLED)


@page
def sign_in_over(at: Gallery) -> HttpResponse:
    return at.visitor().get(openid.callback_path(provider(at)))


@page
def sign_in_stranger(at: Gallery) -> HttpResponse:
    return returned(at, Reason.STRANGER)


@page
def no_access(at: Gallery) -> HttpResponse:
    """A double of an answer: somebody of no group, where one is needed."""
    AccessGroup.objects.get_or_create(site=at.site, group_name="teachers")
    visitor, state = begun(at)
    row = CloudIdentityProvider.objects.get(site=at.site)
    with mock.patch.object(openid, "_claims", return_value={"sub": "1", "name": "Ana Alvarez"}):
        return visitor.get(f"{openid.callback_path(row)}?state={state}")


@page
def sign_in_invalid(at: Gallery) -> HttpResponse:
    return returned(at, Reason.INVALID)


def _at_code(at: Gallery) -> Visitor:
    give_app(User.objects.get(username="alice"))
    visitor = at.visitor()
    visitor.log_in()
    return visitor


@page
def second_factor(at: Gallery) -> HttpResponse:
    visitor = _at_code(at)
    return visitor.get(f"{visitor.own}/second-factor/")


@page
def second_factor_refused(at: Gallery) -> HttpResponse:
    visitor = _at_code(at)
    return visitor.post(f"{visitor.own}/second-factor/", {"code": WRONG})


@page
def second_factor_missing(at: Gallery) -> HttpResponse:
    people.configure(at.site, second_factor_for_staff=True)
    return at.visitor().log_in()
