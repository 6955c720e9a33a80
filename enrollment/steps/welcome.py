"""The first page of an invitation."""

from django import forms
from django.utils.translation import gettext_noop as _

from enrollment.steps.typed import typed_field
from sites_config.texts import Message


class Texts:
    title = Message("welcome.title", _("Enroll this {device}"), placeholders=("device",))
    lead = Message(
        "welcome.lead", _("You are invited to enroll it with {organization}."), placeholders=("organization",)
    )
    invited_by = Message("welcome.invited-by", _("Invited by"))
    expires = Message("welcome.expires", _("Valid until"))
    need = Message("welcome.need", _("What you need"))
    need_device = Message(
        "welcome.need-device", _("This {device}, with this page open in Safari"), placeholders=("device",)
    )
    need_passcode = Message("welcome.need-passcode", _("The passcode that unlocks it"))
    need_time = Message("welcome.need-time", _("About five minutes and an internet connection"))
    pin = Message("welcome.pin", _("PIN"))
    pin_hint = Message(
        "welcome.pin-hint",
        _("You get it in another way than this link. If you do not have it, ask {support}."),
        placeholders=("support",),
    )
    pin_missing = Message("welcome.pin-missing", _("Enter the PIN"))
    pin_wrong = Message("welcome.pin-wrong", _("The PIN is not right. Look at it once more."))
    pin_last = Message(
        "welcome.pin-last", _("The PIN is not right. One more wrong try, and this link stops working.")
    )
    start = Message("welcome.start", _("Start"))


class PinForm(forms.Form):
    """Asked for where the invitation has a PIN."""

    pin = typed_field(20, autocomplete="one-time-code", inputmode="numeric")
