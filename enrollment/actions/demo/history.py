"""Two weeks of a district: two hundred enrollments with their devices, certificates, commands and timelines."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min

from enrollment.actions.demo.district import WITH_AGREEMENT, District
from enrollment.actions.demo.stories import ARRIVED, Story, Storyteller
from enrollment.actions.profiles import CHALLENGE_LIVES, IDLE, URL_LIVES
from enrollment.models import (
    AgreementAcceptance,
    Certificate,
    Challenge,
    Command,
    CommandState,
    Device,
    Enrollment,
    Event,
    EventKind,
    Invitation,
    InvitationUse,
    IssuedProfile,
    SignInMethod,
    Status,
)
from sites_config.agreements import agreement_of
from sites_config.models import Ownership, SiteConfiguration

MODELS = (
    ("iPad (10th generation)", "iPad13,18", "MPQ03LL/A", 64.0),
    ("iPad Air 11-inch (M2)", "iPad14,8", "MUWC3LL/A", 128.0),
    ("iPad (A16)", "iPad15,7", "MD3Y4LL/A", 128.0),
    ("iPhone SE (3rd generation)", "iPhone14,6", "MMX53LL/A", 64.0),
    ("iPhone 16e", "iPhone17,5", "MD1Q4LL/A", 128.0),
)
VERSIONS = ("17.7.10", "18.6.2", "18.7.1", "26.1", "26.2")


def load_history(district: District, *, host: str, now: datetime) -> None:
    """Only into a district where nobody has enrolled yet."""
    if Enrollment.objects.exists():
        return
    teller = Storyteller(district, host, now)
    with transaction.atomic():
        _Store(teller).keep(teller.two_hundred())
        _count_uses(teller)


def keep_somebody_stuck(district: District, *, host: str, now: datetime) -> None:
    """Somebody whose Settings got a certificate and fell silent, for whoever looks at the demonstration today."""
    if Enrollment.objects.filter(status=Status.CERTIFICATE_ISSUED, idle_until__gt=now).exists():
        return
    teller = Storyteller(district, host, now)
    with transaction.atomic():
        _Store(teller).keep([teller.story(Status.CERTIFICATE_ISSUED, invited=False)])


def _count_uses(teller: Storyteller) -> None:
    """From the enrollments, so that nothing is lost or invented."""
    for row in teller.invitations.values():
        held, spent = (
            row.enrollments.filter(invitation_use=use).count()
            for use in (InvitationUse.HELD, InvitationUse.SPENT)
        )
        times = row.enrollments.aggregate(first=Min("started_at"), last=Max("enrolled_at"))
        Invitation.objects.filter(pk=row.pk).update(
            uses_held=held, uses_spent=spent, started_at=times["first"], used_at=times["last"]
        )


class _Store:
    """Keeps stories as rows."""

    def __init__(self, teller: Storyteller) -> None:
        self.teller, self.die = teller, teller.die

    def keep(self, stories: list[Story]) -> None:
        Enrollment.objects.bulk_create([story.enrollment for story in stories])
        self._devices([story for story in stories if story.outcome in ARRIVED])
        self._certificates([story for story in stories if Status.CERTIFICATE_ISSUED in story.reached])
        self._events(stories)
        Command.objects.bulk_create(each for story in stories for each in self._commands(story))
        self._acceptances(stories)

    def _devices(self, arrived: list[Story]) -> None:
        made = {id(story): self._device(story) for story in arrived if story.outcome != Status.SUPERSEDED}
        enrolled = [story for story in arrived if story.outcome == Status.ENROLLED]
        for story in (each for each in arrived if each.outcome == Status.SUPERSEDED):
            later = next(each for each in enrolled if _is_later_there(each, story))
            enrolled.remove(later)
            made[id(story)] = made[id(later)]
        Device.objects.bulk_create({id(device): device for device in made.values()}.values())
        for story in arrived:
            device = made[id(story)]
            story.enrollment.device, story.enrollment.claimed = device, {"product_name": device.product_name}
        Enrollment.objects.bulk_update([story.enrollment for story in arrived], ["device", "claimed"])

    def _device(self, story: Story) -> Device:
        enrollment = story.enrollment
        model_name, product, model, capacity = self.die.choice(MODELS)
        word = "iPhone" if product.startswith("iPhone") else "iPad"
        return Device(
            site=enrollment.site,
            udid=f"{self.die.randrange(16**8):08X}-{self.die.randrange(16**16):016X}",
            enrollment=enrollment,
            serial_number="".join(self.die.choices("CDFGHJKLMNPQRTVWXY0123456789", k=10)),
            name=f"{story.person.full_name}: {word}" if enrollment.assigned_user_name else word,
            model=model,
            model_name=model_name,
            product_name=product,
            os_version=self.die.choice(VERSIONS),
            capacity_gb=capacity,
            battery_level=self.die.randint(20, 100) / 100,
            is_supervised=False,
            passcode_present=self.die.random() < 0.8,
            ownership=enrollment.ownership,
            first_seen_at=story.at(Status.AUTHENTICATED),
            last_seen_at=enrollment.last_seen_at or story.began,
            **enrollment.assignment,
        )

    def _certificates(self, stories: list[Story]) -> None:
        profiles = IssuedProfile.objects.bulk_create(self._profile(each) for each in stories)
        challenges = Challenge.objects.bulk_create(
            self._challenge(each, profile) for each, profile in zip(stories, profiles, strict=True)
        )
        Certificate.objects.bulk_create(
            self._certificate(each, challenge) for each, challenge in zip(stories, challenges, strict=True)
        )
        for each, profile in zip(stories, profiles, strict=True):
            each.enrollment.profile = None if each.outcome == Status.FAILED else profile
        Enrollment.objects.bulk_update([each.enrollment for each in stories], ["profile"])

    def _profile(self, story: Story) -> IssuedProfile:
        issued = story.at(Status.PROFILE_ISSUED)
        return IssuedProfile(
            site_id=story.enrollment.site_id,
            enrollment=story.enrollment,
            token_nonce=secrets.token_bytes(16),
            token_sha256=secrets.token_bytes(32),
            issued_at=issued,
            expires_at=issued + URL_LIVES,
            served_at=issued + timedelta(seconds=2),
        )

    def _challenge(self, story: Story, profile: IssuedProfile) -> Challenge:
        return Challenge(
            site_id=story.enrollment.site_id,
            enrollment=story.enrollment,
            authority=self.teller.authority,
            profile=profile,
            sha256=secrets.token_bytes(32),
            issued_at=profile.issued_at,
            valid_until=profile.issued_at + CHALLENGE_LIVES,
            used_at=story.at(Status.CERTIFICATE_ISSUED),
        )

    def _certificate(self, story: Story, challenge: Challenge) -> Certificate:
        """A record without a certificate: nobody has its key, so none is signed."""
        issued, over = (
            story.at(Status.CERTIFICATE_ISSUED),
            story.outcome in (Status.FAILED, Status.CHECKED_OUT),
        )
        return Certificate(
            site_id=story.enrollment.site_id,
            enrollment=story.enrollment,
            authority=self.teller.authority,
            challenge=challenge,
            serial_number=secrets.token_hex(16),
            key_sha256=secrets.token_bytes(32),
            transaction_id=secrets.token_hex(20),
            der=b"",
            sha256=secrets.token_bytes(32),
            reserved_at=issued,
            not_before=issued - timedelta(hours=1),
            not_after=issued + timedelta(days=3 * 365),
            issued_at=issued,
            revoked_at=issued + timedelta(hours=3) if over else None,
        )

    def _commands(self, story: Story) -> Iterator[Command]:
        if story.outcome not in ARRIVED:
            return
        queued = story.at(Status.ENROLLED)
        for name in ("DeviceInformation", "SecurityInfo", "ProfileList"):
            failed = self.die.random() < 0.03
            yield Command(
                site_id=story.enrollment.site_id,
                enrollment=story.enrollment,
                request_type=name,
                state=CommandState.ERROR if failed else CommandState.ACKNOWLEDGED,
                error="12021 MCMDMErrorDomain: the command is not supported" if failed else "",
                queued_at=queued,
                answered_at=queued + timedelta(seconds=4),
            )

    def _events(self, stories: list[Story]) -> None:
        events = [event for story in stories for event in self._timeline(story)]
        Event.objects.bulk_create(sorted(events, key=lambda event: event.at))

    def _timeline(self, story: Story) -> Iterator[Event]:
        before = ""
        for status in story.reached:
            yield _event(story, EventKind.MOVED, story.at(status), **_move(before, status))
            before = status
            if status == Status.STARTED and story.enrollment.signed_in_with:
                yield _event(story, EventKind.SIGNED_IN, story.at(status), method=SignInMethod.STAFF)
        if Status.CERTIFICATE_ISSUED in story.reached:
            yield _event(
                story, EventKind.PROFILE_SERVED, story.at(Status.PROFILE_ISSUED) + timedelta(seconds=2)
            )
        if story.outcome in (
            Status.EXPIRED,
            Status.FAILED,
            Status.SUPERSEDED,
            Status.CHECKED_OUT,
            Status.INSTRUCTED,
        ):
            why = {Status.EXPIRED: "idle", Status.SUPERSEDED: "the device enrolled again"}.get(
                story.outcome, ""
            )
            why = why or str(story.enrollment.failure_reason)
            later = IDLE if story.outcome == Status.EXPIRED else timedelta(minutes=4)
            facts = _move(before, story.outcome) | ({"why": why} if why else {})
            yield _event(story, EventKind.MOVED, story.began + later, **facts)

    def _acceptances(self, stories: list[Story]) -> None:
        shown = agreement_of(
            SiteConfiguration.for_site(self.teller.district.high), Ownership.INSTITUTIONAL, "en"
        )
        if shown is None:
            return
        invited = self.teller.invitations[WITH_AGREEMENT]
        AgreementAcceptance.objects.bulk_create(
            AgreementAcceptance(
                site_id=story.enrollment.site_id,
                enrollment=story.enrollment,
                agreement_id=shown.agreement_id,
                language=shown.language,
                text_sha256=shown.sha256,
                accepted_at=story.began + timedelta(seconds=25),
                signed_in_name=story.enrollment.signed_in_name,
            )
            for story in stories
            if story.enrollment.invitation_id == invited.pk and len(story.reached) > 1
        )


def _is_later_there(story: Story, earlier: Story) -> bool:
    same_site = story.enrollment.site_id == earlier.enrollment.site_id
    return same_site and story.began > earlier.began


def _move(before: str, to: Status) -> dict[str, str]:
    return ({"from": str(before)} if before else {}) | {"to": str(to)}


def _event(story: Story, kind: EventKind, at: datetime, **facts: str) -> Event:
    enrollment = story.enrollment
    return Event(
        site_id=enrollment.site_id,
        kind=kind,
        at=at,
        enrollment=enrollment,
        device=enrollment.device,
        data=facts,
    )
