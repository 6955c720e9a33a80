"""Whom or what a story is about: its row, its enrollments, its events."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from enrollment.actions.device_list import REFUSALS
from enrollment.admin.help_look_ups import attempts_turned_away
from enrollment.admin.help_search import scoped
from enrollment.explain.invitation_facts import InvitationFacts, invitation_facts
from enrollment.explain.sending_causes import told
from enrollment.models import Device, Enrollment, Event, Invitation, ListedDevice, Person
from enrollment.models.folded import filled
from enrollment.signin.privileges import grants_column
from enrollment.visit import GRANTS
from sites_config.models import User
from sites_config.references import spoken
from sites_config.site_settings import descendants_of

MOST_ENROLLMENTS, MOST_EVENTS = 20, 200
# Of one person; sorted here, as a database that is to sort them reads all invitations there are, from the newest on.
MOST_INVITATIONS = 500
Facts = list[tuple[str, object]]
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Subject:
    """``enrollments``, ``invitations``: the newest first, and MOST_ENROLLMENTS at most; ``of_events``: which events
    belong to it."""

    row: Model
    title: str
    facts: Facts
    enrollments: list[Enrollment]
    of_events: Q
    invitations: list[Invitation] = field(default_factory=list)
    of_invitation: InvitationFacts | None = None  # where nothing was begun, of the newest

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
        ("Invitation", row.invitation and _link("invitation", row.invitation)),
        ("Device", row.device),
        ("Site", row.site),
    ]
    return Subject(row, f"Enrollment {spoken(row.reference)}", facts, found, Q(enrollment=row.pk))


def _device(pk: int, user: User) -> Subject:
    row = _one(Device.objects.all(), pk, user)
    turned_away = Event.objects.filter(device=row, kind__in=REFUSALS).order_by("-at")
    found = _enrollments(Enrollment.objects.filter(_of_devices([row], _keys(turned_away))), user)
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
    expected = ListedDevice.objects.filter(
        filled("owner_user_name", "iexact", row.user_name), site__in=descendants_of(row.site_id)
    )
    listed = list(scoped(expected, user)[:MOST_ENROLLMENTS])
    facts: Facts = [
        ("User name", row.user_name),
        ("E-mail", row.email),
        ("Department", row.department),
        ("Devices", _links("device", devices)),
        ("On the device list", _links("listed", listed)),
        ("Site", row.site),
    ]
    of_events = Q(device__in=[each.pk for each in devices]) | _of(found)
    invitations = _invitations_of(row, user)
    waiting = invitation_facts(invitations[0], [], timezone.now()) if invitations and not found else None
    return Subject(row, str(row), facts, found, of_events, invitations, waiting)


def _invitations_of(row: Person, user: User) -> list[Invitation]:
    columns = {"assigned_user_name": row.user_name, "only_user_name": row.user_name}
    columns |= {"email": row.email, "only_email": row.email} if row.email else {}
    theirs = reduce(or_, (filled(column, "iexact", text) for column, text in columns.items()))
    rows = scoped(Invitation.objects.filter(theirs, site__in=descendants_of(row.site_id)), user)
    newest_first = sorted(rows[:MOST_INVITATIONS], key=lambda each: each.created_at, reverse=True)
    return newest_first[:MOST_ENROLLMENTS]


def _listed(pk: int, user: User) -> Subject:
    """The devices that name themselves so, at the sites for which the list counts, and those that were turned away."""
    row = _one(ListedDevice.objects.select_related("meant_for"), pk, user)
    sites = descendants_of(row.site_id)
    same = Device.objects.annotate(said=Upper("serial_number")).filter(said=row.serial_number, site__in=sites)
    devices = list(scoped(same, user)[:MOST_ENROLLMENTS])
    turned_away = attempts_turned_away(row.serial_number).filter(site__in=sites).order_by("-at")
    known = Event.objects.filter(device__in=devices, kind__in=REFUSALS).order_by("-at")
    keys = [*_keys(turned_away), *(_keys(known) if devices else ())]
    found = _enrollments(Enrollment.objects.filter(_of_devices(devices, keys)), user)
    facts: Facts = [
        ("Serial number", row.serial_number),
        ("Asset tag", row.asset_tag),
        ("Owner", row.owner_full_name or row.owner_user_name),
        ("E-mail", row.owner_email),
        ("Meant for", row.meant_for),
        ("Note", row.note),
        ("Devices", _links("device", devices)),
        ("Site", row.site),
    ]
    of_events = Q(device__in=[each.pk for each in devices]) | _of(found)
    return Subject(row, f"Device of the list: {row}", facts, found, of_events)


def _keys(refusals: QuerySet[Event] | QuerySet[Event, int | None]) -> list[int | None]:
    return list(refusals.values_list("enrollment", flat=True)[:MOST_ENROLLMENTS])


def _of_devices(devices: Iterable[Device], keys: Iterable[int | None]) -> Q:
    """By keys that were asked for beforehand: a subquery in an OR would have all enrollments read."""
    return Q(device__in=[each.pk for each in devices]) | Q(pk__in=[key for key in keys if key is not None])


def _link(kind: str, row: Model) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:help_story", args=[kind, row.pk]), row)


def _links(kind: str, rows: Iterable[Model]) -> SafeString:
    return format_html_join(", ", "{}", ((_link(kind, row),) for row in rows))


def _invitation(pk: int, user: User) -> Subject:
    row = _one(Invitation.objects.all(), pk, user)
    found = _enrollments(Enrollment.objects.filter(invitation=row), user)
    known = invitation_facts(row, found, timezone.now())
    most = "any number" if row.max_uses is None else row.max_uses
    facts: Facts = [
        ("Uses", f"{row.uses_spent} of {most} spent, {row.uses_held} held"),
        ("Valid until", row.expires_at or "no end"),
        ("For", row.assigned_full_name or row.assigned_user_name),
        ("Only for", ", ".join(filter(None, (row.only_user_name, row.only_email, row.only_serial_number)))),
        *told(known),
        ("Site", row.site),
    ]
    of_events = Q(invitation=row.pk) | _of(found)
    return Subject(row, f"Invitation “{row.name}”", facts, found, of_events, of_invitation=known)


_KINDS: Mapping[str, Callable[[int, User], Subject]] = {
    "enrollment": _enrollment,
    "device": _device,
    "person": _person,
    "invitation": _invitation,
    "listed": _listed,
}
