"""Every page in one language on one sheet: looked at by the same script as single pages, and by people."""

import html
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse

from enrollment.admin.text_preview import Look, kinds_of_problems, page_of
from enrollment.wording.screens import screens
from sites_config.site_settings import SiteSettings
from tests.browser.browser import Browser
from tests.browser.shelf import Shelf

HERE = Path(__file__).resolve().parent
COLUMNS, HEIGHT, SMALLER = 10, 640, 2.5
# A mail is no page: it has no heading, and nobody fetches it.
NO_PAGES = ("names", "frame", "profile", "problem", "mail")
SHOWN = (
    *(screen.slug for screen in screens() if screen.slug not in NO_PAGES),
    *(f"problem:{kind}" for kind in kinds_of_problems()),
)
# Runs the checks in each frame as if it were the page.
CHECK = """
var found = {}, source = arguments[0];
[].forEach.call(document.querySelectorAll('iframe'), function (frame) {
  frame.contentDocument.querySelectorAll('details').forEach(function (each) { each.open = true; });
  var faults = new frame.contentWindow.Function(source)();
  if (faults.length) found[frame.title] = faults;
});
return found;
"""
LOADED = """
return [].every.call(document.querySelectorAll('iframe'), function (frame) {
  var page = frame.contentDocument;
  return page && page.readyState === 'complete' && page.querySelector('h1');
});
"""


def pages_in(site: SiteSettings, language: str) -> dict[str, str]:
    """HTML by what is shown."""
    look = Look(language, "light", "iPhone")
    return {shown: page_of("alpha.test", site, shown, look) for shown in SHOWN}


def lay_out(shelf: Shelf, pages: dict[str, str], width: int) -> None:
    """The sheet is at ``/sheet``; its frames are as wide as a device. The pages come with it, without their policy,
    which lets nobody frame them."""
    shelf.answers["sheet"] = HttpResponse(_sheet(pages, width))


def faults_on_sheet(browser: Browser) -> dict[str, list[str]]:
    """By what is shown; {} where every page is sound."""
    browser.wait_for(lambda: browser.run(LOADED))
    source = (HERE / "checks.js").read_text()
    found: dict[str, list[str]] = browser.driver.execute_script(CHECK, source)
    return found


def keep(browser: Browser, language: str) -> Path:
    """``var/languages/<language>.png``, for people who look through them."""
    folder = Path(settings.BASE_DIR) / "var" / "languages"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{language}.png"
    browser.driver.save_screenshot(str(file))
    return file


def _sheet(pages: dict[str, str], width: int) -> str:
    frames = "".join(
        f'<div><iframe srcdoc="{html.escape(_staying(page))}" title="{html.escape(shown)}"></iframe></div>'
        for shown, page in pages.items()
    )
    small_width, small_height = width / SMALLER, HEIGHT / SMALLER
    style = (
        f"body{{margin:8px;background:#888;display:grid;grid-template-columns:repeat({COLUMNS},{small_width}px);gap:8px}}"
        f"div{{width:{small_width}px;height:{small_height}px;overflow:hidden}}"
        f"iframe{{width:{width}px;height:{HEIGHT}px;border:0;transform:scale({1 / SMALLER});transform-origin:0 0}}"
    )
    return f"<!doctype html><title>{json.dumps(width)}</title><style>{style}</style>{frames}"


def _staying(page: str) -> str:
    return page.replace('http-equiv="refresh"', 'name="refresh"')
