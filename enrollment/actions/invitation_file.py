"""Invitations from a CSV file, a row each: all of them or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

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


@dataclass
class Imported:
    """``skipped``: rows whose person has an open invitation at the site already, which was left as it is. ``notes``:
    (label, text) of how the file was read."""

    made: list[Invitation] = field(default_factory=list)
    skipped: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)


def import_invitations(
    content: bytes, *, site: Site, terms: Terms, created_by: User | None, now: datetime, dry_run: bool
) -> Imported:
    """Raises BadFile, and then nothing was written. With ``dry_run`` the rows come back without a token."""
    _check_terms(terms, now)
    table = open_table(content, COLUMNS)
    done = _sorted_out(_invitations(table.rows, site, terms), site, now)
    done.notes = table.notes
    if not dry_run:
        with transaction.atomic():
            create_many(done.made, created_by=created_by, now=now)
    return done


def _check_terms(terms: Terms, now: datetime) -> None:
    if terms.bind in (Bind.PERSON, Bind.EMAIL) and not terms.login_required:
        raise BadFile("An invitation without login can't be bound to a person or an e-mail address.")
    if terms.expires_at and terms.expires_at <= max(now, terms.not_before or now):
        raise BadFile("The invitations would end before they begin, or have ended already.")


def _invitations(rows: Iterable[tuple[int, Mapping[str, str]]], site: Site, terms: Terms) -> list[Invitation]:
    made: list[Invitation] = []
    seen: dict[tuple[str, ...], int] = {}
    problems: list[str] = []
    for number, cells in rows:
        invitation = _invitation(cells, site, terms)
        who = _who(invitation)
        found = list(_problems(cells, terms))
        if who in seen:
            found.append(f"the same as in row {seen[who]}.")
        problems += [f"Row {number}: {problem}" for problem in found]
        seen.setdefault(who, number)
        made.append(invitation)
    if problems:
        raise BadFile(*problems)
    if not made:
        raise BadFile("There is no row below the names of the columns.")
    return made


def _invitation(cells: Mapping[str, str], site: Site, terms: Terms) -> Invitation:
    given = {column: cells.get(column, "") for column in COLUMNS}
    called = (given[each] for each in ("name", "full_name", "email", "user_name", "serial_number"))
    pin = given["pin"] or (new_pin() if terms.with_pin else "")
    return Invitation(
        site=site,
        name=next(filter(None, called), "")[:100],
        email=given["email"],
        phone=given["phone"],
        language=_language(given["language"]),
        assigned_user_name=given["user_name"],
        assigned_full_name=given["full_name"],
        only_user_name=given["user_name"] if terms.bind == Bind.PERSON else "",
        only_email=given["email"] if terms.bind == Bind.EMAIL else "",
        only_serial_number=given["serial_number"] if terms.bind == Bind.SERIAL else "",
        pin_encrypted=sealed(pin) if pin else None,
        login_required=terms.login_required,
        ask_for_agreement=terms.ask_for_agreement,
        max_uses=terms.max_uses,
        not_before=terms.not_before,
        expires_at=terms.expires_at,
        invited_by=terms.invited_by,
    )


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


def _who(invitation: Invitation) -> tuple[str, ...]:
    """By what two rows are the same: a person may have two devices, but not one twice."""
    known = (
        invitation.email.lower(),
        folded(invitation.assigned_user_name),
        invitation.only_serial_number.upper(),
        invitation.phone,
    )
    return known if any(known) else (invitation.name,)


def _sorted_out(invitations: list[Invitation], site: Site, now: datetime) -> Imported:
    names = ("email", "assigned_user_name", "only_serial_number", "phone", "name")
    rows = Invitation.objects.filter(open_now(now), site=site).only(*names)
    there = {_who(row) for row in rows.iterator(chunk_size=2000)}
    made = [each for each in invitations if _who(each) not in there]
    return Imported(made, len(invitations) - len(made))
