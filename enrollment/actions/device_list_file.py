"""A device list from a file, a row for each device: all of them or none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction

from enrollment.actions.open_tables import open_table
from enrollment.actions.tables import BadFile, unprintable, written_table
from enrollment.models import Event, EventKind, ListedDevice
from sites_config.batches import batches
from sites_config.changes import raise_version
from sites_config.logged_changes import differences, log_import
from sites_config.models import User
from sites_config.site_settings import descendants_of

# By the name of the column in the file: the field of the row.
FIELDS = {
    "serial_number": "serial_number",
    "asset_tag": "asset_tag",
    "user_name": "owner_user_name",
    "full_name": "owner_full_name",
    "email": "owner_email",
    "site": "meant_for",
    "note": "note",
}
COLUMNS = tuple(FIELDS)
LOGGED = tuple(name for name in FIELDS.values() if name != "serial_number")


@dataclass
class Imported:
    """``removed``: how many rows the file does not name, if these were to go. ``notes``: (label, text) of how the file
    was read."""

    notes: Sequence[tuple[str, str]] = ()
    made: list[ListedDevice] = field(default_factory=list)
    changed: list[ListedDevice] = field(default_factory=list)
    same: int = 0
    removed: int = 0


def import_devices(
    content: bytes, *, site: Site, prune: bool, actor: User | None, now: datetime, dry_run: bool
) -> Imported:
    """Adds and changes rows of the site's list by their serial numbers. A column that the file lacks stays as it is.

    ``prune``: rows that the file doesn't name go. Raises BadFile, and then nothing was written.
    """
    table = open_table(content, COLUMNS, needed="serial_number")
    given = list(table.rows)
    columns = [FIELDS[name] for name in given[0][1]] if given else []
    rows = _listed(given, site, now)
    with transaction.atomic():
        known = {
            row.serial_number: row
            for row in ListedDevice.objects.filter(site=site).select_related("meant_for")
        }
        done = _compared(rows, known, columns)
        gone = set(known) - {row.serial_number for row in rows} if prune else set()
        done.removed, done.notes = len(gone), table.notes
        if not dry_run:
            _write(rows, columns)
            _remove([known[serial_number].pk for serial_number in gone])
            _note(done, site, actor, now)
            names = {
                "added": [row.serial_number for row in done.made],
                "changed": [_what(known[row.serial_number], row, columns) for row in done.changed],
                "removed": [_what(known[serial_number], None, LOGGED) for serial_number in sorted(gone)],
            }
            log_import(site, model=ListedDevice, user=actor, names=names, now=now)
    return done


def _what(before: ListedDevice, after: ListedDevice | None, columns: Sequence[str]) -> str:
    values = differences(before, after, columns)
    return f"{before.serial_number} ({values})" if values else before.serial_number


def _compared(
    rows: Iterable[ListedDevice], known: Mapping[str, ListedDevice], columns: Sequence[str]
) -> Imported:
    done = Imported()
    for row in rows:
        before = known.get(row.serial_number)
        if before is None:
            done.made.append(row)
        elif _values(before, columns) != _values(row, columns):
            done.changed.append(row)
        else:
            done.same += 1
    return done


def _values(row: ListedDevice, columns: Sequence[str]) -> list[object]:
    return [row.meant_for_id if name == "meant_for" else getattr(row, name) for name in columns]


def _write(rows: list[ListedDevice], columns: Sequence[str]) -> None:
    ListedDevice.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["site", "serial_number"],
        update_fields=[*(name for name in columns if name != "serial_number"), "imported_at"],
    )


def _remove(keys: Sequence[int]) -> None:
    for some in batches(keys, 1000):
        ListedDevice.objects.filter(pk__in=some).delete()


def _note(done: Imported, site: Site, actor: User | None, now: datetime) -> None:
    data = {"added": len(done.made), "changed": len(done.changed), "removed": done.removed}
    Event.objects.create(site=site, kind=EventKind.DEVICE_LIST_IMPORTED, at=now, actor=actor, data=data)
    raise_version()  # rows made in bulk send no signal


def _listed(given: Iterable[tuple[int, Mapping[str, str]]], site: Site, now: datetime) -> list[ListedDevice]:
    rows: list[ListedDevice] = []
    seen: dict[str, int] = {}
    problems: list[str] = []
    schools = _schools(site)
    for number, cells in given:
        row = _row(cells, site, schools, now)
        found = list(_problems(row, cells, schools))
        if row.serial_number in seen:
            found.append(f"serial_number: the same as in row {seen[row.serial_number]}.")
        problems += [f"Row {number}: {problem}" for problem in found]
        seen.setdefault(row.serial_number, number)
        rows.append(row)
    if problems:
        raise BadFile(*problems)
    if not rows:
        raise BadFile("There is no row below the names of the columns.")
    return rows


def _schools(site: Site) -> dict[str, list[int]]:
    """The ids of the sites that belong to this one, by name and by domain in small letters."""
    found: dict[str, list[int]] = {}
    for each in Site.objects.filter(pk__in=descendants_of(site.pk)):
        for called in {each.name.casefold(), each.domain.casefold()}:
            found.setdefault(called, []).append(each.pk)
    return found


def _row(
    cells: Mapping[str, str], site: Site, schools: Mapping[str, list[int]], now: datetime
) -> ListedDevice:
    texts = {FIELDS[name]: text for name, text in cells.items() if name != "site"}
    row = ListedDevice(site=site, imported_at=now, **texts)
    row.serial_number = row.serial_number.upper()
    called = schools.get(cells.get("site", "").casefold(), [])
    row.meant_for_id = called[0] if called else None
    return row


def _problems(row: ListedDevice, cells: Mapping[str, str], schools: Mapping[str, list[int]]) -> Iterator[str]:
    try:
        row.clean_fields(exclude=["site", "meant_for"])
    except ValidationError as error:
        named = {name: column for column, name in FIELDS.items()}
        for name, words in error.message_dict.items():
            yield f"{named[name]}: {' '.join(words)}"
    if unprintable(cells):
        yield "a cell has a character that can't be printed."
    wanted = cells.get("site", "")
    called = schools.get(wanted.casefold(), [])
    if wanted and len(called) != 1:
        many = "more than one site is" if called else "no site of the list's is"
        yield f"site: {many} called {wanted[:60]}."


def exported(rows: Iterable[ListedDevice]) -> bytes:
    """As a file that can be imported again."""
    return written_table([COLUMNS, *map(_cells, rows)])


def _cells(row: ListedDevice) -> list[str]:
    values = {name: getattr(row, name) for name in FIELDS.values()}
    return [str(value.name if isinstance(value, Site) else value or "") for value in values.values()]
