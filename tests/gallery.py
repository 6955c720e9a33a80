"""Every page an enrolling person can meet, each made anew: for rules that hold on all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest import mock

from django.contrib.sites.models import Site
from django.http import HttpResponse

from enrollment.actions.endings import cancel
from enrollment.actions.invitations import release, revoke
from enrollment.models import DirectoryServer, Enrollment, SigningIdentity, Status
from enrollment.signin.staff import hashing_slot
from sites_config import changes
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.gallery_saml import SAML_PAGES
from tests.gallery_sign_in import SIGN_IN_PAGES
from tests.iphone import IPhone
from tests.moved_clock import Clock
from tests.phone.errors import PhoneError
from tests.phone.safari import USER_AGENTS
from tests.visitor import Visitor, fetch_profile, person_at, phone_without_network

OLD_SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/12.1.2 Mobile/15E148 Safari/604.1"
)
CHROME_ON_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/141.0.7390.96 Mobile/15E148 Safari/604.1"
)
CHROME_ON_IPAD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/141 Version/11.1.1 Safari/605.1.15"
)
ON_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"
Show = Callable[["Gallery"], HttpResponse]


class Gallery:
    """Needs Alpha School with Alice (who may enroll) and Bob (who may not)."""

    def __init__(self, site: Site, clock: Clock, language: str = "en") -> None:
        self.site, self.clock, self.language = site, clock, language

    def visitor(self) -> Visitor:
        return Visitor(language=self.language)

    def invite(self, **columns: object) -> str:
        return people.invite(self.site, **columns)[1]

    def person(self, stage: str) -> tuple[Visitor, IPhone]:
        visitor, phone = person_at(stage, self.invite(assigned_full_name="Ana Alvarez"), clock=self.clock.now)
        visitor.headers["Accept-Language"] = self.language
        return visitor, phone

    def at_portal(self, *, may_assign: bool = False) -> Visitor:
        if may_assign:
            people.let_assign(User.objects.get(username="alice"), self.site)
        visitor = self.visitor()
        visitor.log_in()
        return visitor


def pages() -> dict[str, Show]:
    """By name; the kinds of steps/problem.py by their own."""
    return PAGES | SIGN_IN_PAGES | SAML_PAGES


PAGES: dict[str, Show] = {}


def page(show: Show) -> Show:
    PAGES[show.__name__] = show
    return show


@page
def welcome(at: Gallery) -> HttpResponse:
    expires = at.clock.time + timedelta(days=30)
    return at.visitor().get(f"/i/{at.invite(expires_at=expires)}")


@page
def log_in(at: Gallery) -> HttpResponse:
    return at.visitor().get("/enroll/")


@page
def gate_safari(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"/i/{at.invite()}", user_agent=CHROME_ON_IPHONE)


@page
def gate_device(at: Gallery) -> HttpResponse:
    return at.visitor().get("/enroll/", user_agent=ON_WINDOWS)


@page
def gate_with_an_enrollment(at: Gallery) -> HttpResponse:
    return at.at_portal().get("/enroll/", user_agent=CHROME_ON_IPHONE)


@page
def welcome_on_a_mac(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"/i/{at.invite()}", user_agent=USER_AGENTS["iPad"])


@page
def log_in_in_chrome_on_ipad(at: Gallery) -> HttpResponse:
    return at.visitor().get("/enroll/", user_agent=CHROME_ON_IPAD)


@page
def hand_over(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    return visitor.get(f"{visitor.own}/hand-over")


@page
def hand_over_made(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    visitor.post(f"{visitor.own}/hand-over")
    return visitor.get(f"{visitor.own}/hand-over")


@page
def take_over(at: Gallery) -> HttpResponse:
    return at.visitor().get(at.at_portal().hand_over())


@page
def hand_over_gone(at: Gallery) -> HttpResponse:
    return at.visitor().get("/h/unknown")


@page
def continued_elsewhere(at: Gallery) -> HttpResponse:
    visitor, other = at.at_portal(), at.visitor()
    own = visitor.own
    other.take(visitor.hand_over())
    return visitor.get(f"{own}/")


@page
def log_in_with_errors(at: Gallery) -> HttpResponse:
    return at.visitor().log_in("", "")


@page
def log_in_refused(at: Gallery) -> HttpResponse:
    return at.visitor().log_in("alice", "wrong")


@page
def log_in_too_often(at: Gallery) -> HttpResponse:
    return [at.visitor().log_in("alice", "wrong") for _attempt in range(6)][-1]


@page
def log_in_unreachable(at: Gallery) -> HttpResponse:
    DirectoryServer.objects.create(site=at.site, name="LDAP", hosts="127.0.0.1:9", user_base="dc=example")
    return at.visitor().log_in("greta", "a password")


@page
def ownership(at: Gallery) -> HttpResponse:
    people.allow_personal(at.site)
    visitor = at.at_portal()
    return visitor.get(visitor.reach("ownership"))


@page
def ownership_not_chosen(at: Gallery) -> HttpResponse:
    people.allow_personal(at.site)
    visitor = at.at_portal()
    return visitor.post(visitor.reach("ownership"))


@page
def personal(at: Gallery) -> HttpResponse:
    people.allow_personal(at.site)
    visitor = at.at_portal()
    return visitor.get(visitor.reach("personal", {"ownership": "personal"}))


@page
def personal_too_old(at: Gallery) -> HttpResponse:
    people.allow_personal(at.site)
    visitor = at.at_portal()
    path = visitor.reach("personal", {"ownership": "personal"})
    return visitor.get(path, user_agent=OLD_SAFARI)


@page
def personal_not_served(at: Gallery) -> HttpResponse:
    people.configure(at.site, personal_enrollment=True, institutional_enrollment=False)
    visitor = at.at_portal()
    return visitor.get(visitor.reach("personal"))


@page
def personal_done(at: Gallery) -> HttpResponse:
    people.allow_personal(at.site)
    visitor = at.at_portal()
    path = visitor.reach("personal", {"ownership": "personal"})
    visitor.post(path)
    return visitor.get(path)


@page
def assign(at: Gallery) -> HttpResponse:
    visitor = at.at_portal(may_assign=True)
    return visitor.get(visitor.reach("assign"))


@page
def assign_found(at: Gallery) -> HttpResponse:
    people.person(at.site)
    visitor = at.at_portal(may_assign=True)
    path = visitor.reach("assign")
    visitor.post(path, {"user_name": "ana", "search": "1"})
    return visitor.get(path)


@page
def assign_not_found(at: Gallery) -> HttpResponse:
    visitor = at.at_portal(may_assign=True)
    return visitor.post(visitor.reach("assign"), {"user_name": "nobody"})


@page
def site(at: Gallery) -> HttpResponse:
    people.new_site("Alpha Junior", parent=at.site, ready=False)
    people.new_site("Alpha Senior", parent=at.site, ready=False)
    visitor = at.at_portal()
    return visitor.get(visitor.reach("site"))


@page
def choose_one_of_many_sites(at: Gallery) -> HttpResponse:
    for number in range(8):
        people.new_site(f"Alpha School {number}", parent=at.site, ready=False)
    visitor = at.at_portal()
    return visitor.get(visitor.reach("site"))


@page
def agreement(at: Gallery) -> HttpResponse:
    people.publish(at.site, **{f"text_{at.language}": "Alpha School\n\n* 1\n* 2"})
    visitor = at.visitor()
    visitor.start(at.invite(ask_for_agreement=True))
    return visitor.get(visitor.reach("agreement"))


@page
def agreement_declined(at: Gallery) -> HttpResponse:
    people.publish(at.site)
    visitor = at.visitor()
    visitor.start(at.invite(ask_for_agreement=True))
    return visitor.post(visitor.reach("agreement"), {"decline": "1"})


@page
def ca_certificate(at: Gallery) -> HttpResponse:
    people.configure(at.site, skip_ca_certificate=False, tls_needs_ca=True)
    visitor = at.at_portal()
    return visitor.get(visitor.reach("ca-certificate"))


@page
def ca_certificate_fetched(at: Gallery) -> HttpResponse:
    people.configure(at.site, skip_ca_certificate=False)
    visitor = at.at_portal()
    path = visitor.reach("ca-certificate")
    visitor.get(f"{visitor.own}/ca.mobileconfig")
    return visitor.get(path)


@page
def mdm_profile(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    return visitor.get(visitor.reach("mdm-profile"))


@page
def install(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    visitor.go_on()
    return visitor.get(f"{visitor.own}/install/")


@page
def install_fetched(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    visitor.go_on()
    fetch_profile(visitor, phone_without_network())
    return visitor.get(f"{visitor.own}/install/")


@page
def install_stalled(at: Gallery) -> HttpResponse:
    visitor, _phone = at.person("certificate-issued")
    at.clock.forward(minutes=3)
    return visitor.get(f"{visitor.own}/install/")


@page
def install_authenticated(at: Gallery) -> HttpResponse:
    visitor, _phone = at.person("authenticated")
    return visitor.get(f"{visitor.own}/install/")


@page
def complete(at: Gallery) -> HttpResponse:
    visitor, _phone = at.person("enrolled")
    return visitor.get(f"{visitor.own}/complete/")


@page
def failed(at: Gallery) -> HttpResponse:
    visitor, _phone = at.person("failed")
    return visitor.get(f"{visitor.own}/failed/")


@page
def failed_not_theirs(at: Gallery) -> HttpResponse:
    """The device is registered already, and the site restricts who may enroll it again."""
    people.configure(at.site, restrict_reenrollment=True)
    _visitor, first = at.person("enrolled")
    token = at.invite()
    visitor, phone = person_at("certificate-issued", token, clock=at.clock.now, udid=first.hardware.udid)
    with suppress(PhoneError):
        phone.authenticate()
    visitor.headers["Accept-Language"] = at.language
    return visitor.get(f"{visitor.own}/failed/")


@page
def resume(at: Gallery) -> HttpResponse:
    return at.at_portal().get("/enroll/")


@page
def invitation_unknown(at: Gallery) -> HttpResponse:
    return at.visitor().get("/i/unknown")


@page
def invitation_expired(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"/i/{at.invite(expires_at=at.clock.time)}")


@page
def invitation_revoked(at: Gallery) -> HttpResponse:
    row, token = people.invite(at.site)
    revoke(row, actor=None, now=at.clock.time)
    return at.visitor().get(f"/i/{token}")


@page
def invitation_used_up(at: Gallery) -> HttpResponse:
    token = at.invite()
    person_at("certificate-issued", token)
    return at.visitor().get(f"/i/{token}")


@page
def invitation_elsewhere(at: Gallery) -> HttpResponse:
    token = at.invite()
    Visitor().start(token)
    return at.visitor().get(f"/i/{token}")


@page
def enrollment_elsewhere(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"{at.at_portal().own}/mdm-profile/")


@page
def enrollment_expired(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    at.clock.forward(hours=2)
    return visitor.get(f"{visitor.own}/")


@page
def enrollment_released(at: Gallery) -> HttpResponse:
    row, token = people.invite(at.site)
    visitor = at.visitor()
    visitor.start(token)
    release(row, actor=None, now=at.clock.time)
    return visitor.get(f"{visitor.own}/")


@page
def enrollment_cancelled(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    cancel(visitor.enrollment, actor=None, now=at.clock.time)
    return visitor.get(f"{visitor.own}/")


@page
def install_not_fetched(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    visitor.go_on()
    at.clock.forward(minutes=16)
    return visitor.get(f"{visitor.own}/install/")


@page
def enrollment_over(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    Enrollment.objects.update(status=Status.CHECKED_OUT)
    return visitor.get(f"{visitor.own}/")


@page
def no_privilege(at: Gallery) -> HttpResponse:
    return at.visitor().log_in("bob")


@page
def closed(at: Gallery) -> HttpResponse:
    configuration = SiteConfiguration.objects.get(site=at.site)
    configuration.portal_open = False
    configuration.save()
    return at.visitor().get("/enroll/")


@page
def cookies(at: Gallery) -> HttpResponse:
    return at.visitor().post("/enroll/", {"username": "alice", "password": people.PASSWORD})


@page
def unavailable(at: Gallery) -> HttpResponse:
    visitor = at.at_portal()
    path = visitor.reach("mdm-profile")
    SigningIdentity.objects.all().delete()
    changes.forget()
    return visitor.post(path)


@page
def profile_gone(at: Gallery) -> HttpResponse:
    return at.visitor().get("/p/unknown.mobileconfig")


@page
def not_found(at: Gallery) -> HttpResponse:
    return at.visitor().get("/nothing/here")


@page
def unknown_host(at: Gallery) -> HttpResponse:
    return at.visitor().get("/enroll/", host="unknown.test")


@page
def busy(at: Gallery) -> HttpResponse:
    with hashing_slot(), hashing_slot():
        return at.visitor().log_in()


@page
def error(at: Gallery) -> HttpResponse:
    with falling():
        visitor = at.visitor()
        visitor.client.raise_request_exception = False
        return visitor.get("/enroll/")


@contextmanager
def falling() -> Iterator[None]:
    """The portal has a fault."""
    with mock.patch("enrollment.views.safari.Portal.get", side_effect=RuntimeError("a fault")):
        yield
