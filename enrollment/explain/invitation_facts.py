"""What is known of an invitation when somebody asks why it does not work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, When

from enrollment.actions.pins import MOST_TRIES
from enrollment.models import (
    Delivery,
    DeliveryState,
    Enrollment,
    Event,
    EventKind,
    Invitation,
    InvitationUse,
)
from enrollment.models.moves import OPEN

_CANCELLED = Case(When(state=DeliveryState.CANCELLED, then=1), default=0)


@dataclass(frozen=True)
class InvitationFacts:
    """``holding``: the latest attempt that holds a use; ``begun_at``: when the latest one began; ``delivery``: the
    latest message, one that was cancelled only if there is no other; ``renewed``: the event of its latest new link."""

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
        # One that waited when the link was replaced brings the link of now.
        ended_at = self.delivery.done_at or self.now
        return self.delivery if self.renewed is None or ended_at >= self.renewed.at else None


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
        Delivery.objects.filter(invitation=invitation).order_by(_CANCELLED, "-pk").first(),
        renewals.order_by("-at", "-pk").first(),
    )
