"""Whose the device is: the institution's, or the person's own."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.enrollments import choose_ownership
from enrollment.steps.base import Step
from enrollment.steps.mdm_profile import InfoTexts, can_and_cannot
from enrollment.visit import Visit
from sites_config.models import Ownership
from sites_config.texts import Message


class Texts:
    title = Message("ownership.title", _("Whose {device} is this?"), placeholders=("device",))
    lead = Message("ownership.lead", "")  # for sites that have something to say here
    institutional = Message(
        "ownership.institutional", _("It belongs to {organization}"), placeholders=("organization",)
    )
    institutional_description = InfoTexts.description
    personal = Message("ownership.personal", _("It is my own"))
    personal_description = Message(
        "ownership.personal-description",
        _("{organization} manages only the work or school account on it, and sees nothing else."),
        placeholders=("organization",),
        markdown=True,
    )
    go_on = Message("ownership.continue", _("Continue"))
    missing = Message("ownership.missing", _("Choose whose it is"))


class OwnershipForm(forms.Form):
    ownership = forms.ChoiceField(choices=Ownership.choices)


class ChooseOwnership(Step):
    """Asked only where both are possible for this person."""

    slug = "ownership"
    Texts = Texts
    template_name = "enrollment/ownership.html"
    form_class = OwnershipForm

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return len(visit.ownerships) > 1

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return visit.enrollment.ownership in visit.ownerships

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form = super().get_form(form_class)
        missing = self.text(Texts.missing)
        form.fields["ownership"].error_messages |= {"required": missing, "invalid_choice": missing}
        return form

    def answer(self, form: forms.Form) -> HttpResponse | None:
        chosen = Ownership(form.cleaned_data["ownership"])
        choose_ownership(self.visit.enrollment, chosen, now=self.visit.now)
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        texts, chosen = context["texts"], self.visit.enrollment.ownership
        options = [
            {
                "value": each.value,
                "label": texts[each.value],
                "description": texts[f"{each.value}_description"],
                "checked": each == chosen,
            }
            for each in Ownership
        ]
        return context | {"options": options} | can_and_cannot(self.visit, self.request.language)
