"""``manage.py purge`` and the rows that a site's quota of messages is claimed on."""

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.message_quota import claim_messages
from enrollment.models import MessageCount
from tests import people
from tests.moved_clock import Clock, clock
from tests.operators_state.saved import said

__all__ = ["clock"]

pytestmark = pytest.mark.django_db


def test_a_quotas_days_go_with_their_messages_and_never_the_one_that_counts(
    alpha: Site, clock: Clock
) -> None:
    """Whatever day it is at the site: on the other side of the date line it is another one than here."""
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        people.configure(alpha, time_zone=zone)
        claim_messages(alpha.pk, 3, now=clock.now())
        said("purge", "--messages", "1")
        assert MessageCount.objects.filter(used=3).count() == 1
        clock.forward(hours=24 * 89)
        said("purge")
        assert MessageCount.objects.count() == 1
        clock.forward(hours=24 * 3)
        assert "1 counts of messages, older than 90 days: removed" in said("purge")
        assert MessageCount.objects.count() == 0
