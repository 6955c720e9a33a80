"""How far an invitation came: whatever happened to it, it is in one state, in lists as on its own page."""

from datetime import timedelta
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
    facts = product(*((False, True),) * 5, Sending.values, (None, -1, 0, 1))
    for number, (revoked, used, expired, started, sent, sending, renewed) in enumerate(facts):
        people.invite(
            alpha,
            name=str(number),
            revoked_at=now if revoked else None,
            uses_spent=1 if used else 0,
            expires_at=now if expired else None,
            started_at=now if started else None,
            sent_at=now if sent else None,
            sending=sending,
            renewed_at=None if renewed is None else now + timedelta(minutes=renewed),
        )

    listed = {state: set(Invitation.objects.filter(in_state(state, now))) for state in InvitationState}

    for row in Invitation.objects.all():
        assert [state for state, rows in listed.items() if row in rows] == [state_of(row, now)], row.name
    assert {state.value: len(rows) for state, rows in listed.items()} == {
        # Sent, unless its link was replaced since.
        "created": 5, "sent": 3, "ordered": 8, "undelivered": 8, "unknown": 8,
        "started": 32, "expired": 64, "used": 128, "revoked": 256,
    }  # fmt: skip
