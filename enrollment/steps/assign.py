"""Whom the device is for: looked up in the directory, or nobody."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions import assignments
from enrollment.actions.assignments import ASSIGNED, TooManySearches
from enrollment.actions.refusals import note_unreachable
from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.find import find
from enrollment.models import AssignmentSource
from enrollment.steps.base import Step, see_other
from enrollment.visit import Visit
from sites_config.texts import Message


class Texts:
    title = Message("assign.title", _("Who will use this {device}?"), placeholders=("device",))
    lead = Message("assign.lead", _("Leave the field empty if it is for nobody in particular."))
    label = Message("assign.label", _("Username"))
    search = Message("assign.search", _("Search"))
    found = Message("assign.found", _("Found"))
    not_found = Message("assign.not-found", _("Not found"))
    enroll = Message("assign.enroll", _("Enroll"))
    search_what = Message("assign.search-what", _("Enter a username to search for"))
    correct = Message("assign.correct", _("Correct the name, or empty the field to go on without a user"))
    unavailable = Message(
        "assign.unavailable", _("The directory could not be asked: try again, or empty the field")
    )
    too_many = Message("assign.too-many", _("Too many searches: empty the field to go on without a user"))


class AssignForm(forms.Form):
    user_name = forms.CharField(
        max_length=150,
        required=False,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "autocomplete": "off",
                "autocapitalize": "none",
                "autocorrect": "off",
                "spellcheck": "false",
                "enterkeyhint": "search",
            }
        ),
    )


class Assign(Step):
    """The magnifier searches, Enroll goes on; a name that was not searched for is searched first."""

    slug = ASSIGNED
    Texts = Texts
    template_name = "enrollment/assign.html"
    form_class = AssignForm

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.may_assign and not visit.is_personal

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return ASSIGNED in visit.enrollment.answers

    def get_initial(self) -> dict[str, Any]:
        searched = assignments.searched(self.visit.enrollment)
        return {"user_name": searched[0] if searched else self.visit.enrollment.assigned_user_name}

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form = super().get_form(form_class)
        form.fields["user_name"].label = self.text(Texts.label)
        wrong = dict.fromkeys(("max_length", "null_characters_not_allowed"), self.text(Texts.correct))
        form.fields["user_name"].error_messages |= wrong
        return form

    def answer(self, form: forms.Form) -> HttpResponse | None:
        text = form.cleaned_data["user_name"].strip()
        return self._search(form, text) if "search" in self.request.POST else self._enroll(form, text)

    def _search(self, form: forms.Form, text: str) -> HttpResponse | None:
        if not text:
            form.add_error("user_name", self.text(Texts.search_what))
            return None
        self._look_up(form, text)
        return None if form.errors else see_other(self.request.path)

    def _enroll(self, form: forms.Form, text: str) -> HttpResponse | None:
        person = self._look_up(form, text) if text else None
        if text and person is None:
            if not form.errors:
                form.add_error("user_name", self.text(Texts.correct))
            return None
        source = AssignmentSource.STAFF if self.visit.is_staff else AssignmentSource.SELF_DECLARED
        assignments.assign(self.visit.enrollment, person, source=source, now=self.visit.now)
        return None

    def _look_up(self, form: forms.Form, text: str) -> Entry | None:
        """Who that is; what was just searched for is not asked again."""
        before = assignments.searched(self.visit.enrollment)
        if before is not None and before[0] == text and before[1] is not None:
            return before[1]
        try:
            self._count()
            found = find(text, self.visit.directory_sites)
        except TooManySearches:
            self.status = 429
            form.add_error("user_name", self.text(Texts.too_many))
            return None
        except DirectoryUnavailable:
            note_unreachable(self.visit.enrollment, now=self.visit.now)
            form.add_error("user_name", self.text(Texts.unavailable))
            return None
        assignments.remember_search(self.visit.enrollment, text, found)
        return found

    def _count(self) -> None:
        assignments.count_search(self.visit.enrollment)
        site = str(self.visit.enrollment.entry_site_id)
        if not ratelimit.consume(self.request, action="directory_search", key=site):
            raise TooManySearches

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        searched = assignments.searched(self.visit.enrollment)
        shown = context["form"]["user_name"].value()
        if searched is None or not shown or searched[0] != str(shown).strip():
            return context | {"mark": ""}
        person = searched[1]
        # R26: whoever came by an invitation learns that the name is known, and nothing else.
        name = person.full_name if person and self.visit.is_staff else ""
        return context | {"mark": "found" if person else "not_found", "name": name}
