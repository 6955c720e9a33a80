"""The device is enrolled."""

from typing import Any

from django.utils.translation import gettext_noop as _

from enrollment.models import AssignmentSource, Status
from enrollment.steps.base import Step
from enrollment.visit import Visit
from sites_config.texts import Message


class Texts:
    title = Message("complete.title", _("Enrollment complete"))
    lead = Message(
        "complete.lead",
        _("This {device} is enrolled with {organization}."),
        placeholders=("device", "organization"),
    )
    model = Message("complete.model", _("Model"))
    assigned_to = Message("complete.assigned-to", _("Assigned to"))
    next = Message("complete.next", _("What happens now"))
    next_how = Message(
        "complete.next-how",
        _("Apps and settings arrive during the next minutes; stay connected to the internet."),
    )
    close = Message("complete.close", _("You can close this page."))
    log_out = Message("complete.log-out", _("Log Out"))


class Complete(Step):
    """The end; its button forgets the enrollment in this browser."""

    slug = "complete"
    Texts = Texts
    template_name = "enrollment/complete.html"
    asks = False

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.enrollment.status != Status.FAILED and not visit.is_personal

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        enrollment = self.visit.enrollment
        model = enrollment.claimed.get(
            "model_name", ""
        )  # "iPad13,4", the product name, says nothing to people
        # R26: a name that somebody typed by themselves must not tell them whose it is.
        typed = enrollment.assignment_source == AssignmentSource.SELF_DECLARED
        full_name = "" if typed else enrollment.assigned_full_name
        assigned_to = full_name or enrollment.assigned_user_name
        context = super().get_context_data(**kwargs)
        if context["page"].progress:
            context["page"].progress.segments = ["done"] * context["page"].progress.total
        # Its own button says it already.
        return context | {"model": model, "assigned_to": assigned_to, "hides_log_out": True}
