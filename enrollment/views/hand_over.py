"""Going on in another browser: ``/enroll/<id>/hand-over`` makes the link, ``/h/<token>`` takes it."""

from contextlib import suppress

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.views import View

from enrollment.actions.hand_overs import HandOverGone, offer, offered_to, take, with_token
from enrollment.actions.tokens import hand_over_token
from enrollment.models import Enrollment, HandOver
from enrollment.models.moves import OPEN
from enrollment.steps.base import see_other
from enrollment.steps.hand_over import OfferTexts, TakeTexts
from enrollment.steps.install import status_word
from enrollment.steps.link import link
from enrollment.steps.page import Page, device_word, render
from enrollment.views.browser_key import give_key, key_after, key_of, opens, sent_key
from enrollment.views.gate import gate
from enrollment.views.problems import problem_page
from enrollment.views.safari import not_this_browsers, row_of_key, rows_for_pages
from sites_config.http import SiteRequest, browser_of
from sites_config.models import SiteConfiguration


class Offer(View):
    """In the enrollment's own browser: asks whether to make a link, and shows it for as long as it is good."""

    def dispatch(self, request: SiteRequest, public_id: str) -> HttpResponse:  # type: ignore[override]
        row = rows_for_pages(request).filter(public_id=public_id).first()
        key = sent_key(request)
        if row is None or not opens(key, row):
            return not_this_browsers(request, row, key)
        now = timezone.now()
        if row.status not in OPEN or row.lapsed(now):
            return see_other(f"/enroll/{public_id}/")
        if request.method == "POST":
            with suppress(HandOverGone):  # it went on elsewhere, as the page then says
                offer(row, key=key, now=now)
            return see_other(request.path)
        return _offer_page(request, row, offered_to(row, key, now=now), key)


def _offer_page(request: SiteRequest, row: Enrollment, offered: HandOver | None, key: str) -> HttpResponse:
    site = SiteConfiguration.for_site(row.site_id)
    page = Page(request, site, OfferTexts, enrollment=row)
    extra: dict[str, object] = {"back": f"/enroll/{row.public_id}/"}
    if offered is not None:
        until = date_format(offered.expires_at.astimezone(site.time_zone), "TIME_FORMAT")
        page.values = {"until": until.rstrip(".")}
        # The page asks until the enrollment is another browser's, and then says so by itself.
        extra["wait"] = {"url": f"/enroll/{row.public_id}/status", "state": status_word(row, timezone.now())}
        extra["link"] = link(page, f"/h/{hand_over_token(key, bytes(offered.token_nonce))}")
    return render(page, "enrollment/hand_over.html", extra)


class Take(View):
    """In the browser where it goes on. GET changes nothing, so that a preview of the link doesn't use it up."""

    def get(self, request: SiteRequest, token: str) -> HttpResponse:
        found = _of_this_site(request, token)
        if found is None or not _is_good(found):
            return _gone(request)
        site = SiteConfiguration.for_site(found.enrollment.site_id)
        page = Page(request, site, TakeTexts)
        shown = gate(request, site) or render(page, "enrollment/take_over.html", {})
        return give_key(request, shown, key_of(request))

    def post(self, request: SiteRequest, token: str) -> HttpResponse:
        found = _of_this_site(request, token)
        if found is None:
            return _gone(request)
        sent = sent_key(request)
        own = see_other(f"/enroll/{found.enrollment.public_id}/")
        if opens(sent, found.enrollment):
            return own  # the browser where it was begun, or one that has it already
        key = _key_without_a_row(request, sent)
        if opens(key, found.enrollment):
            return give_key(request, own, key)  # the second click of a double click
        if not sent:
            return problem_page(request, "cookies", 403) if _is_good(found) else _gone(request)
        try:
            device = device_word(request, None)
            take(found, key=key, device=device, now=timezone.now(), browser=browser_of(request))
        except HandOverGone:
            return _gone(request)
        return give_key(request, own, key)


def _key_without_a_row(request: SiteRequest, sent: str) -> str:
    """A browser with an enrollment of its own gets a key beside that one's."""
    key = sent
    while (row := row_of_key(request, key)) is not None:
        key = key_after(key, row)
    return key


def _of_this_site(request: SiteRequest, token: str) -> HandOver | None:
    found = with_token(token)
    return found if found and found.enrollment.entry_site_id == request.site.site_id else None


def _is_good(found: HandOver) -> bool:
    enrollment, now = found.enrollment, timezone.now()
    return found.good(now) and enrollment.status in OPEN and not enrollment.lapsed(now)


def _gone(request: SiteRequest) -> HttpResponse:
    return problem_page(request, "hand_over_gone", 410, action="/enroll/")
