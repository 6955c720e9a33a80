"""An expiry works on a list that was read a moment ago: whoever went on since is left alone."""

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.utils import timezone

from enrollment import flow
from enrollment.actions import endings, invitations
from enrollment.models import Certificate, Enrollment, Event, EventKind, Invitation, InvitationUse, Status
from tests import people
from tests.iphone import IPhone
from tests.visitor import Visitor, person_at

Expiry = Callable[[Invitation], object]


def release(invitation: Invitation) -> object:
    return invitations.release(invitation, actor=None, now=timezone.now())


def revoke(invitation: Invitation) -> None:
    invitations.revoke(invitation, actor=None, now=timezone.now())


def give_back_lapsed(invitation: Invitation) -> object:
    return invitations.give_back_lapsed(invitation, now=timezone.now())


def expire_lapsed(invitation: Invitation) -> object:
    return endings.expire_lapsed(now=timezone.now())


def before_each_expiry(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, happens: Callable[[], object]
) -> None:
    """Between the list and the expiry of each of its rows."""
    real = module.expire

    def expire(*args: Any, **named: Any) -> bool:
        happens()
        return bool(real(*args, **named))

    monkeypatch.setattr(module, "expire", expire)


def lapse() -> None:
    Enrollment.objects.update(idle_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [release, revoke, give_back_lapsed])
def test_every_expiry_has_a_transaction_of_its_own(
    alpha: Site, monkeypatch: pytest.MonkeyPatch, end: Expiry
) -> None:
    """One around all of them would lock the invitation before the next enrollment: two could wait in a circle."""
    invitation, token = people.invite(alpha, max_uses=3)
    for _person in range(3):
        person_at("started", token)
    lapse()
    inside: list[bool] = []
    before_each_expiry(monkeypatch, invitations, lambda: inside.append(connection.in_atomic_block))

    end(invitation)

    assert inside == [False] * 3
    assert set(Enrollment.objects.values_list("status", flat=True)) == {Status.EXPIRED}
    invitation.refresh_from_db()
    assert invitation.uses_held == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("button", ["release", "revoke"])
def test_so_it_has_under_a_button_of_the_admin(
    alpha: Site, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    invitation, token = people.invite(alpha)
    person_at("started", token)
    people.staff("root", "Rosa Root", is_staff=True, is_superuser=True)
    desk = Visitor(agent="Desktop")
    desk.log_in_to_admin("root")
    inside: list[bool] = []
    before_each_expiry(monkeypatch, invitations, lambda: inside.append(connection.in_atomic_block))

    desk.post(f"/admin/enrollment/invitation/{invitation.pk}/press/{button}/")

    assert inside == [False]
    assert Enrollment.objects.get().status == Status.EXPIRED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("module", "end"), [(invitations, give_back_lapsed), (endings, expire_lapsed)], ids=["claim", "sweep"]
)
def test_a_fresh_profile_is_left_alone(
    alpha: Site, monkeypatch: pytest.MonkeyPatch, module: ModuleType, end: Expiry
) -> None:
    invitation, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)
    first = visitor.enrollment.profile_id
    lapse()
    before_each_expiry(monkeypatch, module, lambda: visitor.post(f"{visitor.own}/failed/"))

    assert end(invitation) == 0

    row = visitor.enrollment
    assert row.status == Status.PROFILE_ISSUED and row.profile_id not in (first, None)
    assert row.invitation_use == InvitationUse.HELD
    assert visitor.get(visitor.profile_url).status_code == 200


def certified_meanwhile(alpha: Site, monkeypatch: pytest.MonkeyPatch, end: Expiry) -> tuple[Visitor, IPhone]:
    invitation, token = people.invite(alpha)
    visitor, phone = person_at("profile-fetched", token)
    phone.install()
    # Its conditions were asked a moment before the list was read.
    monkeypatch.setattr(flow, "conditions_hold", lambda visit: True)
    before_each_expiry(monkeypatch, invitations, phone.obtain_certificate)
    end(invitation)
    return visitor, phone


@pytest.mark.django_db
@pytest.mark.parametrize("end", [release, revoke])
def test_a_certificate_since_then_is_left_alone(
    alpha: Site, monkeypatch: pytest.MonkeyPatch, end: Expiry
) -> None:
    visitor, phone = certified_meanwhile(alpha, monkeypatch, end)

    assert visitor.enrollment.status == Status.CERTIFICATE_ISSUED
    assert Certificate.objects.get().revoked_at is None
    assert Invitation.objects.values_list("uses_held", "uses_spent").get() == (0, 1)
    phone.authenticate()
    phone.token_update()
    assert visitor.enrollment.status == Status.ENROLLED


@pytest.mark.django_db
def test_nothing_released_is_no_event(alpha: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    certified_meanwhile(alpha, monkeypatch, release)

    assert not Event.objects.filter(kind=EventKind.INVITATION_RELEASED).exists()
