"""A page of a site: a new one like it."""

from django import forms
from django.contrib import messages
from django.contrib.sites.models import Site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrollment.actions.sites import BadSite
from enrollment.settings_file.cloning import Copy, clone_site
from sites_config.admin.buttons import AdminWithButtons, actor
from sites_config.admin.pages import form_page

WORDS = (
    "The new site gets the settings, texts, agreements, logo, CA certificate, access groups, directories, providers "
    "and webhooks that stand at this one, with their secrets; what this one inherits, it inherits too. Addresses, "
    "people, invitations and devices stay here."
)


class CopyForm(forms.Form):
    name = forms.CharField(max_length=50, help_text="It stands on every page.")
    host = forms.CharField(
        max_length=253,
        required=False,
        help_text="Host name without https:// and port. Blank: it is entered through the site it belongs to.",
    )
    staff = forms.BooleanField(
        label="Whoever works here works there too", required=False, help_text="With the same privileges."
    )


def copy_page(admin_: AdminWithButtons, request: HttpRequest, site: Site) -> HttpResponse:
    """Asks first what it is called; then on to its own page."""
    form = CopyForm(request.POST if "name" in request.POST else None)
    if form.is_valid():
        try:
            made = clone_site(site, Copy(**form.cleaned_data), author=actor(request), now=timezone.now())
        except BadSite as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, f"{made.name} was made as a copy of {site.name}.")
            return redirect(admin_.change_url(made))
    return form_page(
        admin_,
        request,
        title=f"Copy {site}",
        words=WORDS,
        form=form,
        press="Make the copy",
        back=admin_.change_url(site),
    )
