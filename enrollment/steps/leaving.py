"""On the way to an identity provider.

A page of its own instead of a redirect: the answer to a form may lead only where its page's policy allows, and a
provider passes people on to hosts that nobody here knows.
"""

from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.steps.page import Page, render
from enrollment.visit import Visit
from sites_config.http import SiteRequest
from sites_config.site_settings import SiteSettings
from sites_config.texts import Message


class Texts:
    title = Message("leaving.title", _("Log in at {provider}"), placeholders=("provider",))
    lead = Message("leaving.lead", _("Then you come back here by yourself."))
    log_out_title = Message("leaving.log-out-title", _("Log out at {provider}"), placeholders=("provider",))
    go_on = Message("leaving.continue", _("Continue"))


def leaving_page(request: SiteRequest, visit: Visit, name: str, address: str) -> HttpResponse:
    """Goes on by itself at once; ``address`` is the provider's, with everything it needs."""
    page = Page(request, visit.site, Texts, enrollment=visit.enrollment, values={"provider": name})
    return render(page, "enrollment/leaving.html", {"address": address})


def logging_out_page(request: SiteRequest, site: SiteSettings, name: str, address: str) -> HttpResponse:
    """The same, after the enrollment was left: on a shared device the provider would still know who that was."""
    page = Page(request, site, Texts, title="log_out_title", values={"provider": name})
    return render(page, "enrollment/leaving.html", {"address": address})
