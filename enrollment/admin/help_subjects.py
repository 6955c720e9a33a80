"""Whom or what a story is about: its row, its enrollments, its events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from enrollment.admin.help_search import scoped
from enrollment.models import Device, Enrollment, Event, Invitation, Person
from enrollment.signin.privileges import grants_column
from enrollment.visit import GRANTS
from sites_config.models import User
from sites_config.references import spoken
from sites_config.site_settings import descendants_of

MOST_ENROLLMENTS, MOST_EVENTS = 20, 200
Facts = list[tuple[str, object]]
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Subject:
    """``enrollments``: the newest first, and MOST_ENROLLMENTS at most; ``of_events``: which events belong to it."""

    row: Model
    title: str
    facts: Facts
    enrollments: list[Enrollment]
    of_events: Q

    def events(self, user: User) -> list[Event]:
        """The newest first."""
        rows = scoped(Event.objects.filter(self.of_events), user).select_related("actor", "enrollment")
        return list(rows.order_by("-at", "-pk")[:MOST_EVENTS])


def subject(kind: str, pk: int, user: User) -> Subject:
    """Raises Http404: a row out of reach is one that isn't there."""
    if kind not in _KINDS:
        raise Http404
    return _KINDS[kind](pk, user)


def _one(rows: QuerySet[M], pk: int, user: User) -> M:
    found = scoped(rows.select_related("site"), user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _enrollments(rows: QuerySet[Enrollment], user: User) -> list[Enrollment]:
    """With what the screens ask for."""
    complete = rows.select_related("site", "device", "invitation", "signed_in_user", "profile")
    complete = complete.annotate(**{GRANTS: grants_column()})
    return list(scoped(complete, user).order_by("-started_at")[:MOST_ENROLLMENTS])


def _of(enrollments: list[Enrollment]) -> Q:
    return Q(enrollment__in=[each.pk for each in enrollments])


def _enrollment(pk: int, user: User) -> Subject:
    found = _enrollments(Enrollment.objects.filter(pk=pk), user)
    if not found:
        raise Http404
    row = found[0]
    facts: Facts = [
        ("Reference code", spoken(row.reference)),
        ("Person", row.assigned_full_name or row.assigned_user_name or row.signed_in_name),
        ("Logged in as", row.signed_in_name),
        ("Invitation", row.invitation),
        ("Device", row.device),
        ("Site", row.site),
    ]
    return Subject(row, f"Enrollment {spoken(row.reference)}", facts, found, Q(enrollment=row.pk))


def _device(pk: int, user: User) -> Subject:
    row = _one(Device.objects.all(), pk, user)
    found = _enrollments(Enrollment.objects.filter(device=row), user)
    facts: Facts = [
        ("Device", row.model_name or row.product_name),
        ("Serial number", row.serial_number),
        ("UDID", row.udid),
        ("iOS", row.os_version),
        ("Assigned to", row.assigned_full_name or row.assigned_user_name),
        ("Last seen", row.last_seen_at),
        ("Site", row.site),
    ]
    return Subject(row, str(row), facts, found, Q(device=row.pk) | _of(found))


def _person(pk: int, user: User) -> Subject:
    row = _one(Person.objects.all(), pk, user)
    theirs = {"assigned_user_name__iexact": row.user_name, "site__in": descendants_of(row.site_id)}
    found = _enrollments(Enrollment.objects.filter(**theirs), user)
    devices = list(scoped(Device.objects.filter(**theirs), user)[:MOST_ENROLLMENTS])
    facts: Facts = [
        ("User name", row.user_name),
        ("E-mail", row.email),
        ("Department", row.department),
        ("Devices", ", ".join(map(str, devices))),
        ("Site", row.site),
    ]
    of_events = Q(device__in=[each.pk for each in devices]) | _of(found)
    return Subject(row, str(row), facts, found, of_events)


def _invitation(pk: int, user: User) -> Subject:
    row = _one(Invitation.objects.all(), pk, user)
    found = _enrollments(Enrollment.objects.filter(invitation=row), user)
    most = "any number" if row.max_uses is None else row.max_uses
    facts: Facts = [
        ("Uses", f"{row.uses_spent} of {most} spent, {row.uses_held} held"),
        ("Valid until", row.expires_at or "no end"),
        ("For", row.assigned_full_name or row.assigned_user_name),
        ("Site", row.site),
    ]
    return Subject(row, f"Invitation “{row.name}”", facts, found, Q(invitation=row.pk) | _of(found))


_KINDS: Mapping[str, Callable[[int, User], Subject]] = {
    "enrollment": _enrollment,
    "device": _device,
    "person": _person,
    "invitation": _invitation,
}
