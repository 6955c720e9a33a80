"""The site that the device is enrolled into, where there is more than one to choose from."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.enrollments import SITE_ANSWER, choose_site
from enrollment.steps.base import Step
from enrollment.visit import Visit
from sites_config.names import organization_in
from sites_config.texts import Message

AS_RADIO_BUTTONS = 6  # more are a menu, which iOS shows as one


class Texts:
    title = Message("site.title", _("Where does this {device} belong?"), placeholders=("device",))
    lead = Message("site.lead", "")  # for sites that have something to say here
    label = Message("site.label", _("Site"))
    choose = Message("site.choose", _("Choose one"))
    go_on = Message("site.continue", _("Continue"))
    missing = Message("site.missing", _("Choose where it belongs"))


class SiteForm(forms.Form):
    site = forms.TypedChoiceField(coerce=int)


class ChooseSite(Step):
    """The choice decides agreement, CA certificate, texts, authority, access rights and profile."""

    slug = SITE_ANSWER
    Texts = Texts
    template_name = "enrollment/choose_site.html"
    form_class = SiteForm

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return len(visit.candidates) > 1

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return visit.site_is_settled

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form = super().get_form(form_class)
        missing = self.text(Texts.missing)
        field: Any = form.fields["site"]
        field.choices = [(str(site.site_id), "") for site in self.visit.candidates]
        field.error_messages |= {"required": missing, "invalid_choice": missing}
        return form

    def answer(self, form: forms.Form) -> HttpResponse | None:
        choose_site(self.visit.enrollment, form.cleaned_data["site"], now=self.visit.now)
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.visit.enrollment.answers.get(SITE_ANSWER)
        language = self.request.language
        options = [
            {
                "value": site.site_id,
                "label": organization_in(site, language),
                "checked": site.site_id == chosen,
            }
            for site in self.visit.candidates
        ]
        few = len(options) <= AS_RADIO_BUTTONS
        return super().get_context_data(**kwargs) | {"options": options, "few": few}
