"""R04: GET has no effects, and a row appears with the first accepted answer only."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from django.urls import URLPattern

from enrollment.models import Authority, Enrollment, Invitation
from enrollment.urls import urlpatterns
from sites_config.models import User
from tests import people
from tests.moved_clock import Clock
from tests.rules.tables import changed, dump
from tests.visitor import STAGES, Visitor, person_at

pytestmark = pytest.mark.django_db
PREFETCH = (
    {"sec_purpose": "prefetch"},
    {"sec_purpose": "prefetch;prerender"},
    {"purpose": "preview"},
    {"x_moz": "prefetch"},
)


def _addresses(token: str) -> dict[str, list[str]]:
    """A path for every URL of enrollment/urls.py, by its name; the profile's stands apart (the one exception)."""
    enrollment = Enrollment.objects.first()
    own = f"/enroll/{enrollment.public_id if enrollment else 'A' * 22}"
    screens = ("log-in", "mdm-profile", "install", "complete", "failed", "nonsense")
    scep = f"/scep/{Authority.objects.get().public_id}"
    return {
        "root": ["/"],
        "portal-without-slash": ["/enroll", f"/enroll?invitation={token}"],
        "portal": ["/enroll/", f"/enroll/?invitation={token}"],
        "invitation": [f"/i/{token}", f"/i/{token}x"],
        "enrollment": [f"{own}/"],
        "status": [f"{own}/status"],
        "ca-status": [f"{own}/ca-status"],
        "ca-profile": ["/enroll/unknown/ca.mobileconfig"],  # like a profile's URL it notes its first serving
        "log-out": [f"{own}/log-out"],
        "start-over": [f"{own}/start-over"],
        "screen": [f"{own}/{screen}/" for screen in screens],
        "offer-hand-over": [f"{own}/hand-over"],
        "take-hand-over": ["/h/unknown"],
        "code": ["/code/", "/code/?code=ABCDEFGH"],
        "code-without-slash": ["/code"],
        "language": ["/language", "/language?next=/enroll/"],
        "logo": ["/logo/unknown.png"],
        "go-on-here": ["/go-on-here"],
        "openid-return": ["/accounts/oidc/1/return", "/accounts/oidc/1/return?state=unknown&code=unknown"],
        "saml-metadata": ["/accounts/saml/1/metadata"],
        "saml-consumer": ["/accounts/saml/1/acs"],
        "saml-logout": ["/accounts/saml/1/logout", "/accounts/saml/1/logout?SAMLRequest=unknown"],
        "saml-return": [f"{own}/signed-in", f"{own}/signed-in?ticket=unknown"],
        "account_login": ["/accounts/login/"],
        "account_logout": ["/accounts/logout/"],
        "account_reauthenticate": ["/accounts/confirm/"],
        "mfa_login_webauthn": ["/accounts/login/passkey/"],
        "mfa_index": ["/accounts/second-factor/"],
        "mfa_authenticate": ["/accounts/second-factor/code/"],
        "mfa_reauthenticate": ["/accounts/second-factor/confirm/"],
        "mfa_activate_totp": ["/accounts/second-factor/app/"],
        "mfa_deactivate_totp": ["/accounts/second-factor/app/remove/"],
        "mfa_view_recovery_codes": ["/accounts/second-factor/codes/"],
        "mfa_generate_recovery_codes": ["/accounts/second-factor/codes/new/"],
        "mfa_add_webauthn": ["/accounts/second-factor/passkey/"],
        "mfa_reauthenticate_webauthn": ["/accounts/second-factor/passkey/confirm/"],
        "mfa_remove_webauthn": ["/accounts/second-factor/passkey/1/remove/"],
        "account_change_password": ["/accounts/password/change/"],
        "account_set_password": ["/accounts/password/set/MQ/unknown-token/"],
        "profile": ["/p/unknown.mobileconfig"],
        "scep": [
            f"{scep}?operation=GetCACaps",
            f"{scep}?operation=GetCACert",
            f"{scep}?operation=PKIOperation",
            scep,
        ],
        "mdm-check-in": ["/mdm/check-in"],
        "mdm-connect": ["/mdm/connect"],
    }


def _all(token: str) -> Iterator[str]:
    for paths in _addresses(token).values():
        yield from paths
    yield from ("/admin/", "/admin/login/", "/nothing/here")


def test_r04_every_url_is_on_the_list_of_this_test(alpha: Site) -> None:
    names = {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)}

    assert names == set(_addresses("token"))


@pytest.mark.parametrize("stage", STAGES)
def test_r04_looking_changes_nothing_at_any_stage(alpha: Site, stage: str) -> None:
    _row, token = people.invite(alpha, max_uses=3)
    visitor, _phone = person_at(stage, token)
    stranger = Visitor()
    before = dump()

    for path in _all(token):
        # allauth counts HEAD as an attempt to log in: a number in the cache, no row.
        for method in ("GET",) if path == "/accounts/login/" else ("GET", "HEAD", "OPTIONS"):
            visitor.ask(method, path)
        stranger.get(path)
        for headers in PREFETCH[:2]:
            visitor.get(path, **headers)

    assert changed(before, dump()) == {}


def test_r04_fifty_repeats_of_every_url_change_nothing(alpha: Site) -> None:
    _row, token = people.invite(alpha, max_uses=3)
    visitor, _phone = person_at("profile-fetched", token)
    before = dump()

    for path in _all(token):
        for _repeat in range(50):
            assert visitor.get(path).status_code < 500

    assert changed(before, dump()) == {}


def test_r04_a_mail_scanner_spends_no_use(alpha: Site) -> None:
    row, token = people.invite(alpha, max_uses=1)

    for _scan in range(50):
        Visitor(agent="SafeLinks").get(f"/i/{token}")

    assert Invitation.objects.get(pk=row.pk).uses_held == 0
    assert Visitor().start(token)


def test_r04_the_first_serving_of_a_profile_is_noted_once(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)
    url = visitor.profile_url
    before = dump()

    visitor.ask("HEAD", url)
    for headers in PREFETCH:
        assert visitor.get(url, **headers).status_code == 200
    assert changed(before, dump()) == {}, "neither HEAD nor a prefetch is a serving"

    visitor.get(url)
    noted = dump()
    assert set(changed(before, noted)) == {
        "enrollment_issuedprofile",
        "enrollment_challenge",
        "enrollment_event",
    }

    for _repeat in range(50):
        visitor.get(url)
    assert changed(noted, dump()) == {}


@pytest.mark.parametrize("username", ["alice", "nobody", ""])
def test_r04_a_wrong_password_makes_no_row(alice: User, username: str) -> None:
    visitor = Visitor()

    visitor.log_in(username, "wrong")

    assert not Enrollment.objects.exists()
    assert not Visitor().client.session.keys()


def test_r04_somebody_without_the_privilege_makes_no_row(bob: User) -> None:
    assert Visitor().log_in("bob").status_code == 403
    assert not Enrollment.objects.exists()


def test_r04_a_start_without_the_cookie_of_the_page_makes_no_row(alpha: Site) -> None:
    _row, token = people.invite(alpha)

    answer = Visitor().post(f"/i/{token}")

    assert answer.status_code == 403
    assert not Enrollment.objects.exists()


def test_r04_looking_at_what_lapsed_changes_nothing(alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-fetched", token, clock=clock.now)
    clock.forward(hours=2)
    before = dump()

    for path in _all(token):
        visitor.get(path)

    assert changed(before, dump()) == {}
