"""Agreements: accepted, with proof, or not."""

from datetime import datetime

from django.db import transaction

from enrollment.actions.enrollments import answer, locked_answers, note
from enrollment.models import AgreementAcceptance, Enrollment, EventKind
from sites_config.agreements import ShownAgreement

ACCEPTED = "agreement"  # in ``answers``: the id of the version


def accept(enrollment: Enrollment, shown: ShownAgreement, *, now: datetime) -> None:
    """Stores what was shown to whom; a second click stores nothing more. Raises AnswersFrozen."""
    with transaction.atomic():
        answers = locked_answers(enrollment)
        if answers.get(ACCEPTED) == shown.agreement_id:
            return
        answer(enrollment, now=now, answers=answers | {ACCEPTED: shown.agreement_id})
        AgreementAcceptance.objects.get_or_create(
            site_id=enrollment.site_id,
            enrollment=enrollment,
            agreement_id=shown.agreement_id,
            language=shown.language,
            defaults={
                "text_sha256": shown.sha256,
                "accepted_at": now,
                "signed_in_with": enrollment.signed_in_with,
                "signed_in_name": enrollment.signed_in_name,
            },
        )
        note(enrollment, EventKind.AGREEMENT_ACCEPTED, now=now, data={"language": shown.language})


def decline(enrollment: Enrollment, shown: ShownAgreement, *, now: datetime) -> None:
    """Changes nothing but the timeline: the person may think again."""
    note(enrollment, EventKind.AGREEMENT_DECLINED, now=now, data={"language": shown.language})
