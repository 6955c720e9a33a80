"""Who is enrolling: by a password, or by an identity provider."""

import logging
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from enrollment.actions.enrollments import SignIn, is_meant, note, sign_in
from enrollment.actions.identities import keep
from enrollment.actions.refusals import note_log_in_refused, note_unreachable
from enrollment.actions.second_factor import wait_for_code, waiting_user
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.models import EventKind, SignInMethod
from enrollment.signin import password, providers
from enrollment.signin.failures import STATUS, SignInFailed
from enrollment.signin.second_factor import NoSecondFactor, asks_for_code
from enrollment.signin.staff import Busy
from enrollment.steps.base import Problem, Step
from enrollment.steps.leaving import leaving_page
from enrollment.steps.typed import say
from enrollment.visit import Visit
from sites_config.texts import Message

log = logging.getLogger("gatehouse.directories")


class Texts:
    title = Message("log-in.title", _("Log in"))
    lead = Message(
        "log-in.lead",
        _("Use your {organization} account to enroll this {device}."),
        placeholders=("organization", "device"),
    )
    username = Message("log-in.username", _("Username"))
    password = Message("log-in.password", _("Password"))
    log_in = Message("log-in.log-in", _("Log In"))
    log_in_with = Message("log-in.with", _("Log in with {provider}"), placeholders=("provider",))
    staff = Message("log-in.staff", _("Staff"))
    username_missing = Message("log-in.username-missing", _("Enter your username"))
    password_missing = Message("log-in.password-missing", _("Enter your password"))
    # One answer for an unknown name, a wrong password and a closed account.
    refused = Message("log-in.refused", _("The username or the password is not right"))
    too_many = Message("log-in.too-many", _("Too many attempts: wait five minutes, then log in again"))
    unreachable = Message(
        "log-in.unreachable", _("The directory cannot be reached right now: wait a minute, then log in again")
    )
    hint = Message(
        "log-in.hint", _("If you have no password or forgot it, ask {support}."), placeholders=("support",)
    )


class LogInForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "autocorrect": "off",
                "spellcheck": "false",
                "enterkeyhint": "next",
            }
        ),
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "enterkeyhint": "go"}),
    )


class LogIn(Step):
    """No session is opened; who signed in becomes a fact of this enrollment."""

    slug = "log-in"
    Texts = Texts
    template_name = "enrollment/log_in.html"
    form_class = LogInForm

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.invitation is None or visit.invitation.login_required

    @classmethod
    def done(cls, visit: Visit) -> bool:
        """Once more after rules or privileges changed so that the only site left is another than was applied."""
        if waiting_user(visit.enrollment, visit.now) is not None:
            return True
        if not visit.enrollment.signed_in_with:
            return False
        return len(visit.candidates) > 1 or visit.site_is_settled

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form = super().get_form(form_class)
        for name, label, missing in (
            ("username", Texts.username, Texts.username_missing),
            ("password", Texts.password, Texts.password_missing),
        ):
            # What no account can have is refused like a wrong one, in words of ours.
            words = {"label": label, "missing": missing, "refused": Texts.refused}
            say(form.fields[name], **{key: self.text(each) for key, each in words.items()})
        return form

    def answer(self, form: forms.Form) -> HttpResponse | None:
        try:
            who = password.check(self.request, **form.cleaned_data)
        except password.WrongPassword:
            form.add_error(None, self.text(Texts.refused))
            self._note("wrong password")
            return None
        except password.TooManyAttempts:
            self._note("too many attempts")
            self.status = 429
            form.add_error(None, self.text(Texts.too_many))
            return None
        except Busy:
            raise Problem("busy", 503) from None
        except DirectoryUnavailable as reason:
            log.warning("a directory could not be asked: %s", reason)
            if self.visit.saved:
                note_unreachable(self.visit.enrollment, now=self.visit.now)
            self.status = 503
            form.add_error(None, self.text(Texts.unreachable))
            return None
        if not self._waits_for_code(who):
            accept(self.visit, who)
        return None

    def _note(self, why: str) -> None:
        """For the help desk; before anything was answered there is nobody to note it of."""
        if self.visit.saved:
            note_log_in_refused(self.visit.enrollment, why=why, now=self.visit.now)

    def _waits_for_code(self, who: SignIn) -> bool:
        """Staff with a second factor: the password alone is no sign-in. Raises Problem, AnswersFrozen."""
        try:
            if who.user is None or not asks_for_code(who.user, self.visit.entry_site):
                return False
        except NoSecondFactor:
            address = f"{self.request.get_host()}{reverse('mfa_index')}"
            raise Problem("second_factor_missing", 403, address=address) from None
        allow(self.visit, who)
        self.visit.begin()
        wait_for_code(self.visit.enrollment, who.user.pk, now=self.visit.now)
        return True

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.POST.get("provider")
        return super().post(request, *args, **kwargs) if key is None else self._leave(key)

    def _leave(self, key: str) -> HttpResponse:
        """To the provider. The row is made now, because what comes back has to name it."""
        chosen = next((each for each in providers.choices(self.visit.entry_site) if each.key == key), None)
        if chosen is None:
            raise Problem("not_found", 404)
        if not ratelimit.consume(self.request, action="provider"):
            raise Problem("busy", 503)
        self.visit.begin()
        try:
            address = providers.begin(self.request, key, self.visit.enrollment)
        except SignInFailed as failure:
            log.warning("%s", failure)
            raise Problem(failure.reason, STATUS[failure.reason]) from None
        except providers.NoSuchProvider:
            raise Problem("not_found", 404) from None
        return leaving_page(self.request, self.visit, chosen.name, address)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offered = providers.choices(self.visit.entry_site)
        asks_password = not offered or self.visit.entry_site.password_log_in or "staff" in self.request.GET
        context = super().get_context_data(**kwargs)
        labels = context["texts"]
        buttons = [
            {"key": each.key, "label": labels.filled("log_in_with", provider=each.name)} for each in offered
        ]
        return context | {
            "providers": buttons,
            "is_first": not self.visit.saved,
            "asks_password": asks_password or self.request.method == "POST",
            "goes_by_itself": len(offered) == 1 and not asks_password and self.request.method == "GET",
        }


def allow(visit: Visit, who: SignIn) -> None:
    """Raises Problem for somebody who may not enroll at all, or whom this invitation does not mean."""
    invitation = visit.enrollment.invitation
    if invitation is not None and not is_meant(invitation, who):
        note(visit.enrollment, EventKind.WRONG_PERSON, now=visit.now, data={"method": who.method})
        raise Problem("invitation_other", 403)
    if not visit.would_allow(who):
        raise Problem("no_privilege" if who.method == SignInMethod.STAFF else "no_access", 403)


def accept(visit: Visit, who: SignIn) -> None:
    """Makes who signed in a fact of the enrollment, if they may enroll at all. Raises Problem, AnswersFrozen."""
    allow(visit, who)
    visit.begin()
    sign_in(visit.enrollment, who, now=visit.now, access_groups=visit.groups_of(who))
    keep(who, site_id=visit.enrollment.entry_site_id, now=visit.now)
    visit.settle_site()
