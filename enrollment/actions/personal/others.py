"""What a row that names a person says of other people: whoever invited them, had the device before, was searched for.

An export says that there was somebody, and not who.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from enrollment.actions.assignments import ASSIGNED, SEARCHED
from enrollment.actions.personal.columns import NAMINGS, Naming
from enrollment.actions.personal.search import Subject
from enrollment.actions.personal.words import is_about, pattern_of
from enrollment.models import Enrollment, Event, Invitation
from sites_config.models import LoggedChange

SOMEBODY = "(somebody else)"
_KEPT = frozenset({"assigned_source", "assignment_source"})
_BOUND = re.compile(r"(; |, | and | → |→|\(|\)|“|”|\. |\n)")
Columns = dict[str, Any]


def is_theirs(value: object, subject: Subject) -> bool:
    every = subject.user_names | subject.emails | subject.names
    return str(value).casefold() in {each.casefold() for each in every}


def are_theirs(facts: Mapping[str, Any], subject: Subject) -> bool:
    """The user name decides; without one the key, which may be as short as somebody's room; then any other name."""
    if facts.get("user_name"):
        return is_theirs(facts["user_name"], subject)
    if facts.get("external_id"):
        return facts["external_id"] in {external_id for _source, external_id in subject.keys}
    return any(facts.get(name) and is_theirs(facts[name], subject) for name in ("full_name", "email"))


def without_others(row: Model, columns: Columns, subject: Subject) -> Columns:
    """Of what the export has of the row."""
    for naming in (each for each in NAMINGS if isinstance(row, each.model)):
        columns |= _hidden(naming, columns, subject)
    if (
        isinstance(row, Invitation)
        and columns["invited_by"]
        and not is_theirs(columns["invited_by"], subject)
    ):
        columns["invited_by"] = SOMEBODY
    if isinstance(row, Enrollment):
        columns["answers"] = _answers(row.answers, subject)
    if isinstance(row, Event):
        columns["data"] = _event(row.data, subject)
    if isinstance(row, LoggedChange) and not is_about(row, subject):
        pattern = pattern_of(subject)
        columns |= {name: pieces_naming(columns[name], pattern) for name in ("subject", "told")}
    return columns


def _hidden(naming: Naming, columns: Columns, subject: Subject) -> Columns:
    """A user name or a key is theirs or is not, and the rest goes with it; an address is one among several."""
    own = [name for name in (*naming.user_names, *naming.emails, *naming.names) if name in columns]
    filled = [name for name in own if columns[name]]
    theirs_too = {name for name in filled if is_theirs(columns[name], subject)}
    if naming.key is not None and columns.get(naming.key[1]):
        theirs = (columns[naming.key[0]], columns[naming.key[1]]) in subject.keys
        return {} if theirs else _replaced(naming, columns, keep=theirs_too)
    if theirs_too & set(naming.user_names) or theirs_too == set(filled):
        return {
            name: SOMEBODY for name in naming.emails if name in filled and _of_another(columns[name], subject)
        }
    return _replaced(naming, columns, keep=theirs_too)


def _of_another(email: str, subject: Subject) -> bool:
    return bool(subject.emails) and not is_theirs(email, subject)


def _replaced(naming: Naming, columns: Columns, keep: Any) -> Columns:
    return {name: SOMEBODY for name in naming.blanked if name not in keep and columns.get(name)}


def _answers(answers: Mapping[str, Any], subject: Subject) -> Any:
    """Staff search for others, and note whom they enrolled."""
    asked = (name for name in (ASSIGNED, SEARCHED) if answers.get(name))
    return dict(answers) | {name: SOMEBODY for name in asked if not answer_is_theirs(answers[name], subject)}


def answer_is_theirs(answer: Any, subject: Subject) -> bool:
    """A user name, or what was typed into the search and who was found."""
    if not isinstance(answer, dict):
        return is_theirs(answer, subject)
    found = answer.get("found")
    return are_theirs(found, subject) if found else is_theirs(answer.get("text", ""), subject)


def _event(data: Mapping[str, Any], subject: Subject) -> Columns:
    return _without_sides(data, lambda changed, side: not side_is_theirs(changed, side, subject), by=SOMEBODY)


def without_theirs(data: Mapping[str, Any], subject: Subject, by: str) -> Columns:
    """The other way round, of what an event tells: what was theirs goes."""
    return _without_sides(data, lambda changed, side: side_is_theirs(changed, side, subject), by=by)


def side_is_theirs(changed: Mapping[str, Any], side: int, subject: Subject) -> bool:
    """0: before the change, 1: after it."""
    if "lost_by" in changed:
        return is_theirs(changed["lost_by"][side], subject)
    facts = {name.removeprefix("assigned_"): pair[side] for name, pair in changed.items()}
    return are_theirs(facts, subject)


def _without_sides(
    data: Mapping[str, Any], hides: Callable[[Mapping[str, Any], int], bool], *, by: str
) -> Columns:
    """With ``by`` for the names on the sides of a change that ``hides`` names."""
    changed = data.get("changed")
    if not isinstance(changed, dict):
        return dict(data)
    hidden = [hides(changed, side) for side in (0, 1)]
    return dict(data) | {
        "changed": {
            name: [
                by if hidden[side] and pair[side] and _is_personal(name) else pair[side] for side in (0, 1)
            ]
            for name, pair in changed.items()
        }
    }


def _is_personal(name: str) -> bool:
    return (name.startswith("assigned_") or name == "lost_by") and name not in _KEPT


def pieces_naming(text: str, pattern: re.Pattern[str]) -> str:
    """“… Full name: Ana Alvarez …”: between commas, arrows and the like, what names them."""
    pieces = _BOUND.split(text)
    kept = [piece if pattern.search(piece) or _BOUND.fullmatch(piece) else "…" for piece in pieces if piece]
    return re.sub(r"(…(; |, | and | → |→|\(|\)|“|”|\. |\n)*)+", "… ", "".join(kept)).strip()
