"""What every page says around its screen: header, progress, footer."""

from django.utils.translation import gettext_noop as _

from sites_config.texts import Message


class FrameTexts:
    header = Message("frame.header", "{organization}", placeholders=("organization",))
    skip = Message("frame.skip", _("Skip to content"))
    error = Message("frame.error", _("Error"))
    problem = Message("frame.problem", _("There is a problem"))
    progress = Message("frame.progress", _("Step {current} of {total}"), placeholders=("current", "total"))
    signed_in = Message("frame.signed-in", _("Logged in as {signed_in_as}"), placeholders=("signed_in_as",))
    log_out = Message("frame.log-out", _("Log Out"))
    start_over = Message("frame.start-over", _("Start over"))
    elsewhere = Message("frame.elsewhere", _("Go on in another browser"))
    code = Message("frame.code", _("Enter a code"))
    notice = Message("frame.notice", _("Notice"))
    warning = Message("frame.warning", _("Important"))
    help = Message("frame.help", _("Need help?"))
    language = Message("frame.language", _("Language"))
    website = Message("frame.website", _("Help page"))
    privacy = Message("frame.privacy", _("Privacy"))
    reference = Message("frame.reference", _("Reference code"))
    # What stands for {device} and {support} while the device is unknown or the site names no contact.
    any_device = Message("frame.any-device", _("iPhone or iPad"))
    any_support = Message("frame.any-support", _("the service desk"))
