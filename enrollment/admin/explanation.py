"""“Explain enrollment” on the page of a site."""

from typing import Any

from django import forms
from django.contrib.sites.models import Site
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrollment.explain.explain import Explanation, explain
from enrollment.models import Invitation
from sites_config.admin.buttons import AdminWithButtons
from sites_config.admin.pages import form_page
from sites_config.admin.scoping import for_user
from sites_config.models import SiteConfiguration, User
from sites_config.site_settings import descendants_of

LONGEST_NAME = 150  # characters
WORDS = (
    "Says which rules let somebody enroll who comes in at this site's address, and which screens they see. Directories "
    "are asked now; nothing is stored but the line in the history that tells who asked for whom."
)
SIGNS = {True: "✓ ", False: "✕ ", None: "• "}


class ExplainForm(forms.Form):
    user_name = forms.CharField(
        max_length=LONGEST_NAME, help_text="Exactly: of a staff account or of somebody in a directory."
    )
    invitation: "forms.ModelChoiceField[Invitation]" = forms.ModelChoiceField(
        Invitation.objects.none(), required=False, empty_label="None: at the portal"
    )


def explanation_page(model_admin: AdminWithButtons, request: HttpRequest, site: Site) -> HttpResponse:
    form = ExplainForm(request.POST if "user_name" in request.POST else None)
    field: Any = form.fields["invitation"]
    rows = Invitation.objects.filter(site__in=descendants_of(site.pk)).order_by("name")
    field.queryset = for_user(rows, request.user)
    found: list[tuple[str, str]] = []
    if form.is_valid():
        name = form.cleaned_data["user_name"]
        model_admin.log_change(request, site, f"Explained enrollment for {name}.")
        told = explain(
            site=SiteConfiguration.for_site(site),
            user_name=name,
            accounts=for_user(User.objects.all(), request.user),
            now=timezone.now(),
            invitation=form.cleaned_data["invitation"],
        )
        found = in_rows(told)
    return form_page(
        model_admin,
        request,
        title=f"Explain enrollment at {site}",
        words=WORDS,
        form=form,
        press="Explain",
        back=model_admin.change_url(site),
        found=found,
    )


def in_rows(told: Explanation) -> list[tuple[str, str]]:
    """(label, text)."""
    rules = "\n".join(f"{SIGNS[check.passed]}{check.text}" for check in told.checks)
    ways = [
        (
            f"Screens for {way.when}",
            "\n".join(f"{number}. {title}" for number, title in enumerate(way.screens, 1)),
        )
        for way in told.ways
    ]
    return [("Rules", rules), *(ways or [("Screens", "This person cannot enroll here.")])]
