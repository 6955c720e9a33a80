"""The link of an invitation: who invites, until when, Start."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.views import View

from enrollment.actions.enrollments import start
from enrollment.actions.invitations import Opened, give_back_lapsed, with_token
from enrollment.actions.uses import UseRefused
from enrollment.models import Enrollment, Invitation
from enrollment.steps.base import see_other
from enrollment.steps.link import note_for_macs
from enrollment.steps.page import Page, render
from enrollment.steps.welcome import Texts
from enrollment.views.browser_key import give_key, key_after, key_of, sent_key
from enrollment.views.gate import gate
from enrollment.views.problems import problem_page
from enrollment.views.safari import goes_on, resume_page, row_of_key
from enrollment.visit import Visit
from sites_config.http import SiteRequest, browser_of
from sites_config.models import SiteConfiguration
from sites_config.site_settings import SiteSettings


class Welcome(View):
    """``/i/<token>``. GET changes nothing, so that a mail scanner spends no use; Start holds one."""

    def get(self, request: SiteRequest, token: str) -> HttpResponse:
        key = key_of(request)
        opened, row = _opened(request, token), row_of_key(request, key)
        if opened is None:
            return problem_page(request, "invitation_unknown", 404)
        if row is not None and row.invitation_id == opened.invitation.pk:
            visit = Visit(row, timezone.now(), key, request)
            if goes_on(visit):
                return gate(request, visit.site, row) or resume_page(visit, request)
        refusal = _refusal(request, opened, row)
        shown = refusal or gate(request, _site_of(opened)) or _welcome_page(request, opened.invitation)
        return give_key(request, shown, key)

    def post(self, request: SiteRequest, token: str) -> HttpResponse:
        key = sent_key(request)
        if not key:
            return problem_page(request, "cookies", 403)
        opened, row = _opened(request, token), row_of_key(request, key)
        if opened is None:
            return problem_page(request, "invitation_unknown", 404)
        if row is not None:
            own = row.invitation_id == opened.invitation.pk
            if own and goes_on(Visit(row, timezone.now(), key, request)):
                return _go_on(row)
            key = key_after(key, row)
        return self._start(request, opened.invitation, token, key)

    def _start(self, request: SiteRequest, invitation: Invitation, token: str, key: str) -> HttpResponse:
        for last_try in (False, True):
            try:
                return give_key(request, _go_on(_started(request, invitation, key)), key)
            except UseRefused:
                if last_try or not give_back_lapsed(invitation, now=timezone.now()):
                    break
        opened = _opened(request, token)
        return (opened and _refusal(request, opened, None)) or problem_page(request, "busy", 503)


def _started(request: SiteRequest, invitation: Invitation, key: str) -> Enrollment:
    return start(
        entry_site_id=request.site.site_id,
        key=key,
        host=request.get_host(),
        language=request.language,
        now=timezone.now(),
        invitation=invitation,
        browser=browser_of(request),
    )


def _go_on(enrollment: Enrollment) -> HttpResponse:
    return see_other(f"/enroll/{enrollment.public_id}/")


def _opened(request: SiteRequest, token: str) -> Opened | None:
    """The invitation, if its site is the host's or is entered through it."""
    opened = with_token(token)
    if opened is None or (opened.invitation.is_demo and not settings.DEMO):
        return None
    site = _site_of(opened)
    return opened if request.site.site_id in site.lineage and not site.archived else None


def _site_of(opened: Opened) -> SiteSettings:
    return SiteConfiguration.for_site(opened.invitation.site_id)


def _refusal(request: SiteRequest, opened: Opened, own: Enrollment | None) -> HttpResponse | None:
    """Why this invitation can't be started now, as a page; None when it can."""
    invitation, site, now = opened.invitation, _site_of(opened), timezone.now()
    if invitation.revoked_at:
        return problem_page(request, "invitation_revoked", 410, action="/enroll/", site=site)
    if Visit(_unsaved(request, invitation), now).closed:
        return problem_page(request, "closed", 403, site=site)
    if invitation.expires_at and invitation.expires_at <= now:
        return problem_page(request, "invitation_expired", 410, action="/enroll/", site=site)
    if invitation.max_uses is None or invitation.uses_held + invitation.uses_spent < invitation.max_uses:
        return None
    if opened.held_since is None or opened.held_until is None:
        return _used_up(request, invitation, own)
    if opened.held_until <= now:
        return None  # Start takes the use back
    here, since = now.astimezone(site.time_zone), opened.held_since.astimezone(site.time_zone)
    form = "TIME_FORMAT" if since.date() == here.date() else "SHORT_DATETIME_FORMAT"
    values = {"started_at": date_format(since, form)}
    return problem_page(request, "invitation_elsewhere", 409, site=site, values=values)


def _unsaved(request: SiteRequest, invitation: Invitation) -> Enrollment:
    """What Start would make, for questions before it."""
    return Enrollment(entry_site_id=request.site.site_id, site_id=invitation.site_id, invitation=invitation)


def _used_up(request: SiteRequest, invitation: Invitation, own: Enrollment | None) -> HttpResponse:
    """Whoever used it up in this very browser is shown where they arrived."""
    if own is not None and own.invitation_id == invitation.pk:
        return _go_on(own)
    site = SiteConfiguration.for_site(invitation.site_id)
    return problem_page(request, "invitation_used_up", 410, action="/enroll/", site=site)


def _welcome_page(request: SiteRequest, invitation: Invitation) -> HttpResponse:
    site = SiteConfiguration.for_site(invitation.site_id)
    expires = ""
    if invitation.expires_at:
        expires = date_format(invitation.expires_at.astimezone(site.time_zone), "DATETIME_FORMAT")
    extra: dict[str, object] = {"invited_by": invitation.invited_by, "expires": expires}
    page = Page(request, site, Texts, values=extra)
    return render(page, "enrollment/welcome.html", extra | note_for_macs(request, site))
