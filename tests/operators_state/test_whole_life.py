"""An authority from its first day to the day after its last: people enroll, or somebody was told long before."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Authority, Certificate, PushCertificate, SigningIdentity
from tests import people
from tests.moved_clock import Clock, clock
from tests.operators.consulted import consulted
from tests.operators_state.saved import said
from tests.visitor import person_at, quick_passwords

__all__ = ["clock", "quick_passwords"]
pytestmark = pytest.mark.django_db
NOWHERE = "http://alpha.test"
WARNED = timedelta(days=60)
STEP = timedelta(days=200)


def test_nothing_ends_in_silence(alpha: Site, clock: Clock) -> None:
    authority = Authority.objects.get()
    PushCertificate.objects.update(not_after=authority.not_after + timedelta(days=1000))
    moments = [clock.now() + number * STEP for number in range((authority.not_after - clock.now()) // STEP)]
    moments += [authority.not_after - WARNED + timedelta(hours=1), authority.not_after - timedelta(hours=1)]

    for number, clock.time in enumerate(sorted(moments)):
        said("renew_certificates")
        person_at(
            "enrolled",
            people.invite(alpha)[1],
            udid=f"00008101-000A1B2C3D4E{number:04X}",
            serial=f"F2LX{number:08}",
        )
        told = consulted(NOWHERE)
        assert told.of("authority")["state"] == (
            "warning" if authority.not_after - clock.now() < WARNED else "ok"
        )
        assert told.of("signing")["state"] in ("ok", "warning")

    assert all(row.not_after <= authority.not_after for row in Certificate.objects.all())
    assert Certificate.objects.count() == len(moments) and SigningIdentity.objects.count() > 3
    clock.time = authority.not_after + timedelta(hours=1)
    assert consulted(NOWHERE).of("authority")["state"] == "failed"
    visitor, _phone = person_at("started", people.invite(alpha)[1])
    assert visitor.post(visitor.reach("mdm-profile")).status_code == 503
    assert visitor.enrollment.status == "started" and Certificate.objects.count() == len(moments)
