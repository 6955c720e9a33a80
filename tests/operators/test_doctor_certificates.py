"""The doctor and what ends one day: authorities, signing identities, push and CA certificates."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.authorities import create_authority
from enrollment.models import Authority, AuthorityState, CaCertificate, PushCertificate, SigningIdentity
from enrollment.pki import identity
from sites_config import changes
from tests import people
from tests.operators.consulted import consulted
from tests.pki.test_identity import Party

pytestmark = pytest.mark.django_db
NOWHERE = "http://alpha.test"
ENDING = (Authority, SigningIdentity, PushCertificate)
CHECKS = ("authority", "signing", "push")


def end_in(**units: float) -> None:
    for model in ENDING:
        model._default_manager.update(not_after=timezone.now() + timedelta(**units))
    changes.forget()


def test_an_authority_that_ended_fails(alpha: Site) -> None:
    Authority.objects.update(not_after=timezone.now() - timedelta(days=3))

    told = consulted(NOWHERE)

    said = told.of("authority")
    assert (told.status, said["state"], said["stage"]) == (1, "failed", 0)
    assert said["subject"] == "“Alpha School Devices” of Alpha School" and said["text"].startswith(
        "ended on "
    )
    assert said["todo"].startswith("manage.py create_authority")


@pytest.mark.parametrize(
    ("hours", "stage"), [(61 * 24, None), (59 * 24, 60), (29 * 24, 30), (13 * 24, 14), (6 * 24, 7), (12, 1), (-1, 0)]
)  # fmt: skip
def test_an_end_is_told_in_stages(alpha: Site, hours: int, stage: int | None) -> None:
    end_in(hours=hours)

    told = consulted(NOWHERE)

    state = {None: "ok", 0: "failed"}.get(stage, "warning")
    for check in CHECKS:
        said = told.of(check)
        assert (said["state"], said["stage"], said["days"]) == (state, stage, (hours * 3600 - 1) // 86400)
        assert bool(said["todo"]) == (state != "ok")


def test_a_day_that_is_left_reads_well(alpha: Site) -> None:
    end_in(hours=30)
    assert consulted(NOWHERE).of("push")["text"].endswith(", in 1 day")
    end_in(hours=5)
    assert consulted(NOWHERE).of("push")["text"].endswith(", in less than a day")


def test_a_site_that_has_nothing_to_issue_with(alpha: Site, beta: Site) -> None:
    PushCertificate.objects.filter(site=beta).delete()
    SigningIdentity.objects.filter(site=beta).delete()
    Authority.objects.filter(site=beta).delete()

    told = consulted(NOWHERE)

    for check, what in zip(
        CHECKS, ("issuing authority", "signing identity", "push certificate"), strict=True
    ):
        said = told.of(check, "Beta College")
        assert said["state"] == "failed" and f"no {what}" in said["text"]
        assert told.of(check, "Alpha School")["state"] == "ok"


def test_a_school_issues_with_what_its_district_has_and_is_one_line(alpha: Site) -> None:
    people.new_site("North School", parent=alpha, ready=False)
    people.new_site("South School", parent=alpha, ready=False)

    told = consulted(NOWHERE)

    assert told.of("signing")["subject"] == "Alpha School, North School, South School"
    assert {told.of(check)["state"] for check in CHECKS} == {"ok"}


def test_an_archived_site_needs_nothing_any_more(alpha: Site, beta: Site) -> None:
    Authority.objects.filter(site=beta).update(not_after=timezone.now())
    people.configure(beta, archived=True)

    told = consulted(NOWHERE)

    assert [row["subject"] for row in told.all("authority")] == ["“Alpha School Devices” of Alpha School"]


def test_an_accepted_authority_is_watched_and_a_retired_one_is_not(alpha: Site) -> None:
    old = Authority.objects.get()
    Authority.objects.update(state=AuthorityState.ACCEPTED, not_after=timezone.now() + timedelta(days=10))
    create_authority(site=alpha, name="Next", years=15, now=timezone.now())

    assert consulted(NOWHERE).of("authority", "accepted")["stage"] == 14
    Authority.objects.filter(pk=old.pk).update(state=AuthorityState.RETIRED)
    assert consulted(NOWHERE).of("authority")["subject"] == "“Next” of Alpha School"


def test_an_uploaded_ca_certificate_is_watched(alpha: Site) -> None:
    end = timezone.now() + timedelta(days=5)
    CaCertificate.objects.create(
        site=alpha, name="School root", certificate_der=b"x", not_after=end, created_at=end
    )

    said = consulted(NOWHERE).of("ca-certificate")

    assert (said["state"], said["stage"], said["subject"]) == ("warning", 7, "“School root” of Alpha School")


def test_settings_would_show_verified(alpha: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert consulted(NOWHERE).of("verified")["state"] == "warning"
    now = timezone.now()
    begins, ends = now - timedelta(days=1), now + timedelta(days=300)
    root = Party("Public root", begins=begins, ends=ends)
    leaf = Party("mdm.example.org", root, begins=begins, ends=ends)
    SigningIdentity.objects.update(certificates_pem=leaf.pem.decode())
    # Stands in for Mozilla's list: nobody there signs certificates for tests.
    monkeypatch.setattr(
        identity, "_public_roots", lambda: {root.certificate.subject.public_bytes(): [root.certificate]}
    )

    said = consulted(NOWHERE).of("verified")

    assert (said["state"], said["text"]) == ("ok", "Settings shows profiles as “Verified”")


def test_a_self_made_push_certificate_is_a_warning(alpha: Site) -> None:
    PushCertificate.objects.update(is_demo=True)

    said = consulted(NOWHERE).of("push")

    assert said["state"] == "warning" and said["text"].endswith("; self-made, no push can be sent")
