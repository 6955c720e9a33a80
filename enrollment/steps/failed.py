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
    not_listed = Message(
        "failed.not-listed",
        _(
            "This {device} is not on the list of {organization}. {support} can add it: after that, try again here."
        ),
        placeholders=("device", "organization", "support"),
    )
    too_many_devices = Message(
        "failed.too-many-devices",
        _(
            "Whoever will use this {device} has as many devices with {organization} as one person may have. {support} "
            "can help: after that, try again here."
        ),
        placeholders=("device", "organization", "support"),
    )
    os_too_old = Message(
        "failed.os-too-old",
        _(
            "Its version of iOS is too old. Update iOS to {version} or later first: Settings, General, Software "
            "Update. After that, try again here."
        ),
        placeholders=("version",),
        ios=("Settings", "General", "Software Update"),
    )
    not_theirs_lead = Message("failed.not-theirs-lead", _("Your answers are kept."))


_CAUSES = {
    FailureReason.SECOND_KEY: "used_twice",
    FailureReason.PROFILE_REMOVED: "removed",
    FailureReason.NOT_THEIRS: "not_theirs",
    FailureReason.WRONG_DEVICE: "wrong_device",
    FailureReason.NOT_LISTED: "not_listed",
    FailureReason.TOO_MANY_DEVICES: "too_many_devices",
    FailureReason.OS_TOO_OLD: "os_too_old",
}
# Trying again is of use only after something was done about it.
_NOT_YET = ("not_theirs", "not_listed", "too_many_devices", "os_too_old")


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

    def placeholders(self) -> dict[str, object]:
        return {"version": self.visit.site.minimum_os}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        texts: ScreenTexts = context["texts"]
        cause = self._cause()
        if cause in _NOT_YET:
            context["page"].title, context["page"].lead = texts["not_theirs_title"], texts["not_theirs_lead"]
        return context | {"cause": texts[cause]}

    def _cause(self) -> str:
        if self.visit.enrollment.status != Status.FAILED:
            return "expired"
        return _CAUSES.get(FailureReason(self.visit.enrollment.failure_reason), "unfinished")
