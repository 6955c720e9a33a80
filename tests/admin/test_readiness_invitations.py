"""Readiness: an invitation is a way to begin while somebody can use it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.models import Invitation
from tests import people
from tests.admin.test_readiness import findings


@pytest.mark.parametrize(
    ("columns", "state", "words"),
    [
        ({}, "ready", "1 invitation open"),
        ({"not_before": 7}, "warning", "Nobody can begin yet: the first invitation is valid from"),
        ({"not_before": 7, "expires_at": 9}, "warning", "Nobody can begin yet"),
        ({"not_before": -7}, "ready", "1 invitation open"),
        ({"expires_at": -1}, "missing", "no invitation is open"),
        ({"not_before": 7, "revoked_at": 0}, "missing", "no invitation is open"),
        ({"max_uses": 2, "uses_spent": 1, "uses_held": 1}, "missing", "no invitation is open"),
        ({"not_before": 7, "max_uses": 1, "uses_spent": 1}, "missing", "no invitation is open"),
    ],
)
def test_an_invitation_is_a_way_to_begin_while_somebody_can_and_a_promise_before(
    as_anna: Client, alpha: Site, columns: dict[str, int], state: str, words: str
) -> None:
    """Days from now for times."""
    people.configure(alpha, portal_open=False)
    now, times = timezone.now(), ("not_before", "expires_at", "revoked_at")
    row, _token = people.invite(alpha)
    Invitation.objects.filter(pk=row.pk).update(
        **{name: now + timedelta(days=each) if name in times else each for name, each in columns.items()}
    )

    found = findings(as_anna, alpha)["A way to begin"]

    assert found[0] == state and words in found[1]


def test_the_first_to_begin_is_named_in_the_time_of_the_site(as_anna: Client, alpha: Site) -> None:
    people.configure(alpha, portal_open=False, time_zone="Pacific/Kiritimati")
    for month in (7, 6):
        people.invite(alpha, not_before=datetime(2099, month, 1, 12, tzinfo=UTC))

    assert "2099-06-02 02:00" in findings(as_anna, alpha)["A way to begin"][1]
