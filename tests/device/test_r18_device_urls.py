"""R18: what a device may ask, for ever; and that it is never answered 401 or 403, which could unenroll it."""

import itertools
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.urls import URLPattern, get_resolver

from enrollment.models import Status
from tests.device.phones import Phone, Phones
from tests.device.pki_messages import Asker

GOLDEN = Path(__file__).with_name("device-urls.txt")
FIRST = "profile"  # the first device URL in enrollment/urls.py
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FROB")
BODIES = (b"", b"x", b"\x00" * 300, b"<plist/>", b"--x\r\n", b"a=b&csrfmiddlewaretoken=x", b"{}")
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary=x", "Origin": "https://evil.example"},
    {"Mdm-Signature": "MIIB", "Authorization": "Basic eDp5", "Cookie": "sessionid=x; csrftoken=y"},
    {"Mdm-Signature": "A" * 9000, "Referer": "https://evil.example/"},
    {"X-Forwarded-Host": "evil.example", "X-Requested-With": "XMLHttpRequest"},
)


def golden() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name of the view -> (route, methods)."""
    lines = [line.split() for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    return {name: (route, tuple(methods)) for name, route, *methods in lines}


def routes() -> dict[str, str]:
    """Every named route of ours; a profile's addresses are looked for among them."""
    patterns = get_resolver("enrollment.urls").url_patterns
    converter = re.compile(r"<\w+:")
    ours = (each for each in patterns if isinstance(each, URLPattern))
    return {str(each.name): converter.sub("<", f"/{each.pattern}") for each in ours}


def test_r18_the_device_urls_are_those_of_the_list() -> None:
    ours, names = routes(), list(routes())
    on_the_device = names[names.index(FIRST) :]
    assert on_the_device == list(golden())
    assert {name: ours[name] for name in on_the_device} == {name: row[0] for name, row in golden().items()}


def test_r18_a_profile_names_only_addresses_of_the_list(phones: Phones) -> None:
    phone = phones.started()
    url = phone.issue()
    phone.take(url)
    public_id = phone.enrollment.authority.public_id if phone.enrollment.authority else ""
    mdm = phone._mdm_payload
    assert urlsplit(url).path.startswith("/p/")
    assert urlsplit(mdm["CheckInURL"]).path == golden()["mdm-check-in"][0]
    assert urlsplit(mdm["ServerURL"]).path == golden()["mdm-connect"][0]
    scep = urlsplit(str(phone._installing.identity_payload["PayloadContent"]["URL"])).path
    assert scep == golden()["scep"][0].replace("<authority>", public_id)


def paths(phone: Phone) -> tuple[str, ...]:
    """Of every device URL, one that exists and one that doesn't."""
    scep = urlsplit(str(phone._installing.identity_payload["PayloadContent"]["URL"])).path
    operations = (f"{scep}?operation={name}" for name in ("", "PKIOperation", "GetCACert"))
    unknown = ("/p/unknown.mobileconfig", "/scep/unknown?operation=PKIOperation")
    return (urlsplit(phone.issue()).path, *operations, "/mdm/check-in", "/mdm/connect", *unknown)


def test_r18_other_methods_than_those_of_the_list_are_not_allowed(phones: Phones) -> None:
    phone = phones.with_profile()
    known = {"profile": urlsplit(phone.issue()).path, "scep": paths(phone)[1]}
    for name, (route, methods) in golden().items():
        for method in METHODS:
            status = phone.wire.ask(method, known.get(name, route)).status_code
            assert (status == 405) == (method not in methods), (name, method, status)


def test_r18_no_device_url_ever_answers_401_or_403(phones: Phones) -> None:
    phone, bodies = phones.with_profile(), itertools.cycle(BODIES)
    for path in paths(phone):
        for (method, headers), body in zip(itertools.product(METHODS, HEADERS), bodies, strict=False):
            status = phone.wire.ask(method, path, body, headers).status_code
            assert status not in (401, 403), (method, path, headers, body)
            assert status < 500


def test_r18_what_a_device_gets_wrong_is_a_bad_request_at_worst(phones: Phones) -> None:
    """Every refusal of a certificate of ours, in every state its enrollment can be in."""
    for phone in (phones.certified(), phones.authenticated(), phones.enrolled()):
        for message_type in ("Authenticate", "TokenUpdate", "CheckOut", "Frobnicate"):
            for changes in ({}, {"UDID": "another"}, {"Topic": "another"}, {"UDID": 5}):
                assert phone.check_in(message_type, **changes).status in (200, 400)
        for status in ("Idle", "Acknowledged", "NotNow", "Frobnicate"):
            assert phone.report(Status=status).status in (200, 400)


def test_r18_an_unknown_host_is_misdirected_and_not_forbidden(phones: Phones) -> None:
    for path in ("/mdm/check-in", "/mdm/connect", "/scep/x", "/p/x.mobileconfig"):
        answer = phones.wire.ask("PUT", path, b"x", host="unknown.test")
        assert answer.status_code == 421


def test_r18_nothing_on_the_device_side_derives_from_secret_key(
    phones: Phones, settings: LazySettings
) -> None:
    phone = phones.started()
    url = phone.issue()
    settings.SECRET_KEY = "another key, from another start"
    phone.take(url)
    phone.obtain_certificate()
    phone.authenticate()
    settings.SECRET_KEY = "a third"
    phone.token_update()
    assert phone.idle_until_done()
    assert phone.enrollment.status == Status.ENROLLED


@pytest.mark.parametrize("path", ["/mdm/check-in", "/mdm/connect", "/p/x.mobileconfig"])
def test_a_device_url_is_never_redirected(phones: Phones, path: str) -> None:
    """A PUT can't follow."""
    for variant in (path, f"{path}/", path.upper()):
        assert phones.wire.ask("PUT", variant, b"x").status_code in (400, 404, 405)
    answer = Asker(phones.with_profile()).phone.wire.ask("GET", path)
    assert answer.status_code in (404, 405)


def test_a_device_gets_no_cookie(phones: Phones) -> None:
    phone = phones.enrolled()
    phone.idle_until_done()
    cookies = [answer.all_headers("Set-Cookie") for _request, answer in phone.wire.exchanges]
    assert cookies == [[]] * len(cookies)
    assert not phone.wire.client.cookies
