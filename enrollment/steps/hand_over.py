"""Going on in another browser: the link in the old one, the button in the new one."""

from django.utils.translation import gettext_noop as _

from enrollment.steps.gate import LinkTexts
from sites_config.texts import Message


class OfferTexts(LinkTexts):
    """In the browser where the enrollment was begun."""

    title = Message("hand-over.title", _("Go on in another browser"))
    lead = Message(
        "hand-over.lead",
        _(
            "Open the link in Safari on the iPhone or iPad to enroll: your answers come along, your login does not."
        ),
    )
    make = Message("hand-over.make", _("Make a link"))
    until = Message("hand-over.until", _("It works once, until {until}."), placeholders=("until",))
    stay = Message("hand-over.stay", _("Stay here"))


class TakeTexts:
    """In the browser where it goes on."""

    title = Message("take-over.title", _("Go on here?"))
    lead = Message(
        "take-over.lead",
        _(
            "An enrollment with {organization} was begun in another browser: it goes on here, and there it ends."
        ),
        placeholders=("organization",),
    )
    take = Message("take-over.take", _("Go on here"))
    not_me = Message(
        "take-over.not-me",
        _("If nobody gave you this link for this {device}, close this page."),
        placeholders=("device",),
    )
