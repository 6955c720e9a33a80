"""How a screen will look with texts that nobody saved yet: the real screen, of an enrollment that is in no table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from enrollment.flow import STEPS
from enrollment.models import Enrollment, IssuedProfile, SignInMethod, Status
from enrollment.outbox.invitation_mail import shown_mail
from enrollment.steps import agreement, gate, hand_over, problem, welcome
from enrollment.steps.base import Problem
from enrollment.steps.leaving import leaving_page
from enrollment.steps.link import link
from enrollment.steps.page import Page, render
from enrollment.views.code import code_page
from enrollment.views.language import languages_page
from enrollment.views.problems import problem_page
from enrollment.views.safari import resume_page
from enrollment.visit import Visit
from sites_config.agreements import agreement_of
from sites_config.http import SiteRequest
from sites_config.logos import inline_logo
from sites_config.models import Ownership
from sites_config.site_settings import SiteSettings
from sites_config.texts import direction, rendered, unsaved_texts

# What Safari says on the two kinds of devices, as far as a page looks at it.
AGENTS = {
    "iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Mobile/15E148 Safari/604.1",
    "iPad": "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Mobile/15E148 Safari/604.1",
}
# Nothing runs, nothing is sent, nothing is loaded; the colors of an appearance change the style's hash.
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_PERSON = "Ana Alvarez"


@dataclass(frozen=True)
class Look:
    """``appearance`` "light" or "dark"; ``device`` a key of AGENTS."""

    language: str
    appearance: str
    device: str


def preview(
    request: HttpRequest, site: SiteSettings, shown: str, look: Look, unsaved: Mapping[str, str]
) -> HttpResponse:
    """``shown``: the slug of a Screen, or "problem:" and the kind of a page that says why it goes no further."""
    with unsaved_texts(look.language, unsaved):
        html = page_of(request.get_host(), site, shown, look)
    return _sealed(html, look.appearance)


def page_of(host: str, site: SiteSettings, shown: str, look: Look) -> str:
    """The HTML as a person would get it."""
    visitor = _visitor(host, site, look)
    with translation.override(look.language):
        page = _page(visitor, site, shown)
        answer = page.render() if hasattr(page, "render") else page
    html: str = answer.content.decode()
    return html


def preview_agreement(request: HttpRequest, site: SiteSettings, look: Look, text: str) -> HttpResponse:
    """The screen of the agreement with a text in Markdown that nobody published yet."""
    visitor = _visitor(request.get_host(), site, look)
    with translation.override(look.language):
        html = _agreement(visitor, site, text).render().content.decode()  # type: ignore[attr-defined]
    return _sealed(html, look.appearance)


def _agreement(request: SiteRequest, site: SiteSettings, text: str) -> HttpResponse:
    page = Page(request, site, agreement.Texts, enrollment=_enrollment(site, "agreement"))
    shown = {"language": request.language, "html": rendered(text), "agreement_id": 0}
    facts = {"agreement": shown, "agreement_direction": direction(request.language)}
    return render(page, "enrollment/agreement.html", facts)


def _sealed(html: str, appearance: str) -> HttpResponse:
    response = HttpResponse(_in_appearance(html, appearance))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def kinds_of_problems() -> tuple[str, ...]:
    names = (name for name in vars(problem.Texts) if name.endswith("_title"))
    return tuple(name.removesuffix("_title") for name in names)


def _visitor(host: str, site: SiteSettings, look: Look) -> SiteRequest:
    """The request of somebody on the device; nothing of the administrator's own is in it."""
    visitor: SiteRequest = RequestFactory(  # type: ignore[assignment]
        headers={"user-agent": AGENTS[look.device], "host": host}
    ).get("/enroll/")
    visitor.site, visitor.language, visitor.device_language = site, look.language, ""
    visitor.reference, visitor.user = "PREVIEW2", AnonymousUser()  # type: ignore[assignment]
    return visitor


def _page(request: SiteRequest, site: SiteSettings, shown: str) -> HttpResponse:
    slug, _colon, kind = shown.partition(":")
    if slug == "problem":
        known = kind if kind in kinds_of_problems() else "invitation_expired"
        values = {
            "started_at": "8:03",
            "starts_at": "8:03",
            "address": "example.org",
            "provider": "Example",
            "device": "iPad",
            "version": "17.0",
        }
        return problem_page(request, known, 200, site=site, values=values)
    if slug == "agreement" and agreement_of(site, Ownership.INSTITUTIONAL, request.language) is None:
        return _agreement(request, site, "…")
    if slug in _PAGES:
        return _PAGES[slug](request, site)
    return _screen(request, site, slug)


def _screen(request: SiteRequest, site: SiteSettings, slug: str) -> HttpResponse:
    step = next((each for each in STEPS if each.slug == slug), STEPS[0])
    view = step()
    view.setup(request)
    view.visit = Visit(_enrollment(site, slug), timezone.now(), "preview", request)
    view.position = (2, 5) if step.counted else None
    try:
        return view.get(request)
    except Problem as reason:
        return problem_page(request, reason.kind, 200, site=site, values=reason.values)


def _enrollment(site: SiteSettings, slug: str) -> Enrollment:
    now = timezone.now()
    row = Enrollment(
        pk=0,
        entry_site_id=site.site_id,
        site_id=site.site_id,
        reference="PREVIEW2",
        started_at=now,
        idle_until=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        signed_in_with=SignInMethod.LDAP if slug != "log-in" else "",
        signed_in_name=_PERSON if slug != "log-in" else "",
        assigned_full_name=_PERSON,
        status=_STATUS.get(slug, Status.STARTED),
        claimed={"model_name": "iPad"} if slug == "complete" else {},
    )
    if slug == "install":
        row.profile = IssuedProfile(
            pk=0,
            token_nonce=bytes(32),
            body_encrypted=b"-",
            issued_at=now,
            expires_at=row.ends_at,
            served_at=now,
        )
    return row


_STATUS = {"install": Status.PROFILE_ISSUED, "complete": Status.ENROLLED, "failed": Status.FAILED}


def _welcome(request: SiteRequest, site: SiteSettings) -> HttpResponse:
    extra: dict[str, object] = {"invited_by": _PERSON, "expires": "31.12."}
    return render(Page(request, site, welcome.Texts, values=extra), "enrollment/welcome.html", extra)


def _resume(request: SiteRequest, site: SiteSettings) -> HttpResponse:
    return resume_page(Visit(_enrollment(site, "resume"), timezone.now(), "preview", request), request)


def _gate(declared: type, on_device: bool) -> Callable[[SiteRequest, SiteSettings], HttpResponse]:
    def shown(request: SiteRequest, site: SiteSettings) -> HttpResponse:
        page = Page(request, site, declared)
        facts = {"on_device": on_device, "hand_over_url": "#", "demo": False}
        return render(page, "enrollment/gate.html", {"gate": facts, "link": link(page, "/enroll/")})

    return shown


def _hand_over(request: SiteRequest, site: SiteSettings) -> HttpResponse:
    page = Page(request, site, hand_over.OfferTexts, values={"until": "8:10"})
    extra = {"back": "#", "link": link(page, "/h/"), "wait": {"url": "", "state": ""}}
    return render(page, "enrollment/hand_over.html", extra)


def _take_over(request: SiteRequest, site: SiteSettings) -> HttpResponse:
    return render(Page(request, site, hand_over.TakeTexts), "enrollment/take_over.html", {})


def _leaving(request: SiteRequest, site: SiteSettings) -> HttpResponse:
    visit = Visit(_enrollment(site, "log-in"), timezone.now(), "preview", request)
    return leaving_page(request, visit, "Example", "#")


_PAGES: dict[str, Callable[[SiteRequest, SiteSettings], HttpResponse]] = {
    "names": _welcome,
    "frame": _welcome,
    "welcome": _welcome,
    "code": lambda request, site: code_page(request),
    "resume": _resume,
    "language": lambda request, site: languages_page(request, "#"),
    "gate-safari": _gate(gate.SafariTexts, on_device=True),
    "gate-device": _gate(gate.DeviceTexts, on_device=False),
    "hand-over": _hand_over,
    "take-over": _take_over,
    "leaving": _leaving,
    "mail": lambda request, site: HttpResponse(shown_mail(site, request.language)),
    "profile": lambda request, site: _screen(request, site, "mdm-profile"),
}


# Administrators may be at the address of another site, where this one's logo is not served.
_LOGO = re.compile(r"/logo/([0-9a-f]{64})\.png")


def _in_appearance(html: str, appearance: str) -> str:
    """As on a device set to it, whatever the administrator's own screen is set to. Nothing in it can be pressed."""
    asked = "@media (prefers-color-scheme:dark)"
    html = html.replace(asked, "@media all" if appearance == "dark" else "@media not all")
    html = html.replace("color-scheme:light dark", f"color-scheme:{appearance}")
    html = html.replace('http-equiv="refresh"', 'name="refresh"')
    html = _LOGO.sub(lambda found: inline_logo(found[1]), html)
    return html.replace("<body>", "<body inert>")
