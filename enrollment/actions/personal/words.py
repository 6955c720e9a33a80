"""Names inside JSON columns: in what somebody searched for, in what a device calls itself."""

import json
import re
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q

from enrollment.actions.personal.columns import FORGOTTEN, JSON_COLUMNS, NAMINGS
from enrollment.actions.personal.search import Subject
from sites_config.models import LoggedChange

# Keys of events whose values are the program's own, whatever somebody is called.
FACTS = frozenset({"from", "to", "method", "language"})
# “ana.alvarez (phone: 12 → 13)”: what a file changed of them goes with their name.
_OF_A_FILE = r"( \([^()→]*→[^()]*\))?"


def forget_words(subject: Subject) -> None:
    """Whole words only, whatever their case, in every row of the person's sites."""
    if not subject.words:
        return
    pattern = pattern_of(subject)
    _forget_rows(subject)
    _forget_in_log([row.entry for row in logged_naming(subject) if row.entry is not None], pattern)
    for model, columns in JSON_COLUMNS.items():
        for column in columns:
            _forget_in(model, column, subject, pattern)


def logged_naming(subject: Subject) -> list[LoggedChange]:
    """What the administration wrote with one of their names in it: of rows that are gone, of look-ups, of anything."""
    if not subject.words:
        return []
    rows = LoggedChange.objects.filter(
        _holds("subject", subject) | _holds("told", subject), site__in=subject.sites
    )
    pattern = pattern_of(subject)
    return [row for row in rows.order_by("pk") if pattern.search(f"{row.subject}\n{row.told}")]


def _forget_rows(subject: Subject) -> None:
    """Whole, with phone number and room: what the log has of rows that were theirs and are gone."""
    about = {
        (row.kind, row.object_id)
        for row in logged_naming(subject)
        if row.object_id and is_about(row, subject)
    }
    for kind, object_id in about:
        rows = LoggedChange.objects.filter(kind=kind, object_id=object_id, site__in=subject.sites)
        entries = [entry for entry in rows.values_list("entry", flat=True) if entry is not None]
        LogEntry.objects.filter(pk__in=entries).update(object_repr=FORGOTTEN, change_message="")
        rows.update(subject=FORGOTTEN, told="")


def is_about(row: LoggedChange, subject: Subject) -> bool:
    """Of a row that was theirs, such as one of the table of people; its phone number names them too."""
    if row.kind not in {naming.model._meta.label_lower for naming in NAMINGS}:
        return False
    names = "|".join(map(re.escape, subject.words))
    value = rf"(user name|full name|e-mail|external id): ([^→,]*→ )?({names})( →|,|\.| and |$)"
    return bool(re.fullmatch(names, row.subject, re.IGNORECASE) or re.search(value, row.told, re.IGNORECASE))


def _forget_in_log(entries: list[int], pattern: re.Pattern[str]) -> None:
    """The same in the histories of the rows."""
    for entry in LogEntry.objects.filter(pk__in=entries).iterator(chunk_size=500):
        entry.object_repr = pattern.sub(FORGOTTEN, entry.object_repr)
        entry.change_message = _message_without(entry.change_message, pattern)
        entry.save(update_fields=["object_repr", "change_message"])


def _message_without(message: str, pattern: re.Pattern[str]) -> str:
    """A sentence, or JSON with other letters than ASCII escaped."""
    if not message.startswith("["):
        return pattern.sub(FORGOTTEN, message)
    return json.dumps(_without(json.loads(message), pattern))


def pattern_of(subject: Subject) -> re.Pattern[str]:
    longest_first = sorted(subject.words, key=len, reverse=True)
    names = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<!\w)({names})(?!\w){_OF_A_FILE}", re.IGNORECASE)


def _forget_in(model: type[Model], column: str, subject: Subject, pattern: re.Pattern[str]) -> None:
    rows = model._default_manager.filter(site__in=subject.sites).filter(_holds(column, subject))
    for pk, before in rows.order_by("pk").values_list("pk", column).iterator(chunk_size=500):
        after = _without(before, pattern)
        if after != before:
            model._default_manager.filter(pk=pk).update(**{column: after})


def _holds(column: str, subject: Subject) -> Q:
    # SQLite keeps JSON as it is written, with other letters than ASCII escaped.
    spellings = {text for word in subject.words for text in (word, json.dumps(word)[1:-1])}
    return reduce(or_, (Q(**{f"{column}__icontains": text}) for text in spellings))


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(FORGOTTEN, value)
    if isinstance(value, list):
        return [_without(each, pattern) for each in value]
    if isinstance(value, dict):
        return {name: each if name in FACTS else _without(each, pattern) for name, each in value.items()}
    return value
