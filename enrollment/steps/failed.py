"""The enrollment did not come to its end; the person may try again."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.models import FailureReason, Status
from enrollment.steps.base import Step
from enrollment.steps.mdm_profile import deliver_profile
from enrollment.visit import Visit
from sites_config.texts import Message, ScreenTexts


class Texts:
    title = Message("failed.title", _("Enrollment did not finish"))
    lead = Message("failed.lead", _("You can try again, and your answers are kept."))
    cause = Message("failed.cause", _("What happened"))
    try_again = Message("failed.try-again", _("Try Again"))

    # The causes, named after the reason that the enrollment stores.
    unfinished = Message(
        "failed.unfinished", _("The {device} could not complete the installation."), placeholders=("device",)
    )
    expired = Message(
        "failed.expired", _("The installation took too long, so the profile is no longer valid.")
    )
    used_twice = Message("failed.used-twice", _("The profile was used on a second device."))
    removed = Message(
        "failed.removed",
        _("The profile was removed from the {device} before enrollment was complete."),
        placeholders=("device",),
    )
    not_theirs = Message(
        "failed.not-theirs",
        _(
            "This {device} is already registered. {support} can let you enroll it: after that, try again here."
        ),
        placeholders=("device", "support"),
    )
    not_theirs_title = Message(
        "failed.not-theirs-title", _("You cannot enroll this {device} yet"), placeholders=("device",)
    )
    wrong_device = Message(
        "failed.wrong-device",
        _("The invitation is for another device: open it there, or ask {support} which one is meant."),
        placeholders=("support",),
    )
    not_theirs_lead = Message("failed.not-theirs-lead", _("Your answers are kept."))


_CAUSES = {
    FailureReason.SECOND_KEY: "used_twice",
    FailureReason.PROFILE_REMOVED: "removed",
    FailureReason.NOT_THEIRS: "not_theirs",
    FailureReason.WRONG_DEVICE: "wrong_device",
}


class Failed(Step):
    """Try Again issues a new profile for the same answers."""

    slug = "failed"
    Texts = Texts
    template_name = "enrollment/failed.html"
    asks = False
    counted = False

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.ended and not visit.is_personal

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return False

    def answer(self, form: forms.Form) -> HttpResponse | None:
        deliver_profile(self)
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        texts: ScreenTexts = context["texts"]
        cause = self._cause()
        if cause == "not_theirs":  # trying again is of use only after somebody helped
            context["page"].title, context["page"].lead = texts["not_theirs_title"], texts["not_theirs_lead"]
        return context | {"cause": texts[cause]}

    def _cause(self) -> str:
        if self.visit.enrollment.status != Status.FAILED:
            return "expired"
        return _CAUSES.get(FailureReason(self.visit.enrollment.failure_reason), "unfinished")
