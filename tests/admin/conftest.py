"""Alpha and Beta in full swing, and who looks at them."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from sites_config.models import Privilege, User
from tests import people
from tests.admin.world import World, logged_in, populate


@pytest.fixture
def alphas(alpha: Site) -> World:
    return populate(alpha, "alpha.test", "Aardvark")


@pytest.fixture
def betas(beta: Site) -> World:
    return populate(beta, "beta.test", "Buffalo")


@pytest.fixture
def anna(alpha: Site) -> User:
    """Administers Alpha."""
    privileges = (Privilege.ADMINISTER_SITE, Privilege.SEE_INVITATION_LINKS, Privilege.ENROLL_MOBILE_DEVICES)
    return people.staff("anna", "Anna Admin", *((alpha, each) for each in privileges), is_staff=True)


@pytest.fixture
def vera(alpha: Site) -> User:
    """Looks at Alpha and changes nothing."""
    return people.staff("vera", "Vera Viewer", (alpha, Privilege.VIEW_SITE), is_staff=True)


@pytest.fixture
def root(db: None) -> User:
    return people.staff("root", "Root", is_staff=True, is_superuser=True)


@pytest.fixture
def as_anna(anna: User, alpha: Site) -> Client:
    return logged_in(anna, alpha)


@pytest.fixture
def as_vera(vera: User, alpha: Site) -> Client:
    return logged_in(vera, alpha)


@pytest.fixture
def as_root(root: User, alpha: Site) -> Client:
    return logged_in(root, alpha)
