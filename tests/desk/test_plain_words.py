"""Timelines say what happened in words that whoever reads them can say on the telephone."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.access_codes import make_code
from enrollment.actions.endings import cancel, expire_lapsed
from enrollment.actions.invitations import extend, renew
from enrollment.models import Enrollment, Event, Invitation
from sites_config.models import User
from sites_config.references import spoken
from tests import people
from tests.admin.world import logged_in
from tests.moved_clock import Clock
from tests.visitor import Visitor, person_at

pytestmark = pytest.mark.django_db


def admin_page(client: Client, row: Enrollment | Invitation) -> str:
    name = f"admin:enrollment_{row._meta.model_name}_change"
    return client.get(reverse(name, args=[row.pk])).content.decode()


def test_an_enrollments_timeline(as_vera: Client, alpha: Site, clock: Clock) -> None:
    invitation, token = people.invite(alpha, max_uses=None)
    row = Visitor().start(token)
    make_code(
        site_id=alpha.pk, expires_at=clock.time + timedelta(hours=1), actor=None, now=clock.time,
        invitation=invitation, enrollment=row,
    )  # fmt: skip
    cancel(row, actor=None, now=clock.time)

    page = admin_page(as_vera, row)

    assert "cancelled by staff" in page and "it leads to an invitation" in page
    assert "why:" not in page and "leads to: " not in page


def test_an_attempt_that_lapsed(vera: User, alpha: Site, clock: Clock) -> None:
    row = Visitor().start(people.invite(alpha)[1])
    clock.forward(hours=30)
    expire_lapsed(now=clock.time)

    page = admin_page(logged_in(vera, alpha), row)

    assert (
        "nothing came for too long" in page
        and "idle" not in page.partition("Timeline")[2].partition("</table>")[0]
    )


def test_an_invitations_timeline(as_vera: Client, alpha: Site, clock: Clock) -> None:
    row, _token = people.invite(alpha, expires_at=clock.time + timedelta(days=1))
    renew(row, actor=None, now=clock.time, why="wrong PIN")
    extend(row, clock.time + timedelta(days=8), actor=None, now=clock.time)

    page = admin_page(as_vera, row)

    assert "wrong PINs were typed too often" in page and "until: " not in page and "why: " not in page
    until = timezone.localtime(clock.time + timedelta(days=8))
    assert f"until {until:%Y-%m-%d %H:%M}" in page


def test_no_fact_of_a_whole_journey_is_a_program_word(as_vera: Client, alpha: Site, clock: Clock) -> None:
    visitor, phone = person_at("enrolled", people.invite(alpha)[1], clock=clock.now)
    phone.check_out()

    page = admin_page(as_vera, visitor.enrollment)
    listed = as_vera.get(reverse("admin:enrollment_event_changelist")).content.decode()

    for text in (page, listed):
        assert "why:" not in text and "method:" not in text
    assert Event.objects.count() > 5


def test_the_help_desk_writes_codes_as_people_read_them_out(as_hana: Client, alpha: Site) -> None:
    row = Visitor().start(people.invite(alpha)[1])

    page = as_hana.get(reverse("admin:help_story", args=["enrollment", row.pk])).content.decode()

    timeline = page.partition("<h2>Timeline</h2>")[2]
    assert spoken(row.reference) in timeline and f">{row.reference}<" not in timeline
