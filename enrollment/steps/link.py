"""A link for another browser, as a page shows it."""

from types import SimpleNamespace

from enrollment.steps.browsers import Kind, kind_of, names_other_than_safari
from enrollment.steps.gate import MacTexts
from enrollment.steps.page import Page
from enrollment.steps.qr_code import qr_code
from sites_config.http import SiteRequest
from sites_config.site_settings import SiteSettings


def link(page: Page, path: str) -> SimpleNamespace:
    """``texts`` are the page's own, which has those of LinkTexts."""
    url = page.request.build_absolute_uri(path)
    return SimpleNamespace(url=url, qr=qr_code(url), texts=page.context()["texts"])


def note_for_macs(request: SiteRequest, site: SiteSettings) -> dict[str, object]:
    """For the first page, which a Mac gets like an iPad: {"link": …} for the template, {} for other browsers."""
    agent = request.headers.get("User-Agent", "")
    if kind_of(agent) is not Kind.MAC:
        return {}
    note = link(Page(request, site, MacTexts, title="is_mac"), request.path)
    note.other_browser = names_other_than_safari(agent)
    return {"link": note, "on_a_mac": True}
