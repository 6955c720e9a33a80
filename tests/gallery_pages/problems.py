"""Where the way ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from django.http import HttpResponse

from enrollment.actions.endings import cancel
from enrollment.actions.invitations import release, revoke
from enrollment.actions.pins import sealed
from enrollment.models import Enrollment, SigningIdentity, Status
from enrollment.signin.staff import hashing_slot
from sites_config import changes
from sites_config.models import Privilege, SiteConfiguration
from tests import people
from tests.gallery_pages.base import Gallery, page
from tests.gallery_pages.browsers import OLD_SAFARI
from tests.visitor import Visitor, person_at


@page
def invitation_unknown(at: Gallery) -> HttpResponse:
    return at.visitor().get("/i/unknown")


@page
def invitation_expired(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"/i/{at.invite(expires_at=at.clock.time)}")


@page
def invitation_not_yet(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"/i/{at.invite(not_before=at.clock.time + timedelta(days=2))}")


@page
def invitation_renewed(at: Gallery) -> HttpResponse:
    token = at.invite(pin_encrypted=sealed("471100"))
    visitor = at.visitor()
    visitor.get(f"/i/{token}")
    answers = [visitor.post(f"/i/{token}", {"pin": "000000"}) for _try in range(5)]
    return answers[-1]


@page
def invitation_other(at: Gallery) -> HttpResponse:
    people.configure(at.site, portal_open=True)
    people.staff("dora", "Dora Dean", (at.site, Privilege.ENROLL_MOBILE_DEVICES))
    visitor = at.visitor()
    visitor.start(at.invite(login_required=True, only_user_name="ana"))
    return visitor.post(f"{visitor.own}/log-in/", {"username": "dora", "password": people.PASSWORD})


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
def update_first(at: Gallery) -> HttpResponse:
    people.configure(at.site, minimum_os="17.0")
    visitor = at.visitor()
    visitor.headers["User-Agent"] = OLD_SAFARI
    return visitor.get(f"/i/{at.invite()}")


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
