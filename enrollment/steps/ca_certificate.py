"""The organization's CA certificate, a profile of its own, before the MDM profile is offered."""

import logging
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.ca_certificates import INSTALLED, delivered_ca, fetch_again
from enrollment.actions.issuing import NotReady
from enrollment.models import Enrollment
from enrollment.steps.base import Problem, Step, see_other
from enrollment.steps.countdown import Countdown
from enrollment.steps.install import Texts as InstallTexts
from enrollment.steps.mdm_profile import Texts as MdmTexts
from enrollment.visit import Visit
from sites_config.texts import Message

log = logging.getLogger("gatehouse.profiles")


class Texts:
    title = Message("ca-certificate.title", _("Install the CA certificate"))
    lead = Message(
        "ca-certificate.lead",
        _("It lets this {device} recognize {organization}; the management profile comes after it."),
        placeholders=("device", "organization"),
    )
    # The name of the profile in Settings: as administrators called the certificate.
    name = Message("ca-certificate.name", "{name}", placeholders=("name",))
    description = Message(
        "ca-certificate.description",
        _("CA certificate of {organization}"),
        placeholders=("organization",),
    )
    download = Message("ca-certificate.download", _("Download"))
    installed = Message("ca-certificate.installed", _("I have installed it"))
    again = InstallTexts.again
    time_left, until, why = InstallTexts.time_left, InstallTexts.until, InstallTexts.why
    soon, over = InstallTexts.soon, InstallTexts.over
    ask, ask_why, ask_ios = MdmTexts.ask, MdmTexts.ask_why, MdmTexts.ask_ios
    ignore, allow, close_it, close = MdmTexts.ignore, MdmTexts.allow, MdmTexts.close_it, MdmTexts.close
    profile_downloaded, downloaded_ios = MdmTexts.downloaded, MdmTexts.downloaded_ios
    open_settings, settings = InstallTexts.open_settings, InstallTexts.settings
    tap_downloaded, downloaded = InstallTexts.tap_downloaded, InstallTexts.downloaded
    where_phone, where_pad = InstallTexts.where_phone, InstallTexts.where_pad
    tap_install, passcode = InstallTexts.tap_install, InstallTexts.passcode
    cancel, install, come_back = InstallTexts.cancel, InstallTexts.install, InstallTexts.come_back
    then_tap = Message("ca-certificate.then-tap", _("Then tap “I have installed it” here."))
    trust = Message("ca-certificate.trust", _("Turn on full trust"))
    trust_how = Message(
        "ca-certificate.trust-how",
        _(
            "In Settings: General, About, Certificate Trust Settings. Turn on the switch beside the certificate."
        ),
        ios=("Settings", "General", "About", "Certificate Trust Settings"),
    )


class CaCertificate(Step):
    """Skipped by default. Nothing tells a server that a certificate was installed: the person says so."""

    slug = INSTALLED
    Texts = Texts
    template_name = "enrollment/ca_certificate.html"

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return not visit.site.skip_ca_certificate and not visit.is_personal

    @classmethod
    def done(cls, visit: Visit) -> bool:
        try:
            wanted = delivered_ca(visit.site, now=visit.now).fingerprint
        except NotReady:
            return False
        return bool(visit.enrollment.answers.get(INSTALLED) == wanted)

    def answer(self, form: forms.Form) -> HttpResponse | None:
        if "again" in self.request.POST:
            fetch_again(self.visit.enrollment)
            return see_other(self._profile_url)  # Safari stays on this page
        try:
            self.save(delivered_ca(self.visit.site, now=self.visit.now).fingerprint)
        except NotReady as reason:
            log.error("no CA certificate for site %s: %s", self.visit.site.site_id, reason)
            raise Problem("unavailable", 503) from None
        return None

    @property
    def _profile_url(self) -> str:
        return f"/enroll/{self.visit.enrollment.public_id}/ca.mobileconfig"

    @property
    def _countdown(self) -> Countdown:
        return Countdown(self.visit, self.visit.enrollment.ca_served_at)

    def placeholders(self) -> dict[str, object]:
        return {"until": self._countdown.until}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        enrollment = self.visit.enrollment
        ca = SimpleNamespace(
            profile_url=self._profile_url,
            served=enrollment.ca_served_at is not None,
            state=fetched_word(enrollment),
            status_url=f"/enroll/{enrollment.public_id}/ca-status",
            tls_needs_ca=self.visit.site.tls_needs_ca,
        )
        return super().get_context_data(**kwargs) | {"ca": ca, "countdown": self._countdown}


def fetched_word(enrollment: Enrollment) -> str:
    """What the page compares: whether the certificate's profile was fetched, in the words of the waiting page."""
    return "profile-fetched" if enrollment.ca_served_at else "profile-issued"
