"""The code after the password of a member of staff."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.enrollments import AnswersFrozen
from enrollment.actions.second_factor import WAITING, stop_waiting, waiting_user
from enrollment.signin.password import TooManyAttempts, staff_sign_in
from enrollment.signin.second_factor import WrongCode, check_code
from enrollment.signin.staff import LocalStaffBackend
from enrollment.steps.base import Problem, Step, see_other
from enrollment.steps.log_in import accept
from enrollment.steps.typed import say, typed_field
from enrollment.visit import Visit
from sites_config.models import User
from sites_config.texts import Message


class Texts:
    title = Message("second-factor.title", _("Enter the code"))
    lead = Message(
        "second-factor.lead", _("It is the one that your authenticator app shows now, or a recovery code.")
    )
    code = Message("second-factor.code", _("Code"))
    log_in = Message("second-factor.log-in", _("Log In"))
    other = Message("second-factor.other", _("Use another account"))
    missing = Message("second-factor.missing", _("Enter the code"))
    refused = Message("second-factor.refused", _("The code is not right: enter the one that is shown now"))
    too_many = Message("second-factor.too-many", _("Too many attempts: wait five minutes, then log in again"))
    hint = Message("second-factor.hint", _("If you have no code, ask {support}."), placeholders=("support",))


class CodeForm(forms.Form):
    code = typed_field(20, autocomplete="one-time-code", inputmode="numeric")


class SecondFactor(Step):
    """Only while a password that was accepted waits for it; the sign-in becomes a fact with the right code."""

    slug = WAITING
    Texts = Texts
    template_name = "enrollment/second_factor.html"
    form_class = CodeForm
    counted = False

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return waiting_user(visit.enrollment, visit.now) is not None

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return not cls.applies(visit)

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form = super().get_form(form_class)
        words = {"label": Texts.code, "missing": Texts.missing, "refused": Texts.refused}
        say(form.fields["code"], **{name: self.text(each) for name, each in words.items()})
        return form

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "other" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            stop_waiting(self.visit.enrollment, now=self.visit.now)
        except AnswersFrozen:
            raise Problem("enrollment_expired", 410) from None
        return see_other(f"/enroll/{self.visit.enrollment.public_id}/log-in/")

    def answer(self, form: forms.Form) -> HttpResponse | None:
        visit = self.visit
        user = User.objects.filter(pk=waiting_user(visit.enrollment, visit.now) or 0).first()
        if user is None or not LocalStaffBackend().user_can_authenticate(user):
            stop_waiting(visit.enrollment, now=visit.now)  # closed since; the log-in page says the rest
            return None
        try:
            check_code(user, form.cleaned_data["code"])
        except WrongCode:
            form.add_error("code", self.text(Texts.refused))
            return None
        except TooManyAttempts:
            self.status = 429
            form.add_error("code", self.text(Texts.too_many))
            return None
        stop_waiting(visit.enrollment, now=visit.now)
        accept(visit, staff_sign_in(user))
        return None
