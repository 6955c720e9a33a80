"""The example of docs/operators.md, as an operator would try it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sites.models import Site

from enrollment.models import DirectoryServer
from sites_config.models import SETS, PrivilegeSet, SiteConfiguration
from sites_config.secrets import decrypt
from tests.settings_code.commands import apply, stored

OPERATORS = (Path(settings.BASE_DIR) / "docs/operators.md").read_text(encoding="utf-8")


def test_the_example_makes_a_district_and_a_school(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = re.findall(r"```yaml\n(version: .*?)```", OPERATORS, re.DOTALL)[0]
    monkeypatch.setenv("GATEHOUSE_SECRET_LDAP", "of the directory")
    file = stored(tmp_path, example)

    assert apply(file, diff=True).status == 1
    assert apply(file).status == 0
    assert apply(file, diff=True, prune=True).text == "nothing to change\n"

    district, school = Site.objects.get(domain="enroll.example.org"), Site.objects.get(domain="north-school")
    assert SiteConfiguration.for_site(school).lineage == (school.pk, district.pk)
    assert SiteConfiguration.for_site(school).languages == ("en", "de")
    server = DirectoryServer.objects.get()
    assert decrypt(server.bind_password_encrypted) == b"of the directory"


def test_every_set_that_may_be_written_is_named() -> None:
    assert all(f"`{name}`" in OPERATORS for name in PrivilegeSet.values) and set(SETS) == set(PrivilegeSet)
