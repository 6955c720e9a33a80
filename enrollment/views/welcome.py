"""The link of an invitation: who invites, until when, its PIN if it has one, Start."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.views import View

from enrollment.actions.enrollments import start
from enrollment.actions.invitations import Opened, give_back_lapsed, with_token
from enrollment.actions.pins import LinkRenewed, WrongPin, check_pin
from enrollment.actions.uses import UseRefused
from enrollment.models import Enrollment, Invitation
from enrollment.steps.link import note_for_macs
from enrollment.steps.page import Page, render
from enrollment.steps.typed import say
from enrollment.steps.welcome import PinForm, Texts
from enrollment.views.browser_key import give_key, key_after, key_of, sent_key
from enrollment.views.gate import gate, update_first
from enrollment.views.invitation_refusals import go_on, is_entered_here, refusal, site_of
from enrollment.views.problems import problem_page
from enrollment.views.safari import goes_on, resume_page, row_of_key
from enrollment.visit import Visit, new_visit
from sites_config.http import SiteRequest, browser_of
from sites_config.models import SiteConfiguration
from sites_config.texts import Message, texts_for


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
        refused = refusal(request, opened, row)
        shown = refused or _gates(request, opened, key) or _welcome_page(request, opened.invitation)
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
                return go_on(row)
            key = key_after(key, row)
        refused = (
            refusal(request, opened, row)
            or update_first(new_visit(request, key, opened.invitation), request)
            or _ask_pin(request, opened.invitation)
        )
        return refused or self._start(request, opened.invitation, token, key)

    def _start(self, request: SiteRequest, invitation: Invitation, token: str, key: str) -> HttpResponse:
        for last_try in (False, True):
            try:
                return give_key(request, go_on(_started(request, invitation, key)), key)
            except UseRefused:
                if last_try or not give_back_lapsed(invitation, now=timezone.now()):
                    break
        opened = _opened(request, token)
        return (opened and refusal(request, opened, None)) or problem_page(request, "busy", 503)


def _gates(request: SiteRequest, opened: Opened, key: str) -> HttpResponse | None:
    visit = new_visit(request, key, opened.invitation)
    return gate(request, site_of(opened)) or update_first(visit, request)


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


def _opened(request: SiteRequest, token: str) -> Opened | None:
    """The invitation, if its site is the host's or is entered through it."""
    opened = with_token(token)
    if opened is None:
        return None
    return opened if is_entered_here(request, site_of(opened), opened.invitation) else None


def _ask_pin(request: SiteRequest, invitation: Invitation) -> HttpResponse | None:
    """None: it is right, or none is asked."""
    if invitation.pin_encrypted is None:
        return None
    form = _pin_form(request, invitation)
    try:
        if form.is_valid():
            check_pin(invitation, form.cleaned_data["pin"], now=timezone.now())
            return None
    except WrongPin as wrong:
        form.add_error(
            "pin", _text(request, invitation, Texts.pin_last if wrong.left == 1 else Texts.pin_wrong)
        )
    except LinkRenewed:
        site = SiteConfiguration.for_site(invitation.site_id)
        return problem_page(request, "invitation_renewed", 410, action="/enroll/", site=site)
    return _welcome_page(request, invitation, form)


def _pin_form(request: SiteRequest, invitation: Invitation) -> PinForm:
    form = PinForm(request.POST if request.method == "POST" else None)
    words = {"label": Texts.pin, "missing": Texts.pin_missing, "refused": Texts.pin_wrong}
    say(form.fields["pin"], **{name: _text(request, invitation, each) for name, each in words.items()})
    return form


def _text(request: SiteRequest, invitation: Invitation, message: Message) -> str:
    return texts_for(SiteConfiguration.for_site(invitation.site_id), request.language).resolve(message)


def _welcome_page(request: SiteRequest, invitation: Invitation, form: PinForm | None = None) -> HttpResponse:
    site = SiteConfiguration.for_site(invitation.site_id)
    expires = ""
    if invitation.expires_at:
        expires = date_format(invitation.expires_at.astimezone(site.time_zone), "DATETIME_FORMAT")
    extra: dict[str, object] = {"invited_by": invitation.invited_by, "expires": expires}
    page = Page(request, site, Texts, values=extra)
    if invitation.pin_encrypted is not None:
        extra["form"] = form or _pin_form(request, invitation)
    return render(page, "enrollment/welcome.html", extra | note_for_macs(request, site))
