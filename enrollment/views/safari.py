"""Safari: the portal, the screens, the status, leaving."""

from collections.abc import Callable
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from enrollment import flow
from enrollment.actions.endings import WHY_CANCELLED, WHY_RELEASED, begin_anew, leave, why_ended
from enrollment.actions.hand_overs import continued_on, was_handed_over
from enrollment.actions.invitations import WHY_REVOKED
from enrollment.actions.tokens import digest, new_token
from enrollment.models import Enrollment, Status
from enrollment.signin.privileges import grants_column
from enrollment.signin.providers import way_out
from enrollment.steps.base import Problem, Step, see_other
from enrollment.steps.ca_certificate import fetched_word
from enrollment.steps.frame import FrameTexts
from enrollment.steps.install import status_word
from enrollment.steps.leaving import logging_out_page
from enrollment.steps.page import Page, render
from enrollment.steps.resume import Texts as ResumeTexts
from enrollment.views.browser_key import give_key, key_after, key_of, opens, sent_key
from enrollment.views.gate import gate, update_first
from enrollment.views.problems import problem_page
from enrollment.visit import GRANTS, Visit, new_visit
from sites_config.http import SiteRequest
from sites_config.models import SiteConfiguration
from sites_config.secrets import decrypt
from sites_config.texts import texts_for

# What closes an enrollment for this browser: the next Start begins a new one.
GONE = frozenset({Status.SUPERSEDED, Status.CHECKED_OUT})
# Pages of attempts that somebody else ended, by the reason in the timeline.
ENDED_BY_STAFF = {
    WHY_REVOKED: "invitation_revoked",
    WHY_RELEASED: "enrollment_released",
    WHY_CANCELLED: "enrollment_cancelled",
}
# The name of a column of rows_for_pages: the enrollment was begun in another browser.
HANDED_OVER = "was_handed_over"
OVER = GONE | {Status.ENROLLED, Status.INSTRUCTED}


def rows_for_pages(request: SiteRequest) -> QuerySet[Enrollment]:
    """The enrollments entered at the host's site, with everything a page asks for in one query."""
    rows = Enrollment.objects.select_related("profile", "invitation", "signed_in_user")
    columns = {GRANTS: grants_column(), HANDED_OVER: was_handed_over()}
    return rows.filter(entry_site=request.site.site_id).annotate(**columns)


def row_of_key(request: SiteRequest, key: str) -> Enrollment | None:
    """The enrollment of this browser at this site."""
    return rows_for_pages(request).filter(key_sha256=digest(key)).first() if key else None


def goes_on(visit: Visit) -> bool:
    """Whether the enrollment can still be continued in its browser."""
    if visit.enrollment.status in OVER:
        return False
    return not visit.ended or flow.may_try_again(visit)


class Portal(View):
    """``/enroll/``: the first screen without a row, or the question whether to go on with the row there is."""

    def get(self, request: SiteRequest) -> HttpResponse:
        invited = request.GET.get("invitation", "")
        if invited:  # Jamf's form of the link
            return HttpResponse(status=302, headers={"Location": f"/i/{quote(invited[:100], safe='')}"})
        key = key_of(request)
        visit = self._visit(request, key)
        if visit.saved and goes_on(visit):
            return give_key(request, self._gate(visit, request) or resume_page(visit, request), key)
        fresh = self._fresh(visit)
        return give_key(request, self._gate(fresh, request) or show(fresh, request), key)

    def _gate(self, visit: Visit, request: SiteRequest) -> HttpResponse | None:
        begun = visit.enrollment if visit.saved else None
        return None if is_closed(visit) else gate(request, visit.site, begun)

    def post(self, request: SiteRequest) -> HttpResponse:
        key = sent_key(request)
        if not key:
            return problem_page(request, "cookies", 403)
        visit = self._visit(request, key)
        if visit.saved and (visit.invitation is not None or not goes_on(visit)):
            visit = self._fresh(visit)
        return give_key(request, self._first_screen(visit, request), visit.key)

    def _first_screen(self, visit: Visit, request: SiteRequest) -> HttpResponse:
        """What this page's form belongs to, whatever screen the enrollment has reached since in another tab."""
        first = flow.applicable_steps(visit)[0]
        if first in flow.reachable_steps(visit):
            return show(visit, request, first)
        return see_other(f"/enroll/{visit.enrollment.public_id}/")

    def _visit(self, request: SiteRequest, key: str) -> Visit:
        row = row_of_key(request, key)
        return Visit(row, timezone.now(), key, request) if row else new_visit(request, key)

    def _fresh(self, visit: Visit) -> Visit:
        """A visit with nothing answered; its key follows the one of the row that is over."""
        if not visit.saved or visit.request is None:
            return visit
        return new_visit(visit.request, key_after(visit.key, visit.enrollment))


class Screen(View):
    """``/enroll/<id>/`` and ``/enroll/<id>/<screen>/``: the driver behind every screen."""

    def dispatch(self, request: SiteRequest, public_id: str, slug: str = "") -> HttpResponse:  # type: ignore[override]
        row = rows_for_pages(request).filter(public_id=public_id).first()
        key = sent_key(request)
        if row is None or not opens(key, row):
            return not_this_browsers(request, row, key)
        visit = Visit(row, timezone.now(), key, request)
        if row.status in GONE:
            return problem_page(request, "enrollment_over", 410, action=_beginning(visit), enrollment=row)
        if visit.ended and not flow.may_try_again(visit):
            kind = ENDED_BY_STAFF.get(why_ended(row), "enrollment_expired")
            action = "/enroll/" if kind == "invitation_revoked" else _beginning(visit)
            return problem_page(request, kind, 410, action=action, enrollment=row)
        step = next((step for step in flow.reachable_steps(visit) if step.slug == slug), None)
        if step is None:
            return see_other(f"/enroll/{public_id}/{flow.current_step(visit).slug}/")
        return show(visit, request, step)


def not_this_browsers(request: SiteRequest, row: Enrollment | None, key: str) -> HttpResponse:
    """Says where it went on to whoever began it, and to others no more than that it isn't theirs."""
    device = continued_on(row, key) if row and key else None
    if device is None:
        return problem_page(request, "enrollment_elsewhere", 403, action="/enroll/")
    any_device = texts_for(request.site, request.language).resolve(FrameTexts.any_device)
    values = {"device": device or any_device}
    # Whoever was invited has nothing to log in with.
    method = "" if row and row.invitation_id else "get"
    site = SiteConfiguration.for_site(row.site_id) if row else request.site
    return problem_page(
        request, "continued_elsewhere", 410, action="/enroll/", method=method, site=site, values=values
    )


def is_closed(visit: Visit) -> bool:
    """Nobody can enroll here now."""
    return visit.site.archived or (not visit.saved and not visit.site.portal_open) or visit.closed


def show(visit: Visit, request: SiteRequest, step: type[Step] | None = None) -> HttpResponse:
    """The screen's own answer to the request."""
    if is_closed(visit):
        return problem_page(request, "closed", 403)
    chosen = step or flow.current_step(visit)
    old = update_first(visit, request)
    if old is not None:
        return old
    screen = chosen()
    screen.visit, screen.position = visit, flow.position(visit, chosen)
    screen.setup(request)
    try:
        response: HttpResponse = screen.dispatch(request)  # type: ignore[assignment]  # no step streams
        return response
    except Problem as problem:
        shown = visit.enrollment if visit.saved else None
        return problem_page(request, problem.kind, problem.status, enrollment=shown, values=problem.values)


def resume_page(visit: Visit, request: SiteRequest) -> HttpResponse:
    """Asks whether to go on with the enrollment of this browser."""
    values: dict[str, object] = {"name": visit.enrollment.signed_in_name}
    page = Page(request, visit.site, ResumeTexts, enrollment=visit.enrollment, values=values)
    return render(page, "enrollment/resume.html", {"resume_url": f"/enroll/{visit.enrollment.public_id}/"})


@require_safe
def status(request: SiteRequest, public_id: str) -> HttpResponse:
    """One word for the waiting page; changes nothing."""
    return _word(request, public_id, lambda row: status_word(row, timezone.now()))


@require_safe
def ca_status(request: SiteRequest, public_id: str) -> HttpResponse:
    """One word for the page with the CA certificate; changes nothing."""
    return _word(request, public_id, fetched_word)


def _word(request: SiteRequest, public_id: str, word: Callable[[Enrollment], str]) -> HttpResponse:
    """In plain text, for the browser of the enrollment alone."""
    rows = Enrollment.objects.select_related("profile")
    row = rows.filter(entry_site=request.site.site_id, public_id=public_id).first()
    if row is None or not opens(sent_key(request), row):
        return HttpResponse("unknown", content_type="text/plain", status=404)
    return HttpResponse(word(row), content_type="text/plain")


@require_POST
def log_out(request: SiteRequest, public_id: str) -> HttpResponse:
    """Forgets the enrollment in this browser; to the portal."""
    return _leave(request, public_id, to_beginning=False)


@require_POST
def start_over(request: SiteRequest, public_id: str) -> HttpResponse:
    """Forgets the enrollment in this browser; back to where it began."""
    return _leave(request, public_id, to_beginning=True)


def _leave(request: SiteRequest, public_id: str, *, to_beginning: bool) -> HttpResponse:
    key = sent_key(request)
    row = rows_for_pages(request).filter(public_id=public_id).first()
    if row is None or not opens(key, row):
        return see_other("/enroll/")
    visit = Visit(row, timezone.now(), key, request)
    (begin_anew if to_beginning else leave)(row, now=visit.now)
    out = None if to_beginning else way_out(request, row)
    if out is not None:
        return give_key(request, logging_out_page(request, visit.site, *out), new_token())
    return give_key(request, see_other(_beginning(visit) if to_beginning else "/enroll/"), new_token())


def _beginning(visit: Visit) -> str:
    """Where the person came in: the invitation, whose link this browser had, or the portal.

    A hand-over brings the answers and no more, so that browser is not shown the link of the invitation.
    """
    invitation = None if vars(visit.enrollment).get(HANDED_OVER) else visit.invitation
    return f"/i/{decrypt(invitation.token_encrypted).decode()}" if invitation else "/enroll/"
