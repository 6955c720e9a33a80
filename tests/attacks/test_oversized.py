"""Requests that are larger than anything honest: refused before anything of them is kept or read."""

from typing import NoReturn

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("port", ["123456", "0" * 400 + "443", "000443"])
def test_r08_a_port_of_more_than_five_digits_is_no_address_of_ours(alpha: Site, port: str) -> None:
    assert Visitor(f"alpha.test:{port}").get("/enroll/").status_code == 421


@pytest.mark.parametrize("port", ["443", "65535"])
def test_r08_a_port_of_up_to_five_digits_is(alpha: Site, port: str) -> None:
    assert Visitor(f"alpha.test:{port}").get("/enroll/").status_code == 200


class Untouched:
    """A body that nobody may read."""

    def read(self, size: int = -1) -> NoReturn:
        raise AssertionError("the body was read")

    readline = read


def _announce(length: str, path: str, method: str) -> int:
    environ = {"CONTENT_LENGTH": length, "CONTENT_TYPE": FORM, "wsgi.input": Untouched()}
    client = Client(headers={"Host": "alpha.test"})
    answer = client.generic(method, path, b"", secure=True, **environ)  # type: ignore[arg-type]
    return answer.status_code


@pytest.mark.parametrize("length", [str(5 * MIB), "9" * 30, "-1", "many"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/mdm/connect"),
        ("PUT", "/mdm/check-in"),
        ("POST", "/enroll/"),
        ("POST", "/scep/x"),
        ("GET", "/"),
    ],
)
def test_a_body_of_5_mib_is_refused_before_it_is_read(
    alpha: Site, method: str, path: str, length: str
) -> None:
    assert _announce(length, path, method) == 413


def test_a_body_of_4_mib_is_read(alpha: Site) -> None:
    """What makes the story above mean something; the largest report of a device has this size."""
    with pytest.raises(AssertionError, match="the body was read"):
        _announce(str(4 * MIB), "/accounts/login/", "POST")
