"""Events in plain words."""

from enrollment.models import Event, EventKind, FailureReason, Status

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
_REASONS: dict[str, str] = dict(FailureReason.choices) | {
    "idle": "nothing came for too long",
    "released": "its use was released",
    "cancelled": "cancelled by staff",
}
_FACTS = ("method", "device", "leads to")


def sentence(event: Event) -> str:
    """“The attempt failed: the profile was used on a second device.”"""
    moved = event.kind == EventKind.MOVED
    said = _MOVED.get(str(event.data.get("to")), "") if moved else _SAID.get(event.kind, "")
    said, reason = said or event.get_kind_display(), _reason(event)
    if said.endswith("."):
        return said
    return f"{said}: {reason}." if reason else f"{said}."


def _reason(event: Event) -> str:
    told = (str(event.data[name]) for name in ("why", *_FACTS) if event.data.get(name))
    why = next(told, "")
    reason = _REASONS.get(why, why).rstrip(".")
    return f"{reason[:1].lower()}{reason[1:]}" if why in _REASONS else reason
