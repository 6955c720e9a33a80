"""What must not live twice: whatever may have been used, moved or revoked since a backup ends when it is restored."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q

from enrollment.actions.endings import expire
from enrollment.actions.invitation_deliveries import lock_invitations
from enrollment.actions.invitations import note_many
from enrollment.actions.outbox import end_all
from enrollment.models import (
    AccessCode,
    Challenge,
    Delivery,
    DeliveryState,
    Enrollment,
    EventKind,
    HandOver,
    Invitation,
    IssuedProfile,
    SamlRoundTrip,
    Status,
)
from enrollment.models.delivery import UNFINISHED
from enrollment.models.moves import OPEN
from sites_config.batches import batches

WHY_RESTORED = "a backup was restored"
BATCH = 500


def end_everything(*, keep_unlimited: bool, now: datetime) -> dict[str, int]:
    """How many of what ended. Attempts first: those that hold a use give it back before its invitation ends."""
    cache.clear()  # counted log-ins, and codes that were used once
    ended = {what: end(now) for what, end in ENDINGS.items()}
    return ended | {"invitations revoked": _revoke(_invitations(keep_unlimited), now)}


def _invitations(keep_unlimited: bool) -> list[int]:
    """Those with a use left, also where their time is over: somebody might extend what was revoked since."""
    limited, unlimited = Q(max_uses__gt=F("uses_spent")), Q(max_uses=None)
    rows = Invitation.objects.filter(limited if keep_unlimited else limited | unlimited, revoked_at=None)
    return list(rows.values_list("pk", flat=True))


def _sessions(now: datetime) -> int:
    return Session.objects.all().delete()[0]


def _attempts(now: datetime) -> int:
    """Those without a certificate. What ended before can't be taken up again either: it may have been, since."""
    still = Q(status__in=OPEN)
    rows = list(Enrollment.objects.filter(still))
    ended = sum(expire(enrollment, still, now=now, why=WHY_RESTORED) for enrollment in rows)
    over = Enrollment.objects.filter(status__in=(Status.EXPIRED, Status.FAILED), ends_at__gt=now)
    over.update(ends_at=now)
    return ended


def _challenges(now: datetime) -> int:
    return Challenge.objects.filter(used_at=None, withdrawn_at=None).update(withdrawn_at=now)


def _profiles(now: datetime) -> int:
    return IssuedProfile.objects.exclude(body_encrypted=None).update(body_encrypted=None, expires_at=now)


def _hand_overs(now: datetime) -> int:
    return HandOver.objects.filter(used_at=None, expires_at__gt=now).update(expires_at=now)


def _codes(now: datetime) -> int:
    return AccessCode.objects.filter(used_at=None, revoked_at=None, expires_at__gt=now).update(revoked_at=now)


def _round_trips(now: datetime) -> int:
    return SamlRoundTrip.objects.all().delete()[0]


def _deliveries(now: datetime) -> int:
    """They may have been sent since."""
    rows = Delivery.objects.filter(state__in=UNFINISHED)
    with transaction.atomic():
        lock_invitations(rows)
        return end_all(rows, DeliveryState.UNKNOWN, WHY_RESTORED, now=now)


def _recovery_codes(now: datetime) -> int:
    """A code that was used since would be good again."""
    return int(Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).delete()[0])


# One line for each kind, in this order.
ENDINGS: Mapping[str, Callable[[datetime], int]] = {
    "sessions": _sessions,
    "SCEP challenges": _challenges,
    "profiles waiting for their download": _profiles,
    "hand-overs": _hand_overs,
    "short codes": _codes,
    "open enrollments": _attempts,
    "ways to SAML providers and back": _round_trips,
    "messages on their way": _deliveries,
    "sets of recovery codes": _recovery_codes,
}


def _revoke(invitations: list[int], now: datetime) -> int:
    return sum(_revoke_batch(some, now) for some in batches(invitations, BATCH))


def _revoke_batch(batch: Sequence[int], now: datetime) -> int:
    rows = list(Invitation.objects.filter(pk__in=batch, revoked_at=None).only("site_id"))
    with transaction.atomic():
        Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(revoked_at=now)
        note_many(rows, EventKind.INVITATION_REVOKED, now=now, actor=None, data={"why": WHY_RESTORED})
    return len(rows)
