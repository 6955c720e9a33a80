"""Why an invitation can't be started now, as a page."""

from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from enrollment.actions.invitations import Opened
from enrollment.models import Enrollment, Invitation
from enrollment.steps.base import see_other
from enrollment.views.problems import problem_page
from enrollment.visit import Visit
from sites_config.http import SiteRequest
from sites_config.logs import note_enrollment
from sites_config.models import SiteConfiguration
from sites_config.site_settings import SiteSettings


def refusal(request: SiteRequest, opened: Opened, own: Enrollment | None) -> HttpResponse | None:
    """Why this invitation can't be started now, as a page; None when it can."""
    invitation, site, now = opened.invitation, site_of(opened), timezone.now()
    if invitation.revoked_at:
        return problem_page(request, "invitation_revoked", 410, action="/enroll/", site=site)
    if Visit(_unsaved(request, invitation), now).closed:
        return problem_page(request, "closed", 403, site=site)
    if invitation.not_before and invitation.not_before > now:
        values: dict[str, object] = {"starts_at": _moment(invitation.not_before, now, site)}
        return problem_page(request, "invitation_not_yet", 403, site=site, values=values)
    if invitation.expires_at and invitation.expires_at <= now:
        return problem_page(request, "invitation_expired", 410, action="/enroll/", site=site)
    if invitation.max_uses is None or invitation.uses_held + invitation.uses_spent < invitation.max_uses:
        return None
    if opened.held_since is None or opened.held_until is None:
        return _used_up(request, invitation, own)
    if opened.held_until <= now:
        return None  # Start takes the use back
    values = {"started_at": _moment(opened.held_since, now, site)}
    return problem_page(request, "invitation_elsewhere", 409, site=site, values=values)


def _unsaved(request: SiteRequest, invitation: Invitation) -> Enrollment:
    """What Start would make, for questions before it."""
    return Enrollment(entry_site_id=request.site.site_id, site_id=invitation.site_id, invitation=invitation)


def _used_up(request: SiteRequest, invitation: Invitation, own: Enrollment | None) -> HttpResponse:
    """Whoever used it up in this very browser is shown where they arrived."""
    if own is not None and own.invitation_id == invitation.pk:
        return go_on(own)
    site = SiteConfiguration.for_site(invitation.site_id)
    return problem_page(request, "invitation_used_up", 410, action="/enroll/", site=site)


def is_entered_here(request: SiteRequest, site: SiteSettings, invitation: Invitation | None) -> bool:
    """The site is the host's, or entered through it, and open; invitations of the demonstration stay there."""
    demo_over = invitation is not None and invitation.is_demo and not settings.DEMO
    return request.site.site_id in site.lineage and not site.archived and not demo_over


def go_on(enrollment: Enrollment) -> HttpResponse:
    note_enrollment(enrollment.public_id)
    return see_other(f"/enroll/{enrollment.public_id}/")


def site_of(opened: Opened) -> SiteSettings:
    return SiteConfiguration.for_site(opened.invitation.site_id)


def _moment(moment: datetime, now: datetime, site: SiteSettings) -> str:
    """In the site's time zone; of today, the time alone."""
    here, then = now.astimezone(site.time_zone), moment.astimezone(site.time_zone)
    return date_format(then, "TIME_FORMAT" if then.date() == here.date() else "SHORT_DATETIME_FORMAT")
