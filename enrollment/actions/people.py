"""A site's own people, from a file: all of them or none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction

from enrollment.actions.tables import BadFile, named_rows
from enrollment.models import Person
from enrollment.models.person import folded
from sites_config.logged_changes import differences, log_import

COLUMNS = ("user_name", "full_name", "email", "department", "building", "room", "phone", "position")


@dataclass(frozen=True)
class Imported:
    made: int
    changed: int


def import_people(content: bytes, *, site: Site, now: datetime, dry_run: bool) -> Imported:
    """Adds and changes people by their user names; nobody is removed. Raises BadFile, and then nothing was written.

    Who was added or changed stands in the site's log of changes."""
    rows = _people(named_rows(content, COLUMNS, needed="user_name"), site)
    known = {person.user_name_folded: person for person in Person.objects.filter(site=site)}
    for person in rows:
        before = known.get(person.user_name_folded)
        person.pk = before.pk if before else None
    made = [person for person in rows if person.pk is None]
    changed = [person for person in rows if person.pk is not None]
    if not dry_run:
        with transaction.atomic():
            Person.objects.bulk_create(made, batch_size=1000)
            Person.objects.bulk_update(changed, COLUMNS, batch_size=500)
            names = {"added": [row.user_name for row in made], "changed": _what(changed, known)}
            log_import(site, model=Person, user=None, names=names, now=now)
    return Imported(len(made), len(changed))


def _what(changed: list[Person], known: Mapping[str, Person]) -> list[str]:
    """Who differs, and in what; a file names many who stay as they are."""
    found = []
    for row in changed:
        before = known[row.user_name_folded]
        values = differences(before, row, COLUMNS)
        if values:
            found.append(f"{row.user_name} ({values})")
    return found


def _people(rows: Iterator[tuple[int, Mapping[str, str]]], site: Site) -> list[Person]:
    people: list[Person] = []
    seen: dict[str, int] = {}
    problems: list[str] = []
    for number, cells in rows:
        person = Person(site=site, **cells)
        person.user_name_folded = folded(person.user_name)
        problems += [f"Row {number}: {problem}" for problem in _problems(person, seen)]
        seen.setdefault(person.user_name_folded, number)
        people.append(person)
    if problems:
        raise BadFile(*problems)
    return people


def _problems(person: Person, seen: Mapping[str, int]) -> Iterator[str]:
    if person.user_name_folded in seen:
        yield f"user_name: the same as in row {seen[person.user_name_folded]}."
    try:
        person.clean_fields(exclude=["site"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            yield f"{field}: {' '.join(messages)}"
