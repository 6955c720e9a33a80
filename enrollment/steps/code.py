"""The short code that the help desk says over the telephone."""

from django import forms
from django.utils.translation import gettext_noop as _

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
    code = forms.CharField(
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "spellcheck": "false",
                "enterkeyhint": "go",
                "dir": "ltr",
            }
        ),
    )

    def say(self, texts: SiteTexts) -> None:
        """Label and errors in the person's language."""
        field, refused = self.fields["code"], texts.resolve(Texts.refused)
        field.label = texts.resolve(Texts.code)
        field.error_messages |= dict.fromkeys(("max_length", "null_characters_not_allowed"), refused)
        field.error_messages |= {"required": texts.resolve(Texts.missing)}
