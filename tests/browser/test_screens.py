"""The screens that ask, the gates and the hand-over in the looks that test_gallery.py and test_languages.py lack."""

import pytest
from django.contrib.sites.models import Site

from sites_config.models import User
from tests.browser.audit import barriers, faults, faults_when_spaced
from tests.browser.conftest import Browse
from tests.browser.shelf import Shelf, passing_world, shelf_server
from tests.browser.test_pages import ASKED_OF_AXE, LOOKS
from tests.gallery import Gallery, pages
from tests.live import TestAuthority
from tests.moved_clock import Clock, clock
from tests.visitor import quick_passwords

__all__ = ["clock", "quick_passwords"]
pytestmark = pytest.mark.django_db
SCREENS = (
    "ownership", "personal", "assign", "assign_found", "assign_not_found", "site", "choose_one_of_many_sites",
    "agreement", "ca_certificate", "ca_certificate_fetched", "gate_safari", "gate_device", "welcome_on_a_mac",
    "log_in_in_chrome_on_ipad", "hand_over_made", "take_over", "continued_elsewhere",
    "log_in_providers", "second_factor", "second_factor_refused", "second_factor_missing", "no_access",
    "welcome_with_pin", "welcome_pin_wrong", "invitation_other", "invitation_not_yet", "invitation_renewed",
    "code", "code_refused", "log_in_with_notices", "update_first", "failed_not_listed", "failed_os_too_old",
    "language", "provider_unreachable", "sign_in_stranger", "sign_in_invalid", "sign_out_invalid",
)  # fmt: skip
# In the light of day WebKit shows them in test_gallery.py, and narrower.
PAIRS = [("webkit", "dark"), ("webkit", "arabic-dark-ipad"), ("webkit", "large-text"), ("chromium", "iphone")]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("engine", "look"), PAIRS)
def test_every_screen_that_asks_is_sound(
    alpha: Site, alice: User, clock: Clock, tls: TestAuthority, browse: Browse, engine: str, look: str
) -> None:
    browser = browse(engine, LOOKS[look])
    shelf = Shelf()
    found: dict[str, list[str]] = {}
    with shelf_server(tls, shelf) as server:
        for name in SCREENS:
            with passing_world(clock):
                shelf.answers[name] = pages()[name](Gallery(alpha, clock, language=browser.look.language))
            browser.open(server.url("localhost", f"/{name}"))
            browser.hold_still()
            browser.screenshot(f"{look}-{name}")
            found[name] = faults(browser) + (barriers(browser) if look in ASKED_OF_AXE else [])
            found[name] += faults_when_spaced(browser)

    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len(found) == len(SCREENS)
