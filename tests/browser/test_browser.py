"""The browsers of these tests themselves: one that dies says so at once, instead of a page that never comes."""

import os
import signal

import pytest
from django.contrib.sites.models import Site

from tests.browser.browser import IPHONE, BrowserDied
from tests.browser.conftest import Browse
from tests.browser.webkit import WebKit
from tests.live import LiveServer


def test_a_browser_that_ended_is_told_from_a_page_that_does_not_come(
    alpha: Site, live: LiveServer, browse: Browse
) -> None:
    safari = browse("webkit", IPHONE)
    assert isinstance(safari, WebKit)
    safari.open(live.url("localhost", "/enroll/"))

    os.kill(safari.process_id, signal.SIGTERM)

    with pytest.raises(BrowserDied, match="told to end"):
        safari.wait_for(lambda: safari.h1 == "never")
