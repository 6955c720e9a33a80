"""A site's own people, from a file: all of them or none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from enrollment.actions.open_tables import open_table
from enrollment.actions.tables import BadFile, unprintable
from enrollment.models import Person
from enrollment.models.person import folded
from sites_config.logged_changes import differences, log_import
from sites_config.models import User

COLUMNS = ("user_name", "full_name", "email", "department", "building", "room", "phone", "position")


@dataclass(frozen=True)
class Imported:
    """``same``: how many were known already as the file has them. ``notes``: (label, text) of how the file was read."""

    made: Sequence[Person]
    changed: Sequence[Person]
    same: int
    notes: Sequence[tuple[str, str]]


def import_people(
    content: bytes, *, site: Site, actor: User | None, now: datetime, dry_run: bool
) -> Imported:
    """Adds and changes people by their user names; nobody is removed, and a column that the file lacks stays as it is.

    Raises BadFile, and then nothing was written. Who was added or changed stands in the site's log of changes."""
    table = open_table(content, COLUMNS, needed="user_name")
    given = list(table.rows)
    columns = list(given[0][1]) if given else []
    rows = _people(given, site)
    with transaction.atomic():
        known = {person.user_name_folded: person for person in Person.objects.filter(site=site)}
        made = [person for person in rows if person.user_name_folded not in known]
        pairs = [(known[row.user_name_folded], row) for row in rows if row.user_name_folded in known]
        changed = [(before, row) for before, row in pairs if _differ(before, row, columns)]
        if not dry_run:
            _write(made, changed, columns)
            what = [f"{row.user_name} ({differences(before, row, columns)})" for before, row in changed]
            names = {"added": [row.user_name for row in made], "changed": what}
            log_import(site, model=Person, user=actor, names=names, now=now)
    return Imported(made, [row for _before, row in changed], len(pairs) - len(changed), table.notes)


def _differ(before: Person, after: Person, columns: Sequence[str]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in columns)


def _write(made: Sequence[Person], changed: Sequence[tuple[Person, Person]], columns: Sequence[str]) -> None:
    try:
        Person.objects.bulk_create(made, batch_size=1000)
    except IntegrityError:
        raise BadFile(
            "Somebody else added some of these people just now: import the file once more."
        ) from None
    for before, row in changed:
        row.pk = before.pk
    Person.objects.bulk_update([row for _before, row in changed], columns, batch_size=500)


def _people(rows: Iterable[tuple[int, Mapping[str, str]]], site: Site) -> list[Person]:
    people: list[Person] = []
    seen: dict[str, int] = {}
    problems: list[str] = []
    for number, cells in rows:
        person = Person(site=site, **cells)
        person.user_name_folded = folded(person.user_name)
        problems += [f"Row {number}: {problem}" for problem in _problems(person, cells, seen)]
        seen.setdefault(person.user_name_folded, number)
        people.append(person)
    if problems:
        raise BadFile(*problems)
    if not people:
        raise BadFile("There is no row below the names of the columns.")
    return people


def _problems(person: Person, cells: Mapping[str, str], seen: Mapping[str, int]) -> Iterator[str]:
    if unprintable(cells):
        yield "a cell has a character that can't be printed."
    if person.user_name_folded in seen:
        yield f"user_name: the same as in row {seen[person.user_name_folded]}."
    try:
        person.clean_fields(exclude=["site"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            yield f"{field}: {' '.join(messages)}"
