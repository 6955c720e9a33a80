"""Back from an identity provider: who signed in becomes a fact of the enrollment that this browser sent there."""

import logging

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from enrollment import flow
from enrollment.actions.enrollments import AnswersFrozen, SignIn
from enrollment.models import Enrollment
from enrollment.signin import openid, providers
from enrollment.signin.failures import STATUS, SignInFailed
from enrollment.signin.saml.consumer import fetch
from enrollment.steps.base import Problem, see_other
from enrollment.steps.log_in import LogIn, accept
from enrollment.views.browser_key import opens, sent_key
from enrollment.views.problems import problem_page
from enrollment.views.safari import not_this_browsers, rows_for_pages
from enrollment.visit import Visit
from sites_config.http import SiteRequest

log = logging.getLogger("gatehouse.signin")


@require_GET
def returned_from_openid(request: SiteRequest, number: int) -> HttpResponse:
    """The redirect URI of RFC 6749. A GET with an effect, the one that R04 allows: it attaches the identity once."""
    try:
        row = providers.provider(request.site, f"oidc-{number}")
        back = openid.finish(request, row)
    except providers.NoSuchProvider:
        return problem_page(request, "not_found", 404, action="/enroll/")
    except SignInFailed as failure:
        return failed(request, failure)
    finally:
        request.session.flush()  # it held no more than what was begun
    return attach(request, back.enrollment, back.who)


@require_GET
def returned_from_saml(request: SiteRequest, public_id: str) -> HttpResponse:
    """Fetches what the provider's POST brought, which carried no browser key. The other GET that R04 allows."""
    row = rows_for_pages(request).filter(public_id=public_id).first()
    key = sent_key(request)
    if row is None or not opens(key, row):
        return not_this_browsers(request, row, key)
    try:
        who = fetch(row, request.GET.get("ticket", ""))
    except SignInFailed as failure:
        return failed(request, failure)
    return attach(request, public_id, who)


def attach(request: SiteRequest, public_id: str, who: SignIn) -> HttpResponse:
    """R01: written only for the browser whose key the enrollment has; to the screen that follows."""
    row = rows_for_pages(request).filter(public_id=public_id).first()
    key = sent_key(request)
    if row is None or not opens(key, row):
        return not_this_browsers(request, row, key)
    visit = Visit(row, timezone.now(), key, request)
    if LogIn not in flow.reachable_steps(visit):
        return see_other(_screens(row))
    try:
        accept(visit, who)
    except Problem as problem:
        return problem_page(
            request, problem.kind, problem.status, enrollment=row, action=_screens(row), values=problem.values
        )
    except AnswersFrozen:
        return see_other(_screens(row))
    return see_other(_screens(row))


def failed(request: SiteRequest, failure: SignInFailed) -> HttpResponse:
    """A page that says what to do, back to the screens of the enrollment if it is this browser's."""
    row = rows_for_pages(request).filter(public_id=failure.enrollment).first() if failure.enrollment else None
    own = row if row is not None and opens(sent_key(request), row) else None
    log.warning(
        "nobody was logged in, reference %s: %s", own.reference if own else request.reference, failure
    )
    action = _screens(own) if own else "/enroll/"
    return problem_page(request, failure.reason, STATUS[failure.reason], enrollment=own, action=action)


def _screens(row: Enrollment) -> str:
    return f"/enroll/{row.public_id}/"
