"""Somebody who brings a device as far as its check-in, and what comes of it."""

from django.contrib.sites.models import Site

from enrollment.models import ListedDevice
from tests import people
from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.phone.page import Page
from tests.visitor import Visitor, fetch_profile, phone_without_network

SERIAL = "F2LX1234ABCD"


def invited(site: Site, **columns: object) -> Visitor:
    """By an invitation that names nobody and asks nobody."""
    visitor = Visitor()
    visitor.start(people.invite(site, **({"assigned_user_name": ""} | columns))[1])
    return visitor


def certified(visitor: Visitor, *, serial: str = SERIAL, udid: str = "", **options: object) -> IPhone:
    phone = phone_without_network(serial=serial, udid=udid, **options)
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    return phone


def is_let(visitor: Visitor, *, serial: str = SERIAL, udid: str = "") -> bool:
    """To the end, or refused at Authenticate with 400."""
    phone = certified(visitor, serial=serial, udid=udid)
    try:
        phone.authenticate()
    except PhoneError as error:
        assert "HTTP 400" in str(error)
        return False
    phone.token_update()
    return True


def page_of(visitor: Visitor) -> Page:
    return visitor.see(f"{visitor.own}/")


def put(site: Site, serial: str = SERIAL, **columns: object) -> ListedDevice:
    """On the site's list."""
    return ListedDevice.objects.create(site=site, serial_number=serial, **columns)
