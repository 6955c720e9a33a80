"""What management means, and what Safari is going to ask."""

import logging
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _

from enrollment.actions.issuing import NotReady
from enrollment.actions.moves import MoveRefused
from enrollment.actions.profiles import ProfileWords, issue_profile
from enrollment.actions.uses import UseRefused
from enrollment.models.moves import OPEN
from enrollment.profiles.access_rights import AccessRight, BadAccessRights, OutOfReach, explain
from enrollment.steps.base import Problem, Step
from enrollment.visit import Visit
from sites_config.names import organization_in
from sites_config.texts import Message, ScreenTexts, texts_for

log = logging.getLogger("gatehouse.profiles")


class Texts:
    title = Message(
        "mdm-profile.title",
        _("Let {organization} manage this {device}"),
        placeholders=("organization", "device"),
    )
    lead = Message(
        "mdm-profile.lead",
        _("Continue downloads a profile that you then install in Settings."),
        ios=("Settings",),
    )
    ask = Message("mdm-profile.ask", _("Safari will ask: tap Allow"), ios=("Allow",))
    ask_why = Message("mdm-profile.ask-why", _("If you tap Ignore, nothing is downloaded."), ios=("Ignore",))
    ask_ios = Message(
        "mdm-profile.ask-ios",
        _("This website is trying to download a configuration profile. Do you want to allow this?"),
        ios=("This website is trying to download a configuration profile. Do you want to allow this?",),
    )
    ignore = Message("mdm-profile.ignore", _("Ignore"), ios=("Ignore",))
    allow = Message("mdm-profile.allow", _("Allow"), ios=("Allow",))
    close_it = Message("mdm-profile.close-it", _("Then tap Close"), ios=("Close",))
    close_why = Message(
        "mdm-profile.close-why", _("The next page shows how to go on in Settings."), ios=("Settings",)
    )
    downloaded = Message("mdm-profile.downloaded", _("Profile Downloaded"), ios=("Profile Downloaded",))
    downloaded_ios = Message(
        "mdm-profile.downloaded-ios",
        _("Review the profile in Settings app if you want to install it."),
        ios=("Review the profile in Settings app if you want to install it.",),
    )
    close = Message("mdm-profile.close", _("Close"), ios=("Close",))
    go_on = Message("mdm-profile.continue", _("Continue"))


class InfoTexts:
    """The control that tells what management means, on the screens that ask for a decision about it."""

    info = Message("mdm-profile.info", _("Information about enrollment"))
    description = Message(
        "ownership.institutional-description",
        _("{organization} manages the whole device."),
        placeholders=("organization",),
        markdown=True,
    )
    can = Message("mdm-profile.can", _("What {organization} can do"), placeholders=("organization",))
    cannot = Message("mdm-profile.cannot", _("What {organization} cannot do"), placeholders=("organization",))


class RightTexts:
    """One text per access right, named after its slug; said under what the organization can or cannot do."""

    inspect_profiles = Message("mdm-profile.inspect-profiles", _("See which profiles are installed"))
    install_profiles = Message("mdm-profile.install-profiles", _("Install and remove profiles"))
    lock = Message("mdm-profile.lock", _("Lock the device and remove its passcode"))
    erase = Message("mdm-profile.erase", _("Erase the device"))
    device_information = Message(
        "mdm-profile.device-information", _("See the device’s name, model and serial number")
    )
    network_information = Message(
        "mdm-profile.network-information", _("See its phone number and network addresses")
    )
    inspect_provisioning = Message("mdm-profile.inspect-provisioning", _("See the permits of in-house apps"))
    install_provisioning = Message(
        "mdm-profile.install-provisioning", _("Add and remove permits of in-house apps")
    )
    inspect_apps = Message("mdm-profile.inspect-apps", _("See which apps are installed"))
    restrictions = Message("mdm-profile.restrictions", _("See which restrictions are set"))
    security = Message("mdm-profile.security", _("See whether the device has a passcode"))
    settings = Message("mdm-profile.settings", _("Change settings such as the device’s name"))
    manage_apps = Message("mdm-profile.manage-apps", _("Install and remove its own apps"))


class NeverTexts:
    """What no right reaches, named after its slug; said under what the organization cannot do."""

    read_messages = Message("mdm-profile.read-messages", _("Read your messages"))
    read_mail = Message("mdm-profile.read-mail", _("Read your e-mail"))
    see_photos = Message("mdm-profile.see-photos", _("See your photos"))
    see_browsing = Message("mdm-profile.see-browsing", _("See your history in Safari"))
    see_location_unless_lost = Message(
        "mdm-profile.see-location-unless-lost", _("See where the device is, unless it is marked as lost")
    )
    hear_calls = Message("mdm-profile.hear-calls", _("Listen to your calls or see whom you call"))


class ProfileTexts:
    """What Settings shows of the profile."""

    name = Message("profile.name", _("{organization} device management"), placeholders=("organization",))
    description = Message(
        "profile.description", _("Lets {organization} manage this device."), placeholders=("organization",)
    )
    identity = Message("profile.identity", _("Identity of this device"))
    mdm = Message("profile.mdm", _("Device management"))


class MdmProfile(Step):
    """Continue builds and signs the profile; the next page downloads it."""

    slug = "mdm-profile"
    Texts = Texts
    template_name = "enrollment/mdm_profile.html"

    @classmethod
    def applies(cls, visit: Visit) -> bool:
        return not visit.is_personal

    @classmethod
    def done(cls, visit: Visit) -> bool:
        enrollment = visit.enrollment
        return enrollment.status not in OPEN or enrollment.profile_id is not None

    def answer(self, form: forms.Form) -> HttpResponse | None:
        if not self.visit.profile_is_fresh:  # pressed twice, or in another tab
            deliver_profile(self)
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | can_and_cannot(self.visit, self.request.language)


def can_and_cannot(visit: Visit, language: str) -> dict[str, Any]:
    """What the organization may do to the device by its access rights, for ``rights.html``."""
    texts = texts_for(visit.site, language)
    rights, never = ScreenTexts(RightTexts, texts, {}), ScreenTexts(NeverTexts, texts, {})
    info = ScreenTexts(InfoTexts, texts, {"organization": organization_in(visit.site, language)})
    can, cannot = _rights(visit)
    return {
        "info": info,
        "can": [rights[_name(right.slug)] for right in can],
        "cannot": [never[_name(slug)] for slug in OutOfReach]
        + [rights[_name(right.slug)] for right in cannot],
    }


def _name(slug: str) -> str:
    return slug.replace("-", "_")


def _rights(visit: Visit) -> tuple[tuple[AccessRight, ...], tuple[AccessRight, ...]]:
    try:
        return explain(visit.site.access_rights)
    except BadAccessRights as reason:
        log.error("access rights of site %s: %s", visit.site.site_id, reason)
        raise Problem("unavailable", 503) from None


def deliver_profile(step: Step) -> None:
    """Issues a profile for the step's visit; every reason it can't becomes a page."""
    visit = step.visit
    language = step.request.language
    texts = texts_for(visit.site, language)
    values = {"organization": organization_in(visit.site, language)}
    said = (ProfileTexts.name, ProfileTexts.description, ProfileTexts.identity, ProfileTexts.mdm)
    words = ProfileWords(*(texts.plain(message, values) for message in said))
    base_url = f"{'https' if settings.SECURE else 'http'}://{visit.enrollment.host}"
    try:
        issue_profile(
            visit.enrollment, site=visit.site, key=visit.key, base_url=base_url, words=words, now=visit.now
        )
    except NotReady as reason:
        log.error("no profile for site %s: %s", visit.site.site_id, reason)
        raise Problem("unavailable", 503) from None
    except UseRefused:
        raise Problem("invitation_used_up", 410) from None
    except MoveRefused:  # a double click, or another tab was faster: go to where the enrollment is
        return
