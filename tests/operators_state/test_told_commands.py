"""What a command changes stands in “Changes in the administration” as what somebody changes there."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.demo import self_made_push_certificate
from enrollment.models import PushCertificate
from sites_config.models import LoggedChange
from tests.operators_state.saved import said

pytestmark = pytest.mark.django_db


def changes(site: Site) -> str:
    rows = LoggedChange.objects.filter(site=site, user=None).order_by("pk")
    return "\n".join(f"{row} {row.told}" for row in rows)


def test_an_authority(alpha: Site) -> None:
    said("create_authority", "--site", "alpha.test", "--name", "Next Devices")

    assert "Added: Next Devices" in changes(alpha) and "State: Issuing → Accepted" in changes(alpha)


def test_a_push_certificate_that_is_renewed(alpha: Site, tmp_path: Path) -> None:
    paths = tmp_path / "push.pem", tmp_path / "push.key"
    for path, content in zip(paths, self_made_push_certificate(timezone.now()), strict=True):
        path.write_bytes(content)
    said("import_push_certificate", "--site", "alpha.test", *map(str, paths))
    PushCertificate.objects.update(certificate_pem="An earlier one")
    said("import_push_certificate", "--site", "alpha.test", *map(str, paths))

    assert re.search("Added: com.apple.mgmt.*Certificate pem: nothing → #[0-9a-f]{8}", changes(alpha))
    assert re.search("Changed: com.apple.mgmt.*Certificate pem: #[0-9a-f]{8} → #[0-9a-f]{8}", changes(alpha))


def test_a_site_and_who_administers_it(db: None) -> None:
    said(
        "create_site",
        "gamma.test",
        "--organization",
        "Gamma School",
        "--admin",
        "dora",
        "--email",
        "d@gamma.test",
    )

    words = changes(Site.objects.get(name="Gamma School"))
    for each in ("Added: Gamma School", "Added: gamma.test", "Added: dora", "nothing → d@gamma.test",
                 "Administer the site at Gamma School", "Added: Gamma School Devices"):  # fmt: skip
        assert each in words, each
    assert "Superuser" not in words


def test_texts_of_a_file(alpha: Site, tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("key,text\nwelcome.title,Good morning\n")
    said("import_texts", "--site", "alpha.test", "--language", "en", str(path), "--dry-run")
    assert not changes(alpha)
    said("import_texts", "--site", "alpha.test", "--language", "en", str(path))

    assert "welcome.title (en) nothing → Good morning" in changes(alpha)


def test_what_is_removed_of_the_log_itself(alpha: Site) -> None:
    """Of no site: for those who see everything."""
    old = timezone.now() - timedelta(days=9)
    for subject in ("one", "two"):
        LoggedChange.objects.create(site=alpha, at=old, act=2, kind="sites.site", subject=subject)
    said("purge", "--audit", "8", "--dry-run")
    assert LoggedChange.objects.count() == 2
    said("purge", "--audit", "8")
    said("purge", "--audit", "8")

    left = LoggedChange.objects.get()
    assert (left.site, left.told) == (None, "changes in the administration, older than 8 days: 2")


def test_a_long_file_is_told_to_its_end(alpha: Site, tmp_path: Path) -> None:
    path = tmp_path / "devices.csv"
    for tag in ("Old", "New"):
        rows = "\n".join(f"SERIAL{number:04},{tag} {number}" for number in range(450))
        path.write_text(f"serial_number,asset_tag\n{rows}\n")
        said("import_devices", "--site", "alpha.test", "--csv", str(path))

    words = changes(alpha)
    assert "SERIAL0449 (asset tag: Old 449 → New 449)" in words
    assert "changed: 450, from number 401 on (SERIAL0400" in words
    assert LoggedChange.objects.count() == 6
