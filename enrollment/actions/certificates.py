"""Device certificates: reserved, signed, issued.

What will be signed is committed first, the signature comes outside of any transaction, and certificate and move are
committed together before the reply. A crash between any two of these leaves one row, and the same request goes on.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.db import IntegrityError, transaction
from django.db.models import Exists, Q

from enrollment.actions import uses
from enrollment.actions.endings import fail
from enrollment.actions.issuing import loaded_authority
from enrollment.actions.moves import MoveRefused, move
from enrollment.actions.profiles import erase_bodies
from enrollment.actions.tokens import digest
from enrollment.models import Certificate, Challenge, Enrollment, Event, EventKind, FailureReason, Status
from enrollment.pki.authority import CLOCK_LEEWAY, issue_device_certificate, new_serial
from enrollment.pki.keys import key_fingerprint
from enrollment.pki.scep import Request
from sites_config.models import SiteConfiguration

UNUSED_LIVES = timedelta(minutes=30)
# Until the device checks in with the certificate, a repeated request gets it once more.
BEFORE_USE = (Status.PROFILE_ISSUED, Status.CERTIFICATE_ISSUED)
YEAR = timedelta(days=365.25)


class ChallengeRefused(Exception):
    """Unknown, expired, withdrawn or used by another key; the text is for the log only."""


class SecondKey(ChallengeRefused):
    """A second device presents the challenge of the first."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__("a second key for the same challenge")
        self.certificate = certificate


def certify(
    request: Request,
    *,
    authority_id: int,
    still_allowed: Callable[[Enrollment], bool],
    now: datetime,
) -> bytes:
    """The certificate (DER) for a SCEP request; the same key and challenge get the same bytes. Raises ChallengeRefused.

    ``still_allowed`` asks whether every condition of the enrollment still holds.
    """
    challenge = _challenge(request.challenge, authority_id)
    if not still_allowed(challenge.enrollment):
        raise ChallengeRefused("a condition of the enrollment no longer holds")
    certificate = _reserved(challenge, request, now)
    if certificate.der is None:
        try:
            certificate.der = _signed(certificate, request.public_key)
        except ValueError:
            raise ChallengeRefused("the authority's certificate has ended") from None
        _issue(certificate, now)
    return bytes(certificate.der)


def _challenge(secret: str, authority_id: int) -> Challenge:
    rows = Challenge.objects.select_related(
        "enrollment__invitation", "enrollment__signed_in_user", "authority", "certificate"
    )
    found = rows.filter(sha256=digest(secret), authority=authority_id).first()
    if found is None:
        raise ChallengeRefused("unknown challenge")
    return found


def _reserved(challenge: Challenge, request: Request, now: datetime) -> Certificate:
    """The row for this key: made now, or found because the request came before."""
    if not hasattr(challenge, "certificate"):
        try:
            return _reserve(challenge, request, now)
        except IntegrityError:  # another profile of this attempt is being installed at this moment
            raise ChallengeRefused("another profile of the enrollment is in use") from None
    return _same_key(challenge.certificate, request)


def _reserve(challenge: Challenge, request: Request, now: datetime) -> Certificate:
    enrollment = challenge.enrollment
    lives_until = now + YEAR * SiteConfiguration.for_site(enrollment.site_id).device_certificate_years
    with transaction.atomic():
        # First, because the issue of the older certificate locks that before it locks challenges.
        _release_older(challenge, now)
        # Exists instead of a join, so that PostgreSQL asks used_at again after waiting for another claim.
        unended = Enrollment.objects.filter(pk=enrollment.pk, status=Status.PROFILE_ISSUED, ends_at__gt=now)
        good = Challenge.objects.filter(used_at=None, withdrawn_at=None, valid_until__gt=now)
        if not good.filter(Exists(unended), pk=challenge.pk).update(used_at=now):
            return _lost_race(challenge, request)
        return Certificate.objects.create(
            site_id=enrollment.site_id,
            enrollment=enrollment,
            authority=challenge.authority,
            challenge=challenge,
            serial_number=f"{new_serial():x}",
            key_sha256=key_fingerprint(request.public_key),
            transaction_id=request.transaction_id.decode("ascii"),
            reserved_at=now,
            not_before=(now - CLOCK_LEEWAY).replace(microsecond=0),
            not_after=min(lives_until.replace(microsecond=0), challenge.authority.not_after),
        )


def _release_older(challenge: Challenge, now: datetime) -> None:
    """A reservation for an earlier profile that was never signed, because its process died, holds up no later one."""
    unsigned = Certificate.objects.filter(enrollment=challenge.enrollment_id, der=None, revoked_at=None)
    unsigned.filter(challenge__lt=challenge.pk).update(revoked_at=now)


def _lost_race(challenge: Challenge, request: Request) -> Certificate:
    """Nothing was claimed: either the same request won a moment ago, or the challenge is no longer good."""
    row = (
        Certificate.objects.select_related("challenge", "enrollment", "authority")
        .filter(challenge=challenge)
        .first()
    )
    if row is None:
        raise ChallengeRefused("challenge expired or withdrawn")
    return _same_key(row, request)


def _same_key(certificate: Certificate, request: Request) -> Certificate:
    # First, so that a profile of an earlier attempt can't end the later one.
    if certificate.revoked_at is not None:
        raise ChallengeRefused("the certificate is revoked")
    if bytes(certificate.key_sha256) != key_fingerprint(request.public_key):
        raise SecondKey(certificate)
    if certificate.enrollment.status not in BEFORE_USE:
        raise ChallengeRefused("the certificate is in use")
    return certificate


def refuse_second_key(refusal: SecondKey, *, now: datetime) -> None:
    """Notes it and ends the enrollment: one of the two devices holds a profile that leaked."""
    enrollment = refusal.certificate.enrollment
    lately = _noted_lately(enrollment, now)
    if not lately:
        _note_second_key(enrollment, now)
    # An earlier attempt of this enrollment may have failed for the same reason; this one has to fail too.
    if fail(enrollment, FailureReason.SECOND_KEY, now=now) and lately:
        _note_second_key(enrollment, now)


def _note_second_key(enrollment: Enrollment, now: datetime) -> None:
    Event.objects.create(
        site_id=enrollment.site_id, kind=EventKind.SECOND_KEY_REFUSED, at=now, enrollment=enrollment
    )


def _noted_lately(enrollment: Enrollment, now: datetime) -> bool:
    noted = Event.objects.filter(kind=EventKind.SECOND_KEY_REFUSED, enrollment=enrollment)
    return noted.filter(at__gt=now - UNUSED_LIVES).exists()


def _signed(certificate: Certificate, public_key: RSAPublicKey | EllipticCurvePublicKey) -> bytes:
    enrollment = certificate.enrollment
    return issue_device_certificate(
        loaded_authority(certificate.authority),
        public_key=public_key,
        serial=int(certificate.serial_number, 16),
        common_name=enrollment.reference,
        organization=SiteConfiguration.for_site(enrollment.site_id).organization_name,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
    )


def _issue(certificate: Certificate, now: datetime) -> None:
    enrollment = certificate.enrollment
    der = bytes(certificate.der or b"")
    with transaction.atomic():
        try:
            move(
                enrollment,
                Status.CERTIFICATE_ISSUED,
                now=now,
                condition=Q(ends_at__gt=now),
                columns={"idle_until": now + UNUSED_LIVES},
            )
        except MoveRefused:
            return _check_issued(certificate)
        # After the enrollment's own row, as everywhere: another order could wait for itself in a circle.
        unrevoked = Certificate.objects.filter(pk=certificate.pk, der=None, revoked_at=None)
        if not unrevoked.update(der=der, sha256=hashlib.sha256(der).digest(), issued_at=now):
            raise ChallengeRefused("revoked before it was signed")
        uses.spend(enrollment, now=now)
        Challenge.objects.filter(enrollment=enrollment, used_at=None, withdrawn_at=None).update(
            withdrawn_at=now
        )
        erase_bodies(enrollment)


def _check_issued(certificate: Certificate) -> None:
    """The same request in another process was first, and its bytes are the same; or the attempt moved on."""
    issued = Certificate.objects.filter(pk=certificate.pk, revoked_at=None).exclude(der=None)
    if not issued.exists():
        raise ChallengeRefused("the enrollment moved on")
