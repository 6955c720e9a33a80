"""How far an invitation came: whatever happened to it, it is in one state, in lists as on its own page."""

from itertools import product

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.invitation_states import InvitationState, in_state, state_of
from enrollment.models import Invitation
from enrollment.models.invitation import Sending
from tests import people

pytestmark = pytest.mark.django_db


def test_each_is_in_exactly_one(alpha: Site) -> None:
    now = timezone.now()
    facts = product(*((False, True),) * 5, Sending.values)
    for number, (revoked, used, expired, started, sent, sending) in enumerate(facts):
        people.invite(
            alpha,
            name=str(number),
            revoked_at=now if revoked else None,
            uses_spent=1 if used else 0,
            expires_at=now if expired else None,
            started_at=now if started else None,
            sent_at=now if sent else None,
            sending=sending,
        )

    listed = {state: set(Invitation.objects.filter(in_state(state, now))) for state in InvitationState}

    for row in Invitation.objects.all():
        assert [state for state, rows in listed.items() if row in rows] == [state_of(row, now)], row.name
    assert {state.value: len(rows) for state, rows in listed.items()} == {
        "created": 1, "sent": 1, "ordered": 2, "undelivered": 2, "unknown": 2,
        "started": 8, "expired": 16, "used": 32, "revoked": 64,
    }  # fmt: skip
