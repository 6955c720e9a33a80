"""The screens that ask, from whose device it is to its being enrolled."""

from contextlib import suppress

from django.http import HttpResponse

from tests import people
from tests.gallery_pages.base import Gallery, page
from tests.gallery_pages.browsers import OLD_SAFARI
from tests.phone.errors import PhoneError
from tests.visitor import fetch_profile, person_at, phone_without_network


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


def _turned_away(at: Gallery, **rules: object) -> HttpResponse:
    people.configure(at.site, **rules)
    visitor, phone = at.person("certificate-issued")
    with suppress(PhoneError):
        phone.authenticate()
    return visitor.get(f"{visitor.own}/failed/")


@page
def failed_not_listed(at: Gallery) -> HttpResponse:
    return _turned_away(at, only_listed_devices=True)


@page
def failed_too_many_devices(at: Gallery) -> HttpResponse:
    at.person("enrolled")
    return _turned_away(at, devices_per_person=1)


@page
def failed_os_too_old(at: Gallery) -> HttpResponse:
    return _turned_away(at, minimum_os="26.0")


@page
def failed_wrong_device(at: Gallery) -> HttpResponse:
    token = at.invite(only_serial_number="F2LX1234ABCD")
    visitor, phone = person_at("certificate-issued", token, clock=at.clock.now)
    with suppress(PhoneError):
        phone.authenticate()
    visitor.headers["Accept-Language"] = at.language
    return visitor.get(f"{visitor.own}/failed/")


@page
def resume(at: Gallery) -> HttpResponse:
    return at.at_portal().get("/enroll/")
