"""Why an invitation can't be used now, and what to tell whoever has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from enrollment.actions.invitation_states import InvitationState, state_of
from enrollment.explain.cause import Cause
from enrollment.models import Enrollment, Invitation
from sites_config.models import SiteConfiguration


@dataclass(frozen=True)
class InvitationFacts:
    """``holding``: the latest attempt that holds a use."""

    invitation: Invitation
    holding: Enrollment | None
    now: datetime

    @property
    def is_full(self) -> bool:
        most = self.invitation.max_uses
        return most is not None and self.invitation.uses_held + self.invitation.uses_spent >= most


def invitation_cause(facts: InvitationFacts) -> Cause:
    return next(cause for rule, cause in RULES if rule(facts))


def _revoked(facts: InvitationFacts) -> bool:
    return facts.invitation.revoked_at is not None


def _expired(facts: InvitationFacts) -> bool:
    ends = facts.invitation.expires_at
    return ends is not None and ends <= facts.now


def _not_yet(facts: InvitationFacts) -> bool:
    begins = facts.invitation.not_before
    return begins is not None and begins > facts.now


def _archived(facts: InvitationFacts) -> bool:
    return SiteConfiguration.for_site(facts.invitation.site_id).archived


def _held_elsewhere(facts: InvitationFacts) -> bool:
    return facts.is_full and facts.holding is not None


def _used_up(facts: InvitationFacts) -> bool:
    return facts.is_full


def _undelivered(facts: InvitationFacts) -> bool:
    return state_of(facts.invitation, facts.now) in (InvitationState.UNDELIVERED, InvitationState.UNKNOWN)


def _being_sent(facts: InvitationFacts) -> bool:
    return state_of(facts.invitation, facts.now) == InvitationState.ORDERED


def _open(facts: InvitationFacts) -> bool:
    return True


RULES: tuple[tuple[Callable[[InvitationFacts], bool], Cause], ...] = (
    (
        _revoked,
        Cause("revoked", "It was revoked.", "This invitation was withdrawn. I can send you a new one."),
    ),
    (
        _expired,
        Cause("expired", "It has expired: change its end, or make a new one.", "Your invitation is too old."),
    ),
    (
        _not_yet,
        Cause(
            "not_yet",
            "It is not valid yet: its page says from when.",
            "Your invitation begins later. Keep its link until then.",
        ),
    ),
    (
        _archived,
        Cause("archived", "Its site is archived.", "Enrollment is closed at this site."),
    ),
    (
        _held_elsewhere,
        Cause(
            "held_elsewhere",
            "Its last use is held by an attempt in another browser: release that one, or let them go on there.",
            "It was begun in another browser. Go on there, or I release it and you open the link again.",
        ),
    ),
    (
        _used_up,
        Cause(
            "used_up",
            "Every use is spent: it enrolled as many devices as it may.",
            "This invitation was used already. Each device needs an invitation of its own: I make you a new one.",
        ),
    ),
    (
        _undelivered,
        Cause(
            "undelivered",
            "Its message was refused, or nobody knows whether it arrived: its page says what the server answered.",
            "Your invitation may not have reached you. To which address may I send it?",
        ),
    ),
    (
        _being_sent,
        Cause(
            "being_sent",
            "Its message was ordered and no server took it yet: its page says when that is tried again.",
            "Your invitation is on its way. Look again in some minutes, also among unwanted mail.",
        ),
    ),
    (
        _open,
        Cause(
            "open",
            "It can be used: whoever has its link has not opened it in Safari, or not tapped Start.",
            "Open the link in Safari on the device to enroll, and tap Start.",
        ),
    ),
)
