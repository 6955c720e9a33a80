"""How people come in: the invitation, the gates, the hand-over, the log-in."""

from datetime import timedelta

from django.http import HttpResponse

from enrollment.actions.pins import sealed
from enrollment.models import DirectoryServer
from tests.gallery_pages.base import Gallery, page
from tests.gallery_pages.browsers import CHROME_ON_IPAD, CHROME_ON_IPHONE, ON_WINDOWS
from tests.phone.safari import USER_AGENTS


@page
def welcome(at: Gallery) -> HttpResponse:
    expires = at.clock.time + timedelta(days=30)
    return at.visitor().get(f"/i/{at.invite(expires_at=expires)}")


@page
def welcome_with_pin(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"/i/{at.invite(pin_encrypted=sealed('471100'))}")


@page
def welcome_pin_wrong(at: Gallery) -> HttpResponse:
    token = at.invite(pin_encrypted=sealed("471100"))
    visitor = at.visitor()
    visitor.get(f"/i/{token}")
    return visitor.post(f"/i/{token}", {"pin": "4711"})


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
def language(at: Gallery) -> HttpResponse:
    return at.visitor().get("/language?next=/enroll/")
