"""The license agreement."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.agreements import ACCEPTED, accept, decline
from enrollment.steps.base import Problem, Step
from enrollment.visit import Visit
from sites_config.agreements import ShownAgreement, agreement_of
from sites_config.models import Ownership
from sites_config.texts import Message, direction


class Texts:
    title = Message("agreement.title", _("License agreement"))
    lead = Message(
        "agreement.lead",
        _("Read and accept it to enroll with {organization}."),
        placeholders=("organization",),
    )
    other_language = Message("agreement.other-language", _("It is not available in your language."))
    changed = Message("agreement.changed", _("It has changed since you accepted it."))
    accept = Message("agreement.accept", _("Accept"))
    decline = Message("agreement.decline", _("I do not accept"))


class Agreement(Step):
    """For people signed in from a directory, where their access groups don't free them of it; for invitations that ask
    for it, and for staff where the site says so."""

    slug = ACCEPTED
    Texts = Texts
    template_name = "enrollment/agreement.html"

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return _is_asked(visit) and _in_force(visit, visit.site.default_language) is not None

    @classmethod
    def done(cls, visit: Visit) -> bool:
        shown = _in_force(visit, visit.site.default_language)
        return shown is None or visit.enrollment.answers.get(ACCEPTED) in shown.settled_by

    def answer(self, form: forms.Form) -> HttpResponse | None:
        shown, enrollment = self._shown(), self.visit.enrollment
        if "decline" in self.request.POST:
            decline(enrollment, shown, now=self.visit.now)
            raise Problem("agreement_declined", 200)
        # What is accepted is what was on the screen: a version published meanwhile has to be read first.
        if self.request.POST.get("accept") == str(shown.agreement_id):
            accept(enrollment, shown, now=self.visit.now)
        return None

    def _shown(self) -> ShownAgreement:
        shown = _in_force(self.visit, self.request.language)
        if shown is None:  # applies() was asked in this request
            raise Problem("error", 500)
        return shown

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = self._shown()
        return super().get_context_data(**kwargs) | {
            "agreement": shown,
            "agreement_direction": direction(shown.language),
            "changed": self.visit.enrollment.answers.get(ACCEPTED) not in (None, shown.agreement_id),
            "other_language": shown.language != self.request.language,
        }


def _is_asked(visit: Visit) -> bool:
    if visit.invitation is not None and visit.invitation.ask_for_agreement:
        return True
    if visit.is_staff:
        return visit.site.agreement_for_staff
    return visit.is_of_directory and visit.access.agreement


def _in_force(visit: Visit, language: str) -> ShownAgreement | None:
    return agreement_of(visit.site, visit.ownership or Ownership.INSTITUTIONAL, language)
