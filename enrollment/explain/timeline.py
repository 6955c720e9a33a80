"""Events in plain words."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from enrollment.models import Event, EventKind, FailureReason, SignInMethod, Status

_MOVED: dict[str, str] = {
    Status.STARTED: "They started.",
    Status.PROFILE_ISSUED: "They tapped Continue, and a profile was made.",
    Status.CERTIFICATE_ISSUED: "The device began to install the profile and got its certificate.",
    Status.AUTHENTICATED: "The device checked in.",
    Status.ENROLLED: "The device is enrolled.",
    Status.SUPERSEDED: "The device was enrolled once more, so this enrollment counts no longer.",
    Status.CHECKED_OUT: "The profile was removed from the device.",
    Status.INSTRUCTED: "They were told how to enroll a device of their own.",
    Status.EXPIRED: "The attempt ended before it was enrolled",
    Status.FAILED: "The attempt failed",
}
_SAID: dict[str, str] = {
    EventKind.SIGNED_IN: "They logged in",
    EventKind.SIGNED_OUT: "They logged out.",
    EventKind.PROFILE_SERVED: "The device downloaded the profile.",
    EventKind.ANSWERS_CHANGED: "They changed an answer, so the profile was withdrawn.",
    EventKind.AGREEMENT_ACCEPTED: "They accepted the agreement.",
    EventKind.AGREEMENT_DECLINED: "They did not accept the agreement.",
    EventKind.HAND_OVER_OFFERED: "A link to go on in another browser was made.",
    EventKind.HANDED_OVER: "It went on in another browser",
    EventKind.LOG_IN_REFUSED: "They could not log in",
    EventKind.DIRECTORY_UNREACHABLE: "A directory did not answer.",
    EventKind.CODE_MADE: "An access code was made",
    EventKind.CODE_USED: "They began with an access code",
    EventKind.CODE_REVOKED: "An access code was revoked",
}
_REASONS: dict[str, str] = {str(value): label for value, label in FailureReason.choices if value} | {
    "idle": "nothing came for too long",
    "released": "its use was released",
    "cancelled": "cancelled by staff",
    "logged out": "they logged out",
    "started over": "they started over",
    "invitation revoked": "the invitation was revoked",
    "wrong PIN": "wrong PINs were typed too often",
    "asked for": "somebody of the staff asked for it",
    "sent to another address": "it was sent to another address",
    "unknown certificate": "nobody knows its certificate",
}
_LEADS_TO = {"log in": "it leads to the log-in", "invitation": "it leads to an invitation"}
_METHODS: dict[str, str] = dict(SignInMethod.choices)


def sentence(event: Event) -> str:
    """“The attempt failed: the profile was used on a second device.”"""
    moved = event.kind == EventKind.MOVED
    said = _MOVED.get(str(event.data.get("to")), "") if moved else _SAID.get(event.kind, "")
    said, fact = said or event.get_kind_display(), _told(event)
    if said.endswith("."):
        return said
    return f"{said}: {fact}." if fact else f"{said}."


def reason_in_words(why: str) -> str:
    reason = _REASONS.get(why, why).rstrip(".")
    return f"{reason[:1].lower()}{reason[1:]}" if why in _REASONS else reason


def fact_in_words(name: str, value: object) -> str:
    """Of what an event notes beside its kind: “nothing came for too long”, “3 tries left”, “language: de”."""
    in_words = _FACTS.get(name)
    label = name if "." in name else name.replace("_", " ")  # “settings.time_zone” as the file has it
    return in_words(str(value)) if in_words else f"{label}: {value}"


def _told(event: Event) -> str:
    facts = (fact_in_words(name, event.data[name]) for name in _IN_SENTENCES if name in event.data)
    return next(filter(None, facts), "")


def _until(moment: str) -> str:
    return f"until {timezone.localtime(datetime.fromisoformat(moment)):%Y-%m-%d %H:%M}"


def _counted(one: str, many: str) -> Callable[[str], str]:
    return lambda number: f"{number} {one if number == '1' else many}"


_FACTS: dict[str, Callable[[str], str]] = {
    "why": reason_in_words,
    "method": lambda method: _METHODS.get(method, method),
    "device": lambda device: device,
    "leads to": lambda where: _LEADS_TO.get(where, where),
    "left": _counted("try left", "tries left"),
    "uses": _counted("use", "uses"),
    "until": _until,
}
_IN_SENTENCES = ("why", "method", "device", "leads to", "left", "until")
