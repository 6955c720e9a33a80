"""What every screen is: a FormView that also says whether it applies and whether it is answered."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.views.generic import FormView

from enrollment.actions.enrollments import AnswersFrozen, answer_screen
from enrollment.steps.link import note_for_macs
from enrollment.steps.page import Page, with_policy
from enrollment.visit import Visit
from sites_config.http import SiteRequest
from sites_config.texts import Message, texts_for

if TYPE_CHECKING:
    FormScreen = FormView[forms.Form]
else:
    FormScreen = FormView  # generic for the type checker only


class NothingAsked(forms.Form):
    """The form of a screen with a button only."""


class Problem(Exception):
    """The way ends here with a page of its own; ``kind`` names its texts in steps/problem.py."""

    def __init__(self, kind: str, status: int, **values: object) -> None:
        super().__init__(kind)
        self.kind, self.status, self.values = kind, status, values


class Step(FormScreen):
    """A screen. The driver view finds the visit and hands it over; what a screen saves, it saves in ``answer``."""

    slug: ClassVar[str]
    Texts: ClassVar[type]
    # Whether its answer belongs to what is asked before the profile, and freezes with it.
    asks: ClassVar[bool] = True
    # Whether "Step 2 of 3" counts it.
    counted: ClassVar[bool] = True
    form_class: type[forms.Form] = NothingAsked
    request: SiteRequest
    visit: Visit
    position: tuple[int, int] | None = None
    status = 200

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        """Whether this person sees the screen at all."""
        return True

    @classmethod
    def done(cls, visit: Visit) -> bool:
        """Whether it is answered."""
        raise NotImplementedError

    def answer(self, form: forms.Form) -> HttpResponse | None:
        """Saves the answer. None: on to the first unanswered screen. Errors added to the form show it again.

        AnswersFrozen, which the actions raise, becomes a page.
        """
        return None

    def text(self, message: Message) -> str:
        """A message without placeholders in the person's language, for labels and errors of the form."""
        return texts_for(self.visit.site, self.request.language).resolve(message)

    def save(self, value: object) -> None:
        """Stores a small answer under the screen's slug in ``enrollment.answers``; ``value`` goes into JSON."""
        self.visit.begin()
        answer_screen(self.visit.enrollment, self.slug, value, now=self.visit.now)

    def placeholders(self) -> dict[str, object]:
        """Values for the screen's own placeholders."""
        return {}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            response = self.answer(form)
            if form.errors:
                return self.form_invalid(form)
            self.visit.settle_site()
        except AnswersFrozen:
            raise Problem("enrollment_expired", 410) from None
        return response or see_other(f"/enroll/{self.visit.enrollment.public_id}/")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        visit = self.visit
        page = Page(self.request, visit.site, self.Texts, enrollment=visit.enrollment, position=self.position)
        page.values = self.placeholders()
        note = {} if visit.saved else note_for_macs(self.request, visit.site)
        return super().get_context_data(**kwargs) | page.context() | note

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, status=self.status, **response_kwargs)
        return with_policy(response, context["accent_css"])


def see_other(path: str) -> HttpResponse:
    """303: the browser goes on with a GET."""
    return HttpResponse(status=303, headers={"Location": path})
