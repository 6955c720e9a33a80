"""Alpha's help desk, and what stories of this room share."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from sites_config.models import Privilege, User
from tests import people
from tests.admin.conftest import alphas, anna, as_anna, as_root, as_vera, betas, root, vera
from tests.admin.world import logged_in
from tests.moved_clock import clock
from tests.visitor import quick_passwords

__all__ = [
    "alphas",
    "anna",
    "as_anna",
    "as_root",
    "as_vera",
    "betas",
    "clock",
    "quick_passwords",
    "root",
    "vera",
]


@pytest.fixture
def hana(alpha: Site) -> User:
    """Helps people at Alpha, and sees nothing else of it."""
    return people.staff("hana", "Hana Help", (alpha, Privilege.HELP_PEOPLE), is_staff=True)


@pytest.fixture
def as_hana(hana: User, alpha: Site) -> Client:
    return logged_in(hana, alpha)
