"""Who enrolled what in a fortnight, and how far each came: made up by a fixed die."""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from enrollment.actions.assignments import ASSIGNED
from enrollment.actions.certificates import UNUSED_LIVES
from enrollment.actions.demo.district import EXPIRED, GRADE_4, REVOKED, USED, WITH_AGREEMENT, District
from enrollment.actions.demo.keys import STAFF_NAME
from enrollment.actions.enrollments import SITE_ANSWER
from enrollment.actions.profiles import IDLE, IN_ALL
from enrollment.models import (
    AssignmentSource,
    Authority,
    Enrollment,
    FailureReason,
    Invitation,
    InvitationUse,
    Person,
    PushCertificate,
    SignInMethod,
    Status,
)
from sites_config.models import Ownership, User

DAYS = 14
# How each of the two hundred ended; the last moves are those of the table in models/moves.py.
OUTCOMES: tuple[tuple[Status, int], ...] = (
    (Status.ENROLLED, 152),
    (Status.EXPIRED, 16),
    (Status.FAILED, 10),
    (Status.SUPERSEDED, 6),
    (Status.CHECKED_OUT, 6),
    (Status.INSTRUCTED, 4),
    (Status.STARTED, 3),
    (Status.PROFILE_ISSUED, 2),
    (Status.CERTIFICATE_ISSUED, 1),
)
WAY = (
    Status.STARTED,
    Status.PROFILE_ISSUED,
    Status.CERTIFICATE_ISSUED,
    Status.AUTHENTICATED,
    Status.ENROLLED,
)
UNDER_WAY = (Status.STARTED, Status.PROFILE_ISSUED, Status.CERTIFICATE_ISSUED)
ARRIVED = (Status.ENROLLED, Status.SUPERSEDED, Status.CHECKED_OUT)


@dataclass
class Story:
    """One attempt: when it began, where, how it ended."""

    enrollment: Enrollment
    began: datetime
    outcome: Status
    person: Person
    gave_up: bool = False  # at a question, before there was a profile

    def at(self, status: Status) -> datetime:
        """Half a minute or so for each step."""
        steps = WAY.index(status) if status in WAY else len(WAY)
        return self.began + timedelta(seconds=20 + 43 * steps)

    @property
    def reached(self) -> tuple[Status, ...]:
        """The statuses on the way to its end."""
        if self.outcome in ARRIVED:
            return WAY
        if self.outcome == Status.FAILED:
            return WAY[:3]
        if self.outcome in UNDER_WAY:
            return WAY[: WAY.index(self.outcome) + 1]
        return WAY[:1] if self.outcome == Status.INSTRUCTED or self.gave_up else WAY[:2]


class Storyteller:
    def __init__(self, district: District, host: str, now: datetime) -> None:
        self.district, self.host, self.now = district, host, now
        self.die = random.Random(14)  # noqa: S311  # the same story at every first start
        self.people = list(Person.objects.filter(site=district.site))
        self.authority = Authority.objects.filter(site=district.site).latest("created_at")
        self.topic = PushCertificate.objects.filter(site=district.site).latest("created_at").topic
        self.staff = list(User.objects.filter(username__in=(STAFF_NAME, "noah", "theo"), is_demo=True))
        # Their ``uses_held`` counts what is given away here; it is not stored.
        self.invitations = {row.name: row for row in Invitation.objects.filter(is_demo=True)}

    def two_hundred(self) -> list[Story]:
        outcomes = [status for status, count in OUTCOMES for _each in range(count)]
        self.die.shuffle(outcomes)
        return [self.story(outcome) for outcome in outcomes]

    def story(self, outcome: Status, *, invited: bool = True) -> Story:
        began = self._moment(outcome)
        person = self.die.choice(self.people)
        site = self.district.high if self.die.random() < 0.4 else self.district.primary
        enrollment = Enrollment(
            entry_site=self.district.site,
            site=site,
            key_sha256=secrets.token_bytes(32),
            host=self.host,
            status=outcome,
            started_at=began,
            idle_until=began + IDLE,
            ends_at=began + IN_ALL,
            language=self.die.choice(("en", "en", "en", "de", "ar")),
            browser="Safari 18.6 on iPhone",
            ownership=Ownership.INSTITUTIONAL,
        )
        if outcome == Status.INSTRUCTED:
            enrollment.site, enrollment.ownership = self.district.high, Ownership.PERSONAL
        story = Story(enrollment, began, outcome, person, self._gives_up(outcome))
        self._who(story, invited=invited)
        self._how_far(story)
        return story

    def _gives_up(self, outcome: Status) -> bool:
        return outcome == Status.EXPIRED and self.die.random() < 0.6

    def _moment(self, outcome: Status) -> datetime:
        """In school hours of the last fortnight, most at the start of a day; some today; what is under way just now."""
        if outcome == Status.CERTIFICATE_ISSUED:
            return self.now - timedelta(minutes=12)
        if outcome in UNDER_WAY:
            return self.now - timedelta(minutes=self.die.randint(2, 50))
        if outcome == Status.ENROLLED and self.die.random() < 0.06:
            return self.now - timedelta(minutes=self.die.randint(60, 240))
        # Whatever was enrolled once more later comes from the first of the two weeks.
        days = (8, DAYS - 1) if outcome == Status.SUPERSEDED else (1, DAYS - 1)
        day = (self.now - timedelta(days=self.die.randint(*days))).replace(
            hour=8, minute=0, second=0, microsecond=0
        )
        return day + timedelta(minutes=min(self.die.expovariate(1 / 90), 420))

    def _who(self, story: Story, *, invited: bool) -> None:
        enrollment, chance = story.enrollment, self.die.random()
        invited = invited and story.outcome != Status.PROFILE_ISSUED
        invitation = self._invitation(story) if invited and chance < 0.45 else None
        if invitation is not None:
            enrollment.invitation, enrollment.site = invitation, invitation.site
            spent = Status.CERTIFICATE_ISSUED in story.reached
            held = story.outcome in UNDER_WAY and not spent
            enrollment.invitation_use = (
                InvitationUse.SPENT if spent else InvitationUse.HELD if held else InvitationUse.NONE
            )
        if invitation is None or invitation.login_required:
            user = self.die.choice(self.staff)
            enrollment.signed_in_with, enrollment.signed_in_source = SignInMethod.STAFF, "staff"
            enrollment.signed_in_user, enrollment.signed_in_id = user, str(user.pk)
            enrollment.signed_in_name, enrollment.signed_in_at = user.get_full_name(), story.began
        asked = story.outcome not in (Status.INSTRUCTED, Status.STARTED)
        may_assign = enrollment.signed_in_name != "Noah No-Assign"
        if self.die.random() < 0.7 and asked and may_assign:
            source = AssignmentSource.STAFF if enrollment.signed_in_with else AssignmentSource.SELF_DECLARED
            _assign(enrollment, story.person, source)

    def _invitation(self, story: Story) -> Invitation | None:
        """One that was open then, and has a use left."""
        if story.outcome == Status.INSTRUCTED:
            return None
        names = [WITH_AGREEMENT, GRADE_4, EXPIRED, REVOKED]
        self.die.shuffle(names)
        # The one for a single device goes to somebody who arrived.
        first = [USED] if story.outcome == Status.ENROLLED else []
        for row in (self.invitations[name] for name in (*first, *names)):
            was_open = row.created_at <= story.began and not (
                row.expires_at and row.expires_at <= story.began
            )
            was_open &= row.revoked_at is None or row.revoked_at > story.began
            if was_open and (row.max_uses is None or row.uses_held < row.max_uses):
                row.uses_held += 1
                return row
        return None

    def _how_far(self, story: Story) -> None:
        enrollment = story.enrollment
        if story.outcome == Status.PROFILE_ISSUED:
            enrollment.site = self.district.primary  # where nothing but these two is asked
            enrollment.answers = {ASSIGNED: enrollment.assigned_user_name, SITE_ANSWER: enrollment.site.pk}
        if Status.PROFILE_ISSUED in story.reached:
            enrollment.authority, enrollment.topic = self.authority, self.topic
        if story.outcome == Status.CERTIFICATE_ISSUED:
            enrollment.idle_until = story.at(Status.CERTIFICATE_ISSUED) + UNUSED_LIVES
        if story.outcome == Status.FAILED:
            reasons = (FailureReason.SECOND_KEY, FailureReason.PROFILE_REMOVED)
            enrollment.failure_reason = self.die.choice(reasons)
        if story.outcome in ARRIVED:
            enrollment.authenticated_at = story.at(Status.AUTHENTICATED)
            enrollment.enrolled_at = story.at(Status.ENROLLED)
            enrollment.last_seen_at = self._last_seen(story)

    def _last_seen(self, story: Story) -> datetime:
        arrived = story.at(Status.ENROLLED)
        if story.outcome != Status.ENROLLED:
            return arrived + timedelta(hours=3)
        return max(arrived, self.now - timedelta(minutes=self.die.randint(3, 3000)))


def _assign(enrollment: Enrollment, person: Person, source: AssignmentSource) -> None:
    for name in ("user_name", "full_name", "email", "department", "building", "room", "phone", "position"):
        setattr(enrollment, f"assigned_{name}", getattr(person, name))
    enrollment.assignment_source = source
