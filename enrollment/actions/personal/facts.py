"""What stands beside a name in JSON, such as a phone number: forgotten with it, before the name itself is."""

from enrollment.actions.assignments import ASSIGNED, SEARCHED
from enrollment.actions.personal.columns import FORGOTTEN
from enrollment.actions.personal.others import answer_is_theirs, without_theirs
from enrollment.actions.personal.search import Subject
from enrollment.models import Enrollment, Event


def forget_facts(subject: Subject) -> None:
    _of_searches(subject)
    _of_changes(subject)


def _of_searches(subject: Subject) -> None:
    """Somebody of the staff looked for them."""
    rows = Enrollment.objects.filter(site__in=subject.sites, answers__has_key=SEARCHED)
    for pk, answers in rows.order_by("pk").values_list("pk", "answers").iterator(chunk_size=500):
        theirs = [name for name in (SEARCHED, ASSIGNED) if answer_is_theirs(answers.get(name, ""), subject)]
        if theirs:
            kept = {name: value for name, value in answers.items() if name not in theirs}
            named = {ASSIGNED: FORGOTTEN} if ASSIGNED in theirs else {}
            Enrollment.objects.filter(pk=pk).update(answers=kept | named)


def _of_changes(subject: Subject) -> None:
    """A device was given to them, or taken from them."""
    rows = Event.objects.filter(site__in=subject.sites, data__has_key="changed")
    for pk, data in rows.order_by("pk").values_list("pk", "data").iterator(chunk_size=500):
        after = without_theirs(data, subject, FORGOTTEN)
        if after != data:
            Event.objects.filter(pk=pk).update(data=after)
