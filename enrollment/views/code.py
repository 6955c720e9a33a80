"""``/code/``: the short code from the help desk, in place of an invitation or as the way to the log-in."""

from django.http import HttpResponse
from django.utils import timezone
from django.views import View

from enrollment.actions.access_codes import CodeGone, use_code, with_code
from enrollment.actions.invitations import Opened
from enrollment.actions.uses import UseRefused
from enrollment.models import AccessCode, Enrollment
from enrollment.signin.code_limits import Wait, check_may_try, count_wrong
from enrollment.steps.base import see_other
from enrollment.steps.code import CodeForm, Texts
from enrollment.steps.page import Page, render
from enrollment.views.browser_key import give_key, key_after, key_of, sent_key
from enrollment.views.gate import gate
from enrollment.views.invitation_refusals import is_entered_here, refusal
from enrollment.views.problems import problem_page
from enrollment.views.safari import goes_on, row_of_key
from enrollment.visit import Visit
from sites_config.http import SiteRequest, browser_of
from sites_config.models import SiteConfiguration
from sites_config.references import typed_code
from sites_config.texts import texts_for


class EnterCode(View):
    """GET changes nothing; POST uses the code that is right. Wrong, used, revoked and expired ones get one answer."""

    def get(self, request: SiteRequest) -> HttpResponse:
        if request.site.archived:
            return problem_page(request, "closed", 403)
        shown = gate(request, request.site) or code_page(request)
        return give_key(request, shown, key_of(request))

    def post(self, request: SiteRequest) -> HttpResponse:
        key = sent_key(request)
        if not key:
            return problem_page(request, "cookies", 403)
        form = _form(request)
        if request.site.archived or not form.is_valid():
            return _page(request, form)
        now = timezone.now()
        try:
            check_may_try(request, now=now)
        except Wait as wait:
            return _wait(request, form, wait.seconds)
        typed = typed_code(form.cleaned_data["code"])
        code = with_code(typed) if typed else None
        answer = _taken(request, code, key) if code and _is_of_this_site(request, code) else None
        if answer is None:
            count_wrong(request, now=now)
            form.add_error("code", texts_for(request.site, request.language).resolve(Texts.refused))
        return answer or _page(request, form)


def code_page(request: SiteRequest) -> HttpResponse:
    """Before anything was entered."""
    return _page(request, _form(request))


def _form(request: SiteRequest) -> CodeForm:
    form = CodeForm(request.POST if request.method == "POST" else None)
    form.say(texts_for(request.site, request.language))
    return form


def _page(request: SiteRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    return render(Page(request, request.site, Texts), "enrollment/code.html", {"form": form}, status=status)


def _wait(request: SiteRequest, form: CodeForm, seconds: int) -> HttpResponse:
    words = texts_for(request.site, request.language).plain(Texts.wait, {"seconds": seconds})
    form.add_error("code", words)
    response = _page(request, form, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _is_of_this_site(request: SiteRequest, code: AccessCode) -> bool:
    return is_entered_here(request, SiteConfiguration.for_site(code.site_id), code.invitation)


def _taken(request: SiteRequest, code: AccessCode, key: str) -> HttpResponse | None:
    """To the enrollment that was begun, or why none can be; None where the code itself is not good."""
    own, key = _own_row(request, code, key)
    if own is not None:
        return give_key(request, see_other(f"/enroll/{own.public_id}/"), key)
    if not code.good(timezone.now()):
        return None
    try:
        begun = use_code(
            code,
            entry_site_id=request.site.site_id,
            key=key,
            host=request.get_host(),
            language=request.language,
            browser=browser_of(request),
            now=timezone.now(),
        )
    except CodeGone:
        return None
    except UseRefused:
        return _refused(request, code)
    return give_key(request, see_other(f"/enroll/{begun.public_id}/"), key)


def _own_row(request: SiteRequest, code: AccessCode, key: str) -> tuple[Enrollment | None, str]:
    """What this browser began with the code before (a double click), or has open of its invitation; else the key for
    a new one, beside what the browser has."""
    while (row := row_of_key(request, key)) is not None:
        own = code.invitation_id is not None and row.invitation_id == code.invitation_id
        if row.pk == code.started_id or (own and goes_on(Visit(row, timezone.now(), key, request))):
            return row, key
        key = key_after(key, row)
    return None, key


def _refused(request: SiteRequest, code: AccessCode) -> HttpResponse:
    """As on the invitation's own page; a code without one is refused no use."""
    refused = refusal(request, Opened(code.invitation, None, None), None) if code.invitation else None
    return refused or problem_page(request, "busy", 503)
