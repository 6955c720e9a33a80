"""An enrollment was begun in this browser: go on, or begin anew."""

from django.utils.translation import gettext_noop as _

from sites_config.texts import Message


class Texts:
    title = Message("resume.title", _("Go on with this enrollment?"))
    lead = Message(
        "resume.lead",
        _("An enrollment with {organization} was begun in this browser."),
        placeholders=("organization",),
    )
    continue_as = Message("resume.continue-as", _("Continue as {name}"), placeholders=("name",))
    go_on = Message("resume.continue", _("Continue"))
    start_over = Message("resume.start-over", _("Start over"))
    start_over_why = Message(
        "resume.start-over-why",
        _("Choose “Start over” if you are someone else: nothing that was entered is kept."),
    )
