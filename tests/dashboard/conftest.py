"""A district of two schools, and who looks at it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.actions.tokens import digest, new_token
from enrollment.models import Enrollment, Event, EventKind, FailureReason, Status
from sites_config.models import Privilege, User
from tests import people
from tests.admin.world import logged_in
from tests.moved_clock import clock
from tests.visitor import quick_passwords

__all__ = ["clock", "quick_passwords"]
WAY = (
    Status.STARTED,
    Status.PROFILE_ISSUED,
    Status.CERTIFICATE_ISSUED,
    Status.AUTHENTICATED,
    Status.ENROLLED,
)


@pytest.fixture
def north(alpha: Site) -> Site:
    return people.new_site("North School", parent=alpha, ready=False)


@pytest.fixture
def south(alpha: Site) -> Site:
    return people.new_site("South School", parent=alpha, ready=False)


@dataclass
class Past:
    """Attempts that happened, with the events that the actions would have written."""

    made: list[Enrollment] = field(default_factory=list)

    def attempt(
        self,
        site: Site,
        began: datetime,
        *way: Status,
        reason: FailureReason = FailureReason.NONE,
        **columns: object,
    ) -> Enrollment:
        """``way``: the statuses after STARTED, a minute for each."""
        reached = (Status.STARTED, *way)
        moments = [began + timedelta(minutes=number) for number in range(len(reached))]
        arrived = moments[reached.index(Status.ENROLLED)] if Status.ENROLLED in reached else None
        defaults: dict[str, object] = {
            "idle_until": moments[-1] + timedelta(hours=2),
            "ends_at": began + timedelta(hours=24),
        }
        row = Enrollment.objects.create(
            entry_site=site,
            site=site,
            key_sha256=digest(new_token()),
            host="alpha.test",
            started_at=began,
            status=reached[-1],
            failure_reason=reason,
            enrolled_at=arrived,
            **(defaults | columns),
        )
        before = ""
        for status, moment in zip(reached, moments, strict=True):
            data = {"from": before, "to": status} if before else {"to": status}
            Event.objects.create(site=site, kind=EventKind.MOVED, at=moment, enrollment=row, data=data)
            before = status
        self.made.append(row)
        return row

    def enrolled(self, site: Site, began: datetime) -> Enrollment:
        return self.attempt(site, began, *WAY[1:])


@pytest.fixture
def past() -> Past:
    return Past()


def staff_of(site: Site, name: str, *privileges: Privilege) -> User:
    return people.staff(name, name.title(), *((site, each) for each in privileges), is_staff=True)


@pytest.fixture
def as_anna(alpha: Site) -> Client:
    """Administers the district."""
    return logged_in(staff_of(alpha, "anna", Privilege.ADMINISTER_SITE), alpha)


@pytest.fixture
def as_vera(alpha: Site, north: Site) -> Client:
    """Looks at North School and changes nothing."""
    return logged_in(staff_of(north, "vera", Privilege.VIEW_SITE), alpha)


@pytest.fixture
def as_hana(alpha: Site, north: Site) -> Client:
    """Helps people at North School, and has no other privilege."""
    return logged_in(staff_of(north, "hana", Privilege.HELP_PEOPLE), alpha)
