"""R11: a path may open something; neither the language switch nor a fault of ours writes it down."""

import logging

import pytest
from django.contrib.sites.models import Site

from enrollment.views import safari
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
CONTROLS = ["\n", "\r\nSet-Cookie: x=1", "\x00", "\t", "\x1b[2J", "\x7f", "\x85", "\u2028"]


@pytest.fixture
def visitor(alpha: Site) -> Visitor:
    visitor = Visitor()
    visitor.client.raise_request_exception = False
    visitor.get("/enroll/")
    return visitor


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
@pytest.mark.parametrize("where", ["{path}{control}", "{control}{path}"], ids=["after", "before"])
def test_r11_a_path_with_control_characters_leads_to_the_portal(
    visitor: Visitor, alpha: Site, caplog: pytest.LogCaptureFixture, control: str, where: str
) -> None:
    _row, token = people.invite(alpha)
    caplog.set_level(logging.DEBUG)

    answer = visitor.post(
        "/language", {"next": where.format(path=f"/i/{token}", control=control), "language": "de"}
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/enroll/")
    assert token not in caplog.text


def test_a_clean_path_leads_back(visitor: Visitor, alpha: Site) -> None:
    """What makes the story above mean something."""
    _row, token = people.invite(alpha)

    answer = visitor.post("/language", {"next": f"/i/{token}", "language": "de"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/i/{token}")


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "/\\evil.example", "https://evil.example/", ""])
def test_the_switch_leads_to_no_other_host(visitor: Visitor, elsewhere: str) -> None:
    answer = visitor.post("/language", {"next": elsewhere, "language": "de"})

    assert answer.headers["Location"] == "/enroll/"


@pytest.fixture
def fault(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> str:
    """What stands in the log after a fault whose text, and whose cause's text, repeat a path."""

    def broken(*args: object, **named: object) -> None:
        try:
            raise KeyError("/i/cause-with-a-token")
        except KeyError as cause:
            raise ValueError("/i/error-with-a-token") from cause

    monkeypatch.setattr(safari, "show", broken)
    caplog.set_level(logging.DEBUG)
    assert visitor.get("/enroll/").status_code == 500
    return caplog.text


def test_r11_a_fault_is_logged_without_the_text_of_its_exception(fault: str) -> None:
    assert "/i/error-with-a-token" not in fault.replace('raise ValueError("/i/error-with-a-token")', "")
    assert "cause-with-a-token" not in fault


def test_a_fault_is_logged_with_its_kind_and_its_place(fault: str) -> None:
    assert "unhandled ValueError, reference " in fault and "in broken" in fault
