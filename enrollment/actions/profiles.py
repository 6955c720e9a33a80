"""Profiles: issued once, served unchanged, withdrawn."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from enrollment.actions import uses
from enrollment.actions.issuing import Issuing, NotReady, issuing_of
from enrollment.actions.moves import move
from enrollment.actions.tokens import digest, new_token, profile_token
from enrollment.models import (
    Certificate,
    Challenge,
    Enrollment,
    Event,
    EventKind,
    FailureReason,
    InvitationUse,
    IssuedProfile,
    Status,
)
from enrollment.pki.cms import sign_attached
from enrollment.profiles.enrollment_profile import BadProfile, EnrollmentProfile
from sites_config.changes import remember
from sites_config.models import Ownership, SiteAddress
from sites_config.secrets import encrypt
from sites_config.site_settings import SiteSettings

IDLE = timedelta(hours=2)
IN_ALL = timedelta(hours=24)
URL_LIVES = timedelta(minutes=15)
SAME_BYTES = timedelta(minutes=8)  # iOS deletes a downloaded profile after eight minutes
CHALLENGE_LIVES = timedelta(minutes=30)
VALID_CHALLENGES = 2


@dataclass(frozen=True)
class ProfileWords:
    """What Settings shows, in the person's language."""

    name: str
    description: str
    identity_name: str
    mdm_name: str


def issue_profile(
    enrollment: Enrollment, *, site: SiteSettings, key: str, base_url: str, words: ProfileWords, now: datetime
) -> IssuedProfile:
    """Builds and signs a new profile with a new challenge and moves to PROFILE_ISSUED.

    From a later status it also revokes the earlier certificate. Raises NotReady, MoveRefused, UseRefused.
    """
    issuing = issuing_of(site, now=now)
    challenge = new_token()
    try:
        signed = _sign(_profile(enrollment, site, issuing, challenge, base_url, words), issuing)
    except BadProfile as reason:
        raise NotReady(str(reason)) from None
    nonce = secrets.token_bytes(16)
    _keep_address(enrollment)
    with transaction.atomic():
        profile = IssuedProfile.objects.create(
            site_id=enrollment.site_id,
            enrollment=enrollment,
            token_nonce=nonce,
            token_sha256=digest(profile_token(key, nonce)),
            body_encrypted=encrypt(signed),
            issued_at=now,
            expires_at=now + URL_LIVES,
        )
        _move(enrollment, profile, issuing, now)
        Challenge.objects.create(
            site_id=enrollment.site_id,
            enrollment=enrollment,
            authority_id=issuing.authority_id,
            profile=profile,
            sha256=digest(challenge),
            issued_at=now,
            valid_until=profile.expires_at,
        )
    return profile


def served(profile: IssuedProfile, *, now: datetime) -> bool:
    """Notes the first serving, from when the challenge lives 30 minutes. False when it was noted before."""
    if profile.served_at is not None:
        return False
    with transaction.atomic():
        if not IssuedProfile.objects.filter(pk=profile.pk, served_at=None).update(served_at=now):
            return False
        Challenge.objects.filter(profile=profile, used_at=None, withdrawn_at=None).update(
            valid_until=now + CHALLENGE_LIVES
        )
        Event.objects.create(
            site_id=profile.site_id,
            kind=EventKind.PROFILE_SERVED,
            at=now,
            enrollment_id=profile.enrollment_id,
        )
    return True


def withdraw_profiles(enrollment: Enrollment, *, now: datetime, signed_too: bool = False) -> bool:
    """Ends every unused challenge of the enrollment and erases the stored bytes. False: there was none.

    A certificate that was reserved and not signed yet is for the answers of then, so it ends too; ``signed_too``
    revokes one that was issued as well.
    """
    unused = Challenge.objects.filter(enrollment=enrollment, used_at=None, withdrawn_at=None)
    withdrawn = unused.update(withdrawn_at=now)
    certificates = Certificate.objects.filter(enrollment=enrollment, revoked_at=None)
    withdrawn += (certificates if signed_too else certificates.filter(der=None)).update(revoked_at=now)
    erase_bodies(enrollment)
    return bool(withdrawn)


def erase_bodies(enrollment: Enrollment) -> None:
    """Erases the signed bytes, which hold a challenge."""
    IssuedProfile.objects.filter(enrollment=enrollment).exclude(body_encrypted=None).update(
        body_encrypted=None
    )


def _sign(profile: EnrollmentProfile, issuing: Issuing) -> bytes:
    signer = issuing.signer
    return sign_attached(
        profile.to_plist(), certificate=signer.certificate, key=signer.key, chain=signer.chain
    )


def _profile(
    enrollment: Enrollment,
    site: SiteSettings,
    issuing: Issuing,
    challenge: str,
    base_url: str,
    words: ProfileWords,
) -> EnrollmentProfile:
    return EnrollmentProfile(
        identifier=f"gatehouse.{site.profile_namespace.hex}",
        namespace=site.profile_namespace,
        organization=site.organization_name,
        display_name=words.name,
        description=words.description,
        server_url=f"{base_url}/mdm/connect",
        check_in_url=f"{base_url}/mdm/check-in",
        scep_url=f"{base_url}/scep/{issuing.public_id}",
        scep_name=issuing.public_id,
        challenge=challenge,
        topic=issuing.topic,
        access_rights=site.access_rights,
        authority_certificate=issuing.authority_der,
        subject_common_name=enrollment.reference,
        subject_organization=site.organization_name,
        authority_display_name=issuing.name,
        identity_display_name=words.identity_name,
        mdm_display_name=words.mdm_name,
    )


def _move(enrollment: Enrollment, profile: IssuedProfile, issuing: Issuing, now: datetime) -> None:
    before = Status(enrollment.status)
    needs_use = enrollment.invitation_id is not None and enrollment.invitation_use == InvitationUse.NONE
    move(
        enrollment,
        Status.PROFILE_ISSUED,
        now=now,
        # As it was read: a change of answers meanwhile must not end in a profile for the earlier ones.
        condition=Q(
            key_sha256=bytes(enrollment.key_sha256),
            status=before,
            profile=enrollment.profile_id,
            ends_at__gt=now,
            invitation_use=enrollment.invitation_use,
        ),
        columns={
            "profile": profile,
            "ownership": Ownership.INSTITUTIONAL,
            "authority_id": issuing.authority_id,
            "topic": issuing.topic,
            "idle_until": min(now + IDLE, enrollment.ends_at),
            "failure_reason": FailureReason.NONE,
            "invitation_use": InvitationUse.HELD if needs_use else enrollment.invitation_use,
        },
    )
    if needs_use and enrollment.invitation:
        uses.hold(enrollment.invitation, now=now)
    if before == Status.PROFILE_ISSUED:
        _withdraw_older(enrollment, now)
    elif before in (Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED):
        # What failed or expired was revoked then, and the certificate's issue withdrew every other challenge.
        Certificate.objects.filter(enrollment=enrollment, revoked_at=None).update(revoked_at=now)


def _withdraw_older(enrollment: Enrollment, now: datetime) -> None:
    """The last two challenges stay valid until one is used, this new one among them."""
    valid = Challenge.objects.filter(enrollment=enrollment, used_at=None, withdrawn_at=None)
    keep = valid.order_by("-issued_at", "-pk").values("pk")[: VALID_CHALLENGES - 1]
    valid.exclude(pk__in=keep).update(withdrawn_at=now)


def _keep_address(enrollment: Enrollment) -> None:
    """Devices will call this host for years, so it can't be removed from now on. Asked once a process."""
    host = enrollment.host.partition(":")[0].lower().rstrip(".")
    unmarked = SiteAddress.objects.filter(host=host, in_use_by_profiles=False)
    remember(("address in use", host), lambda: unmarked.update(in_use_by_profiles=True))
