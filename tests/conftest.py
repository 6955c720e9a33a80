"""Fixtures of every story: Alpha and Beta, their people, the live server, phones."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.sites.models import Site
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from sites_config import changes
from sites_config.models import Privilege, User
from tests import people
from tests.iphone import IPhone
from tests.live import HOSTS, LiveServer, TestAuthority

MakePhone = Callable[..., IPhone]

# How long a busy machine takes says nothing about the code.
settings.register_profile("gatehouse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gatehouse")


@pytest.fixture(autouse=True)
def fresh_memory(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test sees what another remembered of its configuration, or its rate limits."""
    commits = _commits(request)
    if commits:
        request.getfixturevalue("transactional_db")
        cache.clear()  # its table is no model's, so no flush empties it
    changes.forget()
    yield
    changes.forget()
    if commits:
        cache.clear()  # whichever story comes next in this process


def _commits(request: pytest.FixtureRequest) -> bool:
    """By the fixture or by the mark."""
    mark = request.node.get_closest_marker("django_db")
    by_mark = mark is not None and bool(mark.kwargs.get("transaction"))
    return by_mark or "transactional_db" in request.fixturenames


@pytest.fixture
def alpha(db: None) -> Site:
    return people.new_site("Alpha School", "alpha.test", "localhost", "127.0.0.1")


@pytest.fixture
def beta(db: None) -> Site:
    return people.new_site("Beta College", "beta.test")


@pytest.fixture
def alice(alpha: Site) -> User:
    return people.staff("alice", "Alice Archer", (alpha, Privilege.ENROLL_MOBILE_DEVICES))


@pytest.fixture
def bob(alpha: Site) -> User:
    return people.staff("bob", "Bob Baker")


@pytest.fixture
def carol(beta: Site) -> User:
    return people.staff("carol", "Carol Cook", (beta, Privilege.ENROLL_MOBILE_DEVICES))


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def live(transactional_db: None, tls: TestAuthority) -> Iterator[LiveServer]:
    """The application on real TLS; its requests see committed rows only, hence the transactional database."""
    server = LiveServer(tls)
    yield server
    server.stop()


@pytest.fixture
def phone(live: LiveServer) -> MakePhone:
    """Makes simulated iPhones that trust the test authority and find every host of the tests."""

    def make(**options: object) -> IPhone:
        addresses = dict.fromkeys(HOSTS, "127.0.0.1")
        return IPhone(roots=[live.authority.root_pem], addresses=addresses, **options)  # type: ignore[arg-type]

    return make
