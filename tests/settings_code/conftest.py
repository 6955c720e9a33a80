"""A district and its school with one of everything."""

import pytest
from django.contrib.sites.models import Site

from tests.settings_code.district import SECRETS, VARIABLES, fill_district, fill_school


@pytest.fixture
def district(db: None) -> Site:
    return fill_district()


@pytest.fixture
def school(district: Site) -> Site:
    return fill_school(district)


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment has every secret under the name that an export gives it."""
    for name, key in VARIABLES.items():
        monkeypatch.setenv(name, SECRETS[key])
