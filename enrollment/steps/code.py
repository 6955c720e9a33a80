"""The short code that the help desk says over the telephone."""

from django import forms
from django.utils.translation import gettext_noop as _

from enrollment.steps.typed import say, typed_field
from sites_config.texts import Message
from sites_config.texts import Texts as SiteTexts


class Texts:
    title = Message("code.title", _("Enter your code"))
    lead = Message(
        "code.lead", _("{support} gave it to you: eight letters and digits."), placeholders=("support",)
    )
    code = Message("code.code", _("Code"))
    go_on = Message("code.continue", _("Continue"))
    missing = Message("code.missing", _("Enter the code"))
    refused = Message(
        "code.refused", _("This code is not right, or no longer valid: compare each letter and digit")
    )
    wait = Message(
        "code.wait",
        _("Too many wrong codes: wait {seconds} seconds, then enter it again"),
        placeholders=("seconds",),
    )
    hint = Message(
        "code.hint",
        _("Capital letters and dashes do not matter. A code works once; ask {support} for a new one."),
        placeholders=("support",),
    )


class CodeForm(forms.Form):
    code = typed_field(30, autocomplete="off", autocapitalize="characters", dir="ltr")

    def say(self, texts: SiteTexts) -> None:
        """Label and errors in the person's language."""
        words = {"label": Texts.code, "missing": Texts.missing, "refused": Texts.refused}
        say(self.fields["code"], **{name: texts.resolve(each) for name, each in words.items()})
