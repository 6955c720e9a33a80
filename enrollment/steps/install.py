"""The wait while the person installs the profile in Settings."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.certificates import UNUSED_LIVES
from enrollment.models import Enrollment, Status
from enrollment.steps.base import Step, see_other
from enrollment.steps.browsers import Kind, kind_of
from enrollment.steps.countdown import Countdown
from enrollment.steps.mdm_profile import deliver_profile
from enrollment.visit import Visit
from sites_config.texts import Message, ScreenTexts

STALLED_AFTER = timedelta(minutes=2)
STALLED = "stalled"
WAITING = (Status.PROFILE_ISSUED, Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED)


class Texts:
    title = Message("install.title", _("Install in Settings"), ios=("Settings",))
    lead = Message(
        "install.lead", _("Complete installation of this profile in the Settings app."), ios=("Settings",)
    )

    # The clock: iOS deletes a downloaded profile after eight minutes.
    time_left = Message("install.time-left", _("Time left"))
    until = Message("install.until", _("Install the profile before {until}."), placeholders=("until",))
    why = Message(
        "install.why", _("After eight minutes the profile is deleted, and you can download it again.")
    )
    soon = Message("install.soon", _("One minute left."))
    over = Message("install.over", _("Time is up: download the profile again."))
    again = Message("install.again", _("Download again"))
    download = Message("install.download", _("Start the download"))

    # What to tap, in the words of iOS.
    open_settings = Message("install.open-settings", _("Open Settings"), ios=("Settings",))
    open_settings_how = Message(
        "install.open-settings-how",
        _("Leave this page open, go to the Home Screen and tap the Settings app."),
        ios=("Home Screen", "Settings"),
    )
    settings = Message("install.settings", _("Settings"), ios=("Settings",))
    tap_downloaded = Message(
        "install.tap-downloaded", _("Tap Profile Downloaded"), ios=("Profile Downloaded",)
    )
    where_phone = Message("install.where-phone", _("It is near the top, below your name."))
    where_pad = Message("install.where-pad", _("It is in the left sidebar, below your name."))
    or_enroll = Message(
        "install.or-enroll",
        _("It may also be called “Enroll in {organization}”."),
        placeholders=("organization",),
    )
    downloaded = Message("install.downloaded", _("Profile Downloaded"), ios=("Profile Downloaded",))
    tap_install = Message("install.tap-install", _("Tap Install"), ios=("Install",))
    passcode = Message(
        "install.passcode",
        _("If asked, enter the passcode that unlocks this device, not your school password."),
    )
    cancel = Message("install.cancel", _("Cancel"), ios=("Cancel",))
    install = Message("install.install", _("Install"), ios=("Install",))
    tap_trust = Message(
        "install.tap-trust",
        _("Tap Install again whenever asked, then Trust, then Done"),
        ios=("Install", "Trust", "Done"),
    )
    remote_management = Message(
        "install.remote-management", _("Remote Management"), ios=("Remote Management",)
    )
    trust = Message("install.trust", _("Trust"), ios=("Trust",))
    come_back = Message("install.come-back", _("Return to Safari"))
    come_back_why = Message("install.come-back-why", _("This page goes on by itself."))

    # What the server knows so far.
    waiting_download = Message("install.waiting-download", _("Waiting for the download …"))
    waiting_check_in = Message(
        "install.waiting-check-in", _("Settings is installing the profile …"), ios=("Settings",)
    )
    waiting_finish = Message("install.waiting-finish", _("Almost done …"))
    stalled = Message(
        "install.stalled",
        _(
            "The {device} has not reported back for two minutes: see whether Settings is asking something, "
            "and check the internet connection."
        ),
        placeholders=("device",),
        ios=("Settings",),
    )
    progress_fetched = Message("install.progress-fetched", _("Profile downloaded"))
    progress_certificate = Message("install.progress-certificate", _("Installation begun"))
    progress_checked_in = Message(
        "install.progress-checked-in", _("Connected to {organization}"), placeholders=("organization",)
    )
    step_open = Message("install.step-open", _("not yet"))
    check = Message("install.check", _("I have installed it – check now"))

    # It did not work.
    trouble = Message("install.trouble", _("It did not work"))
    ignored = Message("install.ignored", _("I tapped Ignore"), ios=("Ignore",))
    ignored_help = Message(
        "install.ignored-help", _("Tap “Download again” on this page, then tap Allow."), ios=("Allow",)
    )
    no_row = Message("install.no-row", _("I do not see Profile Downloaded"), ios=("Profile Downloaded",))
    no_row_help = Message(
        "install.no-row-help",
        _(
            "Open Settings, General, VPN & Device Management; "
            "if the profile is not there either, download it again."
        ),
        ios=("Settings", "General", "VPN & Device Management"),
    )
    managed = Message("install.managed", _("Settings says the device is already managed"), ios=("Settings",))
    managed_help = Message(
        "install.managed-help",
        _("Only one organization can manage it: ask {support} before you remove the other profile."),
        placeholders=("support",),
    )
    no_passcode = Message("install.no-passcode", _("I do not know the passcode"))
    no_passcode_help = Message(
        "install.no-passcode-help",
        _("It is the code that unlocks this device; if nobody knows it, ask {support}."),
        placeholders=("support",),
    )
    hour = Message("install.hour", _("I have to wait an hour"))
    hour_help = Message(
        "install.hour-help",
        _(
            "Stolen Device Protection asks for that away from familiar places: wait, or go to one, "
            "then download the profile again."
        ),
        ios=("Stolen Device Protection",),
    )
    lockdown = Message("install.lockdown", _("Lockdown Mode is on"), ios=("Lockdown Mode",))
    lockdown_help = Message(
        "install.lockdown-help",
        _("Turn it off in Settings, Privacy & Security, install the profile, then turn it on again."),
        ios=("Settings", "Privacy & Security"),
    )
    not_verified = Message(
        "install.not-verified", _("The profile says “Not Verified”"), ios=("Not Verified",)
    )
    not_verified_help = Message(
        "install.not-verified-help",
        _("Go on if the profile names {organization}; otherwise ask {support}."),
        placeholders=("organization", "support"),
    )
    closed = Message("install.closed", _("I closed Safari"))
    closed_help = Message(
        "install.closed-help", _("Open the same link in Safari again: your answers are kept.")
    )
    silent = Message("install.silent", _("Settings is done, but this page still waits"), ios=("Settings",))
    silent_help = Message(
        "install.silent-help",
        _(
            "Check the internet connection; after two minutes remove the profile in Settings "
            "and download it again."
        ),
        ios=("Settings",),
    )

    # For a visitor who tries the demonstration on a computer.
    demo = Message("install.demo", _("The device's part (demonstration)"))
    demo_how = Message(
        "install.demo-how",
        _(
            "Run this in the folder of the demonstration: a simulated iPhone installs the profile, "
            "and this page goes on by itself."
        ),
    )


class Install(Step):
    """Shows what to tap in Settings and waits; a POST is "Download again"."""

    slug = "install"
    Texts = Texts
    template_name = "enrollment/install.html"
    asks = False

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return visit.enrollment.status != Status.FAILED and not visit.is_personal

    @classmethod
    def done(cls, visit: Visit) -> bool:
        return visit.enrollment.status not in (Status.STARTED, *WAITING) or visit.enrollment.lapsed(visit.now)

    def answer(self, form: forms.Form) -> HttpResponse | None:
        if self.visit.profile_is_fresh:
            return see_other(self.visit.profile_url)  # the same bytes; Safari stays on this page
        deliver_profile(self)
        return None

    @property
    def _countdown(self) -> Countdown:
        profile = self.visit.enrollment.profile
        return Countdown(self.visit, profile.served_at if profile else None)

    def placeholders(self) -> dict[str, object]:
        return {"until": self._countdown.until}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"install": self._install(context["texts"]), "countdown": self._countdown}

    def _install(self, texts: ScreenTexts) -> SimpleNamespace:
        enrollment, profile = self.visit.enrollment, self.visit.enrollment.profile
        served = enrollment.status != Status.PROFILE_ISSUED or bool(profile and profile.served_at)
        return SimpleNamespace(
            profile_url=self.visit.profile_url if profile else "",
            start_download=bool(not served and profile and profile.can_be_fetched(self.visit.now)),
            served=served,
            state=status_word(enrollment, self.visit.now),
            status_url=f"/enroll/{enrollment.public_id}/status",
            stalled=status_word(enrollment, self.visit.now) == STALLED,
            demo=settings.DEMO and kind_of(self.request.headers.get("User-Agent", "")) is not Kind.SAFARI,
            progress=self._marks(served, texts),
        )

    def _marks(self, served: bool, texts: ScreenTexts) -> list[SimpleNamespace]:
        status = self.visit.enrollment.status
        return [
            SimpleNamespace(text=texts["progress_fetched"], done=served),
            SimpleNamespace(text=texts["progress_certificate"], done=status != Status.PROFILE_ISSUED),
            SimpleNamespace(text=texts["progress_checked_in"], done=status == Status.AUTHENTICATED),
        ]


def status_word(enrollment: Enrollment, now: datetime) -> str:
    """What the waiting page compares: the status, whether the profile was fetched, whether the device fell silent."""
    if enrollment.lapsed(now):
        return str(Status.EXPIRED)
    profile = enrollment.profile
    if enrollment.status == Status.PROFILE_ISSUED and profile and profile.served_at:
        return "profile-fetched"
    # idle_until was set when the certificate was issued.
    if (
        enrollment.status == Status.CERTIFICATE_ISSUED
        and now >= enrollment.idle_until - UNUSED_LIVES + STALLED_AFTER
    ):
        return STALLED
    return enrollment.status
