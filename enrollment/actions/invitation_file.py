"""Invitations from a CSV file, a row each: all of them or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction

from enrollment.actions.invitation_states import open_now
from enrollment.actions.invitations import create_many
from enrollment.actions.open_tables import open_table
from enrollment.actions.pins import PIN, new_pin, sealed
from enrollment.actions.tables import BadFile, unprintable
from enrollment.models import Invitation
from enrollment.models.person import folded
from sites_config.batches import batches
from sites_config.languages import CODES
from sites_config.models import User

COLUMNS = ("email", "full_name", "user_name", "serial_number", "name", "phone", "language", "pin")
# By the name of the column in the file: the field of the invitation that says what fits into it.
_FIELDS = {
    "email": "email",
    "full_name": "assigned_full_name",
    "user_name": "assigned_user_name",
    "serial_number": "only_serial_number",
    "name": "name",
    "phone": "phone",
}

IN_ONE_QUERY = 1000
_LANGUAGES = {code.lower(): code for code in CODES}


class Bind(StrEnum):
    """To what an invitation of the file is bound."""

    NOTHING = "nothing"
    PERSON = "person"
    EMAIL = "email"
    SERIAL = "serial"


# The column that a row then needs.
_NEEDED = {Bind.PERSON: "user_name", Bind.EMAIL: "email", Bind.SERIAL: "serial_number"}


@dataclass(frozen=True)
class Terms:
    """What all invitations of a file have in common. ``with_pin``: one is made where the file names none."""

    login_required: bool = True
    ask_for_agreement: bool = False
    max_uses: int | None = 1
    not_before: datetime | None = None
    expires_at: datetime | None = None
    invited_by: str = ""
    bind: Bind = Bind.NOTHING
    with_pin: bool = False


Row = Mapping[str, Any]


@dataclass(frozen=True)
class Imported:
    """``rows``: by column, in what each invitation that is made differs from the others. ``skipped``: rows of the file
    whose person has an open invitation at the site already, which was left as it is. ``keys``: none of a dry run.
    ``idle_serials``: rows with a serial number to which nothing is bound. ``notes``: (label, text) of how the file was
    read."""

    rows: Sequence[Row]
    skipped: int
    idle_serials: int
    notes: Sequence[tuple[str, str]]
    keys: Sequence[int] = ()

    def invitations(self) -> list[Invitation]:
        """Read from the database."""
        parts = batches(self.keys, IN_ONE_QUERY)
        return [row for some in parts for row in Invitation.objects.filter(pk__in=some).order_by("pk")]


def import_invitations(
    content: bytes, *, site: Site, terms: Terms, created_by: User | None, now: datetime, dry_run: bool
) -> Imported:
    """Raises BadFile, and then nothing was written."""
    _check_terms(terms, now)
    table, idle = open_table(content, COLUMNS), list[int]()
    rows = _rows(_noting_idle_serials(table.rows, terms, idle), terms)
    keys: Sequence[int] = ()
    with transaction.atomic():
        if not dry_run:  # one after the other: the same file twice at once would be made twice
            Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        new = _without_those_there(rows, site, now)
        if new and not dry_run:
            keys = create_many(new, same=_same(site, terms), created_by=created_by, now=now)
    return Imported(new, len(rows) - len(new), len(idle), table.notes, keys)


def _noting_idle_serials(
    rows: Iterable[tuple[int, Mapping[str, str]]], terms: Terms, idle: list[int]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, cells in rows:
        if cells.get("serial_number") and terms.bind != Bind.SERIAL:
            idle.append(number)
        yield number, cells


def _check_terms(terms: Terms, now: datetime) -> None:
    if terms.bind in (Bind.PERSON, Bind.EMAIL) and not terms.login_required:
        raise BadFile("An invitation without login can't be bound to a person or an e-mail address.")
    if terms.expires_at and terms.expires_at <= max(now, terms.not_before or now):
        raise BadFile("The invitations would end before they begin, or have ended already.")


def _rows(table: Iterable[tuple[int, Mapping[str, str]]], terms: Terms) -> list[Row]:
    made: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    problems: list[str] = []
    for number, cells in table:
        row = _row(cells, terms)
        who = _who(row)
        found = list(_problems(cells, terms))
        if who in seen:
            found.append(f"the same as in row {seen[who]}.")
        problems += [f"Row {number}: {problem}" for problem in found]
        seen.setdefault(who, number)
        made.append(row)
    if problems:
        raise BadFile(*problems)
    if not made:
        raise BadFile("There is no row below the names of the columns.")
    return made


def _row(cells: Mapping[str, str], terms: Terms) -> Row:
    given = {column: cells.get(column, "") for column in COLUMNS}
    called = (given[each] for each in ("name", "full_name", "email", "user_name", "serial_number"))
    pin = given["pin"] or (new_pin() if terms.with_pin else "")
    return {
        "name": next(filter(None, called), "")[:100],
        "email": given["email"],
        "phone": given["phone"],
        "language": _language(given["language"]),
        "assigned_user_name": given["user_name"],
        "assigned_full_name": given["full_name"],
        "only_user_name": given["user_name"] if terms.bind == Bind.PERSON else "",
        "only_email": given["email"] if terms.bind == Bind.EMAIL else "",
        "only_serial_number": given["serial_number"] if terms.bind == Bind.SERIAL else "",
        "pin_encrypted": sealed(pin) if pin else None,
    }


def _same(site: Site, terms: Terms) -> Row:
    return {
        "site_id": site.pk,
        "login_required": terms.login_required,
        "ask_for_agreement": terms.ask_for_agreement,
        "max_uses": terms.max_uses,
        "not_before": terms.not_before,
        "expires_at": terms.expires_at,
        "invited_by": terms.invited_by,
    }


def _language(said: str) -> str:
    return _LANGUAGES.get(said.lower().replace("_", "-"), "")


def _problems(cells: Mapping[str, str], terms: Terms) -> Iterator[str]:
    yield from _unfitting(cells)
    if not any(cells.get(column) for column in ("name", *COLUMNS[:4])):
        yield "it names nobody and nothing."
    needed = _NEEDED.get(terms.bind)
    if needed and not cells.get(needed):
        yield f"{needed}: it is missing, and the invitations are to be bound to it."


@cache
def _checks() -> dict[str, list[Callable[[str], None]]]:
    """Of each column what its field would ask; ten times as fast for a hundred thousand rows as the field itself."""
    fields = {name: Invitation._meta.get_field(name) for name in _FIELDS.values()}
    return {name: list(getattr(field, "validators", ())) for name, field in fields.items()}


def _unfitting(cells: Mapping[str, str]) -> Iterator[str]:
    for column, name in _FIELDS.items():
        if cells.get(column):
            try:
                for fits in _checks()[name]:
                    fits(cells[column])
            except ValidationError as error:
                yield f"{column}: {' '.join(error.messages)}"
    if unprintable(cells):
        yield "a cell has a character that can't be printed."
    if cells.get("language") and not _language(cells["language"]):
        yield f"language: {cells['language'][:20]} is none of this installation."
    if cells.get("pin") and not PIN.fullmatch(cells["pin"]):
        yield "pin: it must be 4 to 8 digits."


def _who(row: Row) -> tuple[str, ...]:
    """By what two rows are the same: a person may have two devices, but not one twice."""
    known = (
        row["email"].lower(),
        folded(row["assigned_user_name"]),
        row["only_serial_number"].upper(),
        row["phone"],
    )
    return known if any(known) else (row["name"],)


def _without_those_there(rows: Sequence[Row], site: Site, now: datetime) -> Sequence[Row]:
    names = ("email", "assigned_user_name", "only_serial_number", "phone", "name")
    known = Invitation.objects.filter(open_now(now), site=site).values(*names)
    there = {_who(each) for each in known.iterator(chunk_size=2000)}
    return [row for row in rows if _who(row) not in there]
