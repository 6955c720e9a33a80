"""The first page of an invitation."""

from django.utils.translation import gettext_noop as _

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
    start = Message("welcome.start", _("Start"))
