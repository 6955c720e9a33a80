"""The texts of the message that brings an invitation, and of the card that does the same on paper."""

from django.utils.translation import gettext_noop as _

from sites_config.texts import Message


class MailTexts:
    subject = Message(
        "mail.subject", _("Enroll your device with {organization}"), placeholders=("organization",)
    )
    subject_reminder = Message(
        "mail.subject-reminder",
        _("Reminder: enroll your device with {organization}"),
        placeholders=("organization",),
    )
    subject_renewed = Message(
        "mail.subject-renewed", _("Your new link from {organization}"), placeholders=("organization",)
    )
    greeting = Message("mail.greeting", _("Hello {name},"), placeholders=("name",))
    hello = Message("mail.hello", _("Hello,"))
    lead = Message(
        "mail.lead",
        _("You are invited to enroll an iPhone or iPad that belongs to {organization}."),
        placeholders=("organization",),
    )
    lead_reminder = Message(
        "mail.lead-reminder",
        _("The iPhone or iPad that you got from {organization} is not enrolled yet."),
        placeholders=("organization",),
    )
    lead_renewed = Message(
        "mail.lead-renewed",
        _("A wrong PIN was entered too often, so the earlier link no longer works. This is the new one."),
    )
    open_there = Message(
        "mail.open-there", _("Open this link in Safari on that device, with its passcode at hand:")
    )
    button = Message("mail.button", _("Enroll this device"))
    scan = Message(
        "mail.scan",
        _("If you read this on another device, point the camera of the iPhone or iPad at this code:"),
    )
    steps = Message("mail.steps", _("What will happen, in about five minutes:"))
    step_log_in = Message("mail.step-log-in", _("You log in with your account."))
    step_assign = Message(
        "mail.step-assign", _("You say who will use the device, or that it is for nobody in particular.")
    )
    step_site = Message("mail.step-site", _("You choose where the device belongs."))
    step_agreement = Message("mail.step-agreement", _("You read and accept the terms of use."))
    step_ca_certificate = Message(
        "mail.step-ca-certificate",
        _("The device downloads a certificate. Tap Allow, then install it in Settings."),
        ios=("Allow", "Settings"),
    )
    step_download = Message(
        "mail.step-download", _("The device downloads a profile. Tap Allow."), ios=("Allow",)
    )
    step_install = Message(
        "mail.step-install",
        _("In Settings, tap Profile Downloaded, then Install."),
        ios=("Settings", "Profile Downloaded", "Install"),
    )
    step_done = Message("mail.step-done", _("Return to Safari: the page says that enrollment is complete."))
    step_perhaps = Message(
        "mail.step-perhaps", _("{step} (Not everybody is asked this.)"), placeholders=("step",)
    )
    scan_paper = Message(
        "mail.scan-paper",
        _("Point the camera of the iPhone or iPad at this code"),
    )
    pin_paper = Message("mail.pin-paper", _("PIN:"))
    pin = Message(
        "mail.pin",
        _("You are asked for a PIN that is not in this message. You get it from {support}."),
        placeholders=("support",),
    )
    starts = Message("mail.starts", _("The link works from: {starts_at}"), placeholders=("starts_at",))
    expires = Message("mail.expires", _("The link works until: {expires_at}"), placeholders=("expires_at",))
    personal = Message("mail.personal", _("The link is meant for you: do not pass it on."))
    support = Message("mail.support", _("Questions? {support} helps you."), placeholders=("support",))
    not_you = Message(
        "mail.not-you", _("If you did not expect this message, delete it. Nothing happens without you.")
    )
    any_support = Message("mail.any-support", _("the service desk"))
    sms = Message(
        "mail.sms",
        _("{organization}: enroll your device. Open this link in Safari on it: {link}"),
        placeholders=("organization", "link"),
    )
