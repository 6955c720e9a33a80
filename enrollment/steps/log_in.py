"""Who is enrolling: staff log in with their account."""

import logging

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.enrollments import sign_in
from enrollment.actions.identities import keep
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.signin import password
from enrollment.signin.staff import Busy
from enrollment.steps.base import Problem, Step
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
    """Staff log in; no session is opened, who signed in becomes a fact of this enrollment."""

    slug = "log-in"
    Texts = Texts
    template_name = "enrollment/log_in.html"
    form_class = LogInForm

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.invitation is None or visit.invitation.login_required

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return bool(visit.enrollment.signed_in_with) and bool(visit.candidates)

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form = super().get_form(form_class)
        for name, label, missing in (
            ("username", Texts.username, Texts.username_missing),
            ("password", Texts.password, Texts.password_missing),
        ):
            form.fields[name].label = self.text(label)
            # What no account can have is refused like a wrong one, in words of ours.
            refused = dict.fromkeys(("max_length", "null_characters_not_allowed"), self.text(Texts.refused))
            form.fields[name].error_messages |= {"required": self.text(missing)} | refused
        return form

    def answer(self, form: forms.Form) -> HttpResponse | None:
        try:
            who = password.check(self.request, **form.cleaned_data)
        except password.WrongPassword:
            form.add_error(None, self.text(Texts.refused))
            return None
        except password.TooManyAttempts:
            self.status = 429
            form.add_error(None, self.text(Texts.too_many))
            return None
        except Busy:
            raise Problem("busy", 503) from None
        except DirectoryUnavailable as reason:
            log.warning("a directory could not be asked: %s", reason)
            self.status = 503
            form.add_error(None, self.text(Texts.unreachable))
            return None
        if not self.visit.would_allow(who):
            raise Problem("no_privilege", 403)
        self.visit.begin()
        sign_in(self.visit.enrollment, who, now=self.visit.now)
        keep(who, site_id=self.visit.enrollment.entry_site_id, now=self.visit.now)
        return None
