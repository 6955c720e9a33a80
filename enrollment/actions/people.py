"""A site's own people, from a file: all of them or none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction

from enrollment.actions.tables import BadTable, read_table
from enrollment.models import Person
from enrollment.models.person import folded

COLUMNS = ("user_name", "full_name", "email", "department", "building", "room", "phone", "position")
MAX_ROWS = 100_000


class BadFile(Exception):
    """``problems``: one sentence each, with the row as a spreadsheet numbers it."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Imported:
    made: int
    changed: int


def import_people(content: bytes, *, site: Site, dry_run: bool) -> Imported:
    """Adds and changes people by their user names; nobody is removed. Raises BadFile, and then nothing was written."""
    rows = _people(_rows(content), site)
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
    return Imported(len(made), len(changed))


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        table = read_table(content)
        header = [_column(name) for name in next(table, (1, []))[1]]
        unknown = [name for name in header if name not in COLUMNS]
        if "user_name" not in header or unknown or len(set(header)) != len(header):
            raise BadFile(f"Row 1 must name columns of: {', '.join(COLUMNS)}; user_name has to be there.")
        for line, cells in table:
            yield line, dict(zip(header, cells, strict=False))
    except BadTable as error:
        raise BadFile(str(error)) from None


def _column(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_").replace("username", "user_name")


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
        if len(people) > MAX_ROWS:
            raise BadFile(f"There are more than {MAX_ROWS} rows.")
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
