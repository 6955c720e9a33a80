"""An enrollment goes on in another browser: its key moves, and every answer except who signed in."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from enrollment.actions.enrollments import AnswersFrozen, answer, note
from enrollment.actions.tokens import digest, hand_over_token, new_token
from enrollment.models import Enrollment, EventKind, HandOver, SignInMethod
from sites_config.models import User
from sites_config.secrets import keyed_digests

LIVES = timedelta(minutes=10)
# A link that is good for less is made anew, so that whoever asks has time to use it.
GOOD_FOR = timedelta(minutes=5)
# Source and external id stay: the same person, logging in again, finds their answers.
SIGNED_OUT: dict[str, object] = {
    "signed_in_with": SignInMethod.NONE,
    "signed_in_user": None,
    "signed_in_name": "",
    "signed_in_at": None,
    "access_groups": [],
}


class HandOverGone(Exception):
    """Used, too late, or the enrollment has gone past the answers."""


def offer(enrollment: Enrollment, *, key: str, now: datetime) -> HandOver:
    """Asked for in the enrollment's own browser; a link that is good for some minutes yet is offered again.

    Raises HandOverGone.
    """
    offered = offered_to(enrollment, key, now=now)
    if offered is not None and offered.expires_at > now + GOOD_FOR:
        return offered
    nonce = secrets.token_bytes(16)
    return _make(enrollment, hand_over_token(key, nonce), nonce=nonce, made_by=None, now=now)


def offer_by_staff(
    enrollment: Enrollment, *, actor: User | None, now: datetime, seen: datetime | None = None
) -> str:
    """A token for somebody who lost the browser they began in; the caller has checked the privilege. ``seen``: when the
    button was shown; two clicks on it get the same link, because nobody sees the answer to the first.

    Raises HandOverGone.
    """
    token = new_token() if seen is None else _token_of_button(enrollment, actor, seen)
    known = HandOver.objects.filter(site=enrollment.site_id, token_sha256=digest(token)).first()
    if known is not None and known.used_at is None and known.expires_at > now + GOOD_FOR:
        return token
    if known is not None:
        token = new_token()
    with suppress(IntegrityError):  # the other click made it in this moment
        _make(enrollment, token, nonce=b"", made_by=actor, now=now)
    return token


def _token_of_button(enrollment: Enrollment, actor: User | None, seen: datetime) -> str:
    pressed = f"{enrollment.pk} {actor.pk if actor else ''} {seen.isoformat()}"
    return keyed_digests("hand-over of a button", pressed)[0].hex()


def offered_to(enrollment: Enrollment, key: str, *, now: datetime) -> HandOver | None:
    """The link that this browser asked for last, if it is good."""
    rows = HandOver.objects.filter(enrollment=enrollment, from_key_sha256=digest(key), used_at=None)
    found = rows.exclude(token_nonce=b"").filter(expires_at__gt=now)
    return found.order_by("-made_at", "-pk").first()


def with_token(token: str) -> HandOver | None:
    """One query."""
    rows = HandOver.objects.select_related("enrollment__invitation")
    return rows.filter(token_sha256=digest(token)).first()


def take(hand_over: HandOver, *, key: str, device: str, now: datetime, browser: str = "") -> None:
    """The enrollment is ``key``'s from now on, and its profile is withdrawn: that belonged to the browser before.

    ``device``: "iPhone", "iPad" or "". Raises HandOverGone.
    """
    enrollment = hand_over.enrollment
    unused = HandOver.objects.filter(enrollment=enrollment, used_at=None)
    try:
        with transaction.atomic():
            _lock(enrollment, bytes(hand_over.from_key_sha256))
            if not unused.filter(pk=hand_over.pk, expires_at__gt=now).update(
                used_at=now, continued_on=device
            ):
                raise HandOverGone
            unused.update(expires_at=now)
            answer(enrollment, now=now, key_sha256=digest(key), browser=browser, **SIGNED_OUT)
            note(enrollment, EventKind.HANDED_OVER, now=now, data={"device": device} if device else {})
    except (AnswersFrozen, IntegrityError):  # it went on, or the key got a row of its own a moment ago
        raise HandOverGone from None


def _lock(enrollment: Enrollment, key_sha256: bytes) -> None:
    """One hand-over at a time; raises HandOverGone when the browser of this key has the enrollment no more."""
    rows = Enrollment.objects.select_for_update().filter(pk=enrollment.pk, key_sha256=key_sha256)
    if not rows.values_list("pk", flat=True).first():
        raise HandOverGone


def continued_on(enrollment: Enrollment, key: str) -> str | None:
    """Where an enrollment of this browser went on, "" for an unknown device; None if it never was this browser's."""
    rows = HandOver.objects.filter(enrollment=enrollment, from_key_sha256=digest(key)).exclude(used_at=None)
    return rows.order_by("-used_at").values_list("continued_on", flat=True).first()


def was_handed_over() -> Exists:
    """A column for queries of enrollments: the browser is not the one where it was begun."""
    return Exists(HandOver.objects.filter(enrollment=OuterRef("pk"), used_at__isnull=False))


def _make(
    enrollment: Enrollment, token: str, *, nonce: bytes, made_by: User | None, now: datetime
) -> HandOver:
    with transaction.atomic():
        _lock(enrollment, bytes(enrollment.key_sha256))
        good = HandOver.objects.filter(enrollment=enrollment, used_at=None, expires_at__gt=now)
        good.update(expires_at=now)
        made = HandOver.objects.create(
            site_id=enrollment.site_id,
            enrollment=enrollment,
            token_nonce=nonce,
            token_sha256=digest(token),
            from_key_sha256=enrollment.key_sha256,
            made_by=made_by,
            made_at=now,
            expires_at=now + LIVES,
        )
        note(enrollment, EventKind.HAND_OVER_OFFERED, now=now, actor=made_by)
    return made
