"""Who the device is for: looked up, assigned, or nobody."""

from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from enrollment.actions.enrollments import (
    AnswersFrozen,
    answer,
    as_opened,
    assigned_columns,
    locked_answers,
)
from enrollment.directories.entry import Entry
from enrollment.models import AssignmentSource, Enrollment
from enrollment.models.assignment import COLUMNS
from enrollment.models.moves import OPEN

# In ``answers``: who was assigned ("" for nobody), and what was searched for last.
ASSIGNED, SEARCHED = "assign", "search"
MAX_SEARCHES = 10


class TooManySearches(Exception):
    """This enrollment has asked the directory as often as it may."""


def count_search(enrollment: Enrollment) -> None:
    """Before the directory is asked, by one conditional UPDATE. Raises TooManySearches."""
    rows = Enrollment.objects.filter(pk=enrollment.pk, directory_searches__lt=MAX_SEARCHES)
    if not rows.update(directory_searches=F("directory_searches") + 1):
        raise TooManySearches


def remember_search(enrollment: Enrollment, text: str, found: Entry | None) -> None:
    """For the page that shows the mark; it answers nothing. Raises AnswersFrozen."""
    # Nobody asks for the groups of whom a device is for, and there may be hundreds.
    search = {"text": text, "found": asdict(replace(found, groups=())) if found else None}
    with transaction.atomic():
        answers = locked_answers(enrollment) | {SEARCHED: search}
        if not Enrollment.objects.filter(as_opened(enrollment), status__in=OPEN).update(answers=answers):
            raise AnswersFrozen
    enrollment.answers = answers


def searched(enrollment: Enrollment) -> tuple[str, Entry | None] | None:
    """The last search: its text and who was found."""
    search = enrollment.answers.get(SEARCHED)
    if not search:
        return None
    return search["text"], Entry(**search["found"] | {"groups": ()}) if search["found"] else None


def assign(enrollment: Enrollment, person: Entry | None, *, source: AssignmentSource, now: datetime) -> None:
    """The device's user, with what the directory knows of them; None for nobody. Raises AnswersFrozen."""
    with transaction.atomic():
        answers = locked_answers(enrollment) | {ASSIGNED: person.user_name if person else ""}
        answer(enrollment, now=now, answers=answers, **_columns(person, source))


def _columns(person: Entry | None, source: AssignmentSource) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") if person is None else assigned_columns(person, source)
