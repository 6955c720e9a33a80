"""What a small screen saves, by the two lines its author writes."""

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.enrollments import AnswersFrozen, answer_screen, start
from enrollment.models import Enrollment, Status


def _started(alpha: Site) -> Enrollment:
    return start(entry_site_id=alpha.pk, key="k", host="alpha.test", language="en", now=timezone.now())


def test_answers_of_two_tabs_are_both_kept(alpha: Site) -> None:
    enrollment = _started(alpha)
    other_tab = Enrollment.objects.get(pk=enrollment.pk)

    answer_screen(enrollment, "room", "12", now=timezone.now())
    answer_screen(other_tab, "grade", "4", now=timezone.now())

    assert Enrollment.objects.get().answers == {"room": "12", "grade": "4"}


def test_a_small_answer_is_frozen_like_every_other(alpha: Site) -> None:
    enrollment = _started(alpha)
    Enrollment.objects.update(status=Status.CERTIFICATE_ISSUED)

    with pytest.raises(AnswersFrozen):
        answer_screen(enrollment, "room", "12", now=timezone.now())

    assert Enrollment.objects.get().answers == {}
