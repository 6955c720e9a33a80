"""What staff change of many devices at once: whose they are, where they are used, whether they are lost.

Nothing of it reaches the devices or what they prove: certificates, profile addresses and enrollments stay as they are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.sites.models import Site
from django.db import transaction
from django.db.models import Model, Q

from enrollment.actions.enrollments import assigned_columns
from enrollment.directories.find import find
from enrollment.models import AssignmentSource, Device, Event, EventKind
from sites_config.batches import batches
from sites_config.models import SiteConfiguration, User

IN_ONE_TRANSACTION = 500


def change_user(
    keys: Sequence[int], *, user_name: str, actor: User | None, now: datetime
) -> tuple[int, list[str]]:
    """To the person whom each device's own site knows by that name: (how many, names of sites that know nobody).

    Raises DirectoryUnavailable, and then nothing was changed.
    """
    sites = list(Site.objects.filter(pk__in=_sites(keys)).order_by("name"))
    people = {site: find(user_name, SiteConfiguration.for_site(site).lineage) for site in sites}
    changed = 0
    for site, person in people.items():
        if person is not None:
            columns = assigned_columns(person, AssignmentSource.STAFF) | {"user_removed_at": None}
            changed += _change(keys, Q(site=site), columns, EventKind.USER_CHANGED, actor=actor, now=now)
    return changed, [site.name for site, person in people.items() if person is None]


def take_users_away(keys: Sequence[int], *, actor: User | None, now: datetime) -> int:
    """At the end of a year: user and location go, the device stays managed. Who may enroll it next, its site says."""
    columns = dict(Device().assignment)
    return _change(keys, Q(), columns, EventKind.USER_CHANGED, actor=actor, now=now)


def assign_site(
    keys: Sequence[int], *, site: Site, actor: User | None, now: datetime
) -> tuple[int, list[str]]:
    """Where they are used: (how many, names of sites of another institution, whose devices stay as they are)."""
    changed, others = 0, []
    for own in Site.objects.filter(pk__in=_sites(keys)).order_by("name"):
        if not _one_institution(own, site):
            others.append(own.name)
            continue
        columns = {"stands_at": None if own == site else site}
        changed += _change(keys, Q(site=own), columns, EventKind.SITE_ASSIGNED, actor=actor, now=now)
    return changed, others


def mark_lost(keys: Sequence[int], *, actor: User | None, now: datetime) -> int:
    columns = {"lost_at": now, "lost_by": actor}
    return _change(keys, Q(lost_at=None), columns, EventKind.MARKED_LOST, actor=actor, now=now)


def mark_found(keys: Sequence[int], *, actor: User | None, now: datetime) -> int:
    columns = {"lost_at": None, "lost_by": None}
    return _change(keys, Q(lost_at__isnull=False), columns, EventKind.FOUND, actor=actor, now=now)


def _sites(keys: Sequence[int]) -> set[int]:
    return {
        site
        for some in batches(keys, IN_ONE_TRANSACTION)
        for site in Device.objects.filter(pk__in=some).values_list("site", flat=True).distinct()
    }


def _one_institution(one: Site, other: Site) -> bool:
    """They have the same district at their top."""
    return SiteConfiguration.for_site(one).lineage[-1] == SiteConfiguration.for_site(other).lineage[-1]


def _change(
    keys: Sequence[int],
    still: Q,
    columns: Mapping[str, object],
    kind: EventKind,
    *,
    actor: User | None,
    now: datetime,
) -> int:
    """Sets the columns where they are different, with an event that tells each value before and after."""
    changed = 0
    for some in batches(keys, IN_ONE_TRANSACTION):
        with transaction.atomic():
            # One order for everybody, so that no two wait in a circle.
            rows = Device.objects.filter(still, pk__in=some).select_related("site", "stands_at", "lost_by")
            locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
            told = [(row, differences(row, columns)) for row in locked]
            different = [(row, values) for row, values in told if values]
            Device.objects.filter(pk__in=[row.pk for row, _values in different]).update(**columns)
            Event.objects.bulk_create(
                Event(
                    site_id=row.site_id, kind=kind, at=now, device=row, actor=actor, data={"changed": values}
                )
                for row, values in different
            )
        changed += len(different)
    return changed


def differences(row: Device, columns: Mapping[str, object]) -> dict[str, list[str]]:
    """Column -> its value before and after, in words."""
    pairs = ((name, getattr(row, name), value) for name, value in columns.items())
    return {name: [_words(old), _words(new)] for name, old, new in pairs if old != new}


def _words(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return str(value) if isinstance(value, Model) else str(value or "")
