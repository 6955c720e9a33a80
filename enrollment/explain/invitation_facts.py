"""What is known of an invitation when somebody asks why it does not work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enrollment.actions.pins import MOST_TRIES
from enrollment.models import Delivery, Enrollment, Event, EventKind, Invitation, InvitationUse
from enrollment.models.moves import OPEN


@dataclass(frozen=True)
class InvitationFacts:
    """``holding``: the latest attempt that holds a use; ``begun_at``: when the latest one began; ``delivery``: the
    latest message; ``renewed``: the event of its latest new link."""

    invitation: Invitation
    holding: Enrollment | None
    now: datetime
    begun_at: datetime | None = None
    delivery: Delivery | None = None
    renewed: Event | None = None

    @property
    def is_full(self) -> bool:
        most = self.invitation.max_uses
        return most is not None and self.invitation.uses_held + self.invitation.uses_spent >= most

    @property
    def tries_left(self) -> int:
        """Before the link is renewed."""
        return MOST_TRIES - self.invitation.pin_tries

    def nobody_since(self, moment: datetime) -> bool:
        """Nobody began after it, so that it may be what holds them up."""
        return self.begun_at is None or self.begun_at <= moment

    @property
    def dead_link(self) -> Event | None:
        """The event of the new link, as long as nobody began with that."""
        return self.renewed if self.renewed is not None and self.nobody_since(self.renewed.at) else None

    @property
    def current(self) -> Delivery | None:
        """The message with the link of now."""
        if self.delivery is None:
            return None
        renewed_at = self.renewed.at if self.renewed is not None else self.delivery.created_at
        return self.delivery if self.delivery.created_at >= renewed_at else None


def invitation_facts(
    invitation: Invitation, enrollments: Sequence[Enrollment], now: datetime
) -> InvitationFacts:
    """``enrollments``: of the invitation, the newest first. Two queries."""
    held = (each for each in enrollments if each.status in OPEN)
    renewals = Event.objects.filter(invitation=invitation, kind=EventKind.INVITATION_RENEWED)
    return InvitationFacts(
        invitation,
        next((each for each in held if each.invitation_use == InvitationUse.HELD), None),
        now,
        enrollments[0].started_at if enrollments else invitation.started_at,
        Delivery.objects.filter(invitation=invitation).order_by("-pk").first(),
        renewals.order_by("-at", "-pk").first(),
    )
