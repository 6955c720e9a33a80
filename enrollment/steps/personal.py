"""A device of one's own: how to sign in with the account of work or school, which installs nothing of this site's."""

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.enrollments import instruct
from enrollment.models import Status
from enrollment.steps.base import Step
from enrollment.steps.complete import Texts as CompleteTexts
from enrollment.steps.install import Texts as InstallTexts
from enrollment.visit import Visit
from sites_config.texts import Message

SINCE = 15  # iOS; since then a person can sign in with such an account
# iOS 26 and later no longer tell their version in the part about the system; Safari's own is the same number.
_VERSION = re.compile(r"Version/(\d{1,3})[.\d]*\s")


class Texts:
    title = Message("personal.title", _("Sign in on your own {device}"), placeholders=("device",))
    lead = Message(
        "personal.lead",
        _("It stays yours: {organization} manages only the account that you sign in with."),
        placeholders=("organization",),
    )
    open_settings = InstallTexts.open_settings
    settings = InstallTexts.settings
    tap_general = Message(
        "personal.tap-general",
        _("Tap General, then VPN & Device Management"),
        ios=("General", "VPN & Device Management"),
    )
    general = Message("personal.general", _("General"), ios=("General",))
    management = Message(
        "personal.management", _("VPN & Device Management"), ios=("VPN & Device Management",)
    )
    tap_sign_in = Message(
        "personal.tap-sign-in",
        _("Tap Sign In to Work or School Account"),
        ios=("Sign In to Work or School Account",),
    )
    sign_in = Message(
        "personal.sign-in", _("Sign In to Work or School Account"), ios=("Sign In to Work or School Account",)
    )
    account = Message(
        "personal.account",
        _("Use your account that ends in @{domain}, and follow what Settings says."),
        placeholders=("domain",),
        ios=("Settings",),
    )
    too_old = Message("personal.too-old", _("This {device} needs an update first"), placeholders=("device",))
    too_old_how = Message(
        "personal.too-old-how",
        _("Signing in works with iOS 15 or later: open Settings, General, Software Update."),
        ios=("Settings", "General", "Software Update"),
    )
    not_served = Message("personal.not-served", _("Ask how to go on"))
    not_served_how = Message(
        "personal.not-served-how",
        _("{support} tells you how to use your own {device}."),
        placeholders=("support", "device"),
    )
    done = Message("personal.done", _("Done"))
    noted = Message(
        "personal.noted",
        _("That is all here: the rest happens in Settings. You can close this page."),
        ios=("Settings",),
    )
    log_out = CompleteTexts.log_out


class Personal(Step):
    """Instructions only: a personal device never gets the institution's profile."""

    slug = "personal"
    Texts = Texts
    template_name = "enrollment/personal.html"
    asks = False

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.is_personal and not visit.ended

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return False

    def answer(self, form: forms.Form) -> HttpResponse | None:
        instruct(self.visit.enrollment, now=self.visit.now)
        return None

    def placeholders(self) -> dict[str, object]:
        return {"domain": self.visit.site.personal_sign_in_domain}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        site = self.visit.site
        version = _VERSION.search(self.request.headers.get("User-Agent", ""))
        over = self.visit.enrollment.status == Status.INSTRUCTED
        context = super().get_context_data(**kwargs)
        if over and context["page"].progress:
            context["page"].progress.segments = ["done"] * context["page"].progress.total
        return context | {
            "served": bool(site.account_driven_enrollment and site.personal_sign_in_domain),
            "too_old": version is not None and int(version[1]) < SINCE,
            "over": over,
            "hides_log_out": over,
        }
