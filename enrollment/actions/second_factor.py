"""A password was accepted and a code is still to come: remembered on this enrollment row alone, never in a session."""

from datetime import datetime, timedelta

from django.db import transaction

from enrollment.actions.enrollments import answer, answer_screen, locked_answers
from enrollment.models import Enrollment

# Under which name in ``answers`` it stands.
WAITING = "second-factor"
LIVES = timedelta(minutes=5)


def wait_for_code(enrollment: Enrollment, user_id: int, *, now: datetime) -> None:
    """Raises AnswersFrozen."""
    value = {"user": user_id, "at": now.isoformat(), "browser": _browser(enrollment)}
    answer_screen(enrollment, WAITING, value, now=now)


def waiting_user(enrollment: Enrollment, now: datetime) -> int | None:
    """The account whose password was right in this browser within the last five minutes."""
    value = enrollment.answers.get(WAITING)
    if not value or value["browser"] != _browser(enrollment):
        return None  # a hand-over brings answers to another browser, but no password
    return int(value["user"]) if now < datetime.fromisoformat(value["at"]) + LIVES else None


def stop_waiting(enrollment: Enrollment, *, now: datetime) -> None:
    """The code came, or they would rather be somebody else. Raises AnswersFrozen."""
    with transaction.atomic():
        answers = locked_answers(enrollment)
        answers.pop(WAITING, None)
        answer(enrollment, now=now, answers=answers)


def _browser(enrollment: Enrollment) -> str:
    """Of the hash of its key; not the whole of it, to tell browsers apart is enough."""
    return bytes(enrollment.key_sha256)[:8].hex()
