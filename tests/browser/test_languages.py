"""Every page in every language that comes with Gatehouse, on the narrowest phone and on the usual one."""

import pytest
from django.contrib.sites.models import Site

from sites_config.languages import SHIPPED
from sites_config.models import SiteConfiguration
from sites_config.texts import direction
from tests.browser.browser import Look
from tests.browser.conftest import Browse
from tests.browser.sheet import SHOWN, faults_on_sheet, keep, lay_out, pages_in
from tests.browser.shelf import Shelf, shelf_server
from tests.live import TestAuthority

pytestmark = pytest.mark.django_db
WIDTHS = (393, 320)  # the picture that is kept is of the last


@pytest.mark.parametrize("language", SHIPPED)
def test_every_page_is_sound_in_every_language(
    alpha: Site, tls: TestAuthority, browse: Browse, language: str
) -> None:
    browser = browse("webkit", Look(width=1560, height=1360, fineness=1))
    pages = pages_in(SiteConfiguration.for_site(alpha), language)
    assert len(pages) == len(SHOWN) >= 50
    wrong = {
        name: html[:80] for name, html in pages.items() if f'dir="{direction(language)}"' not in html[:400]
    }
    assert wrong == {}

    shelf = Shelf()
    found: dict[str, list[str]] = {}
    with shelf_server(tls, shelf) as server:
        for width in WIDTHS:
            lay_out(shelf, pages, width)
            browser.open(server.url("localhost", "/sheet"))
            found |= {f"{shown} at {width}": faults for shown, faults in faults_on_sheet(browser).items()}
        keep(browser, language)

    assert found == {}
