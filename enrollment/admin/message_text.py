"""A site's own wording, of the Messages that the screens declare."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from enrollment.flow import STEPS
from enrollment.steps import frame, gate, hand_over, mdm_profile, problem, resume, welcome
from sites_config.admin.scoped import BY_SITE, ScopedAdmin
from sites_config.models import MessageText
from sites_config.texts import Message, column_of

_BESIDE_THE_STEPS = (
    frame.FrameTexts,
    welcome.Texts,
    gate.LinkTexts,
    gate.SafariTexts,
    gate.DeviceTexts,
    gate.MacTexts,
    gate.GateTexts,
    hand_over.OfferTexts,
    hand_over.TakeTexts,
    resume.Texts,
    problem.Texts,
    mdm_profile.InfoTexts,
    mdm_profile.RightTexts,
    mdm_profile.NeverTexts,
    mdm_profile.ProfileTexts,
)


def declared_messages() -> Iterator[Message]:
    """Every Message of every screen, in the order a person meets them."""
    seen: set[str] = set()
    for declared in (*(step.Texts for step in STEPS), *_BESIDE_THE_STEPS):
        for message in vars(declared).values():
            if isinstance(message, Message) and message.key not in seen:  # screens share some
                seen.add(message.key)
                yield message


def columns() -> tuple[str, ...]:
    """The column of each language."""
    return tuple(column_of(code) for code, _name in settings.LANGUAGES)


@admin.register(MessageText)
class MessageTextAdmin(ScopedAdmin):
    """Blank languages keep what they had: the parent's wording, or the built-in one."""

    writable = addable = deletable = True
    list_display = ("key", "site", *columns())
    list_filter = (BY_SITE,)
    search_fields = ("key", *columns())
    fields = ("site", "key", "built_in", *columns())
    readonly_fields = ("built_in",)
    list_select_related = ("site",)
    ordering = ("key",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["key"] if obj is not None else [])]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if db_field.name != "key":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        choices = sorted(
            (message.key, f"{message.key}: {message.default[:80]}") for message in declared_messages()
        )
        return forms.ChoiceField(choices=[("", "---------"), *choices], label="Text")

    @admin.display(description="built-in English wording")
    def built_in(self, row: MessageText) -> str:
        found = next((message for message in declared_messages() if message.key == row.key), None)
        return found.default if found else "The text of the chosen key, with its placeholders in braces."
