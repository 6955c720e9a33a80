"""Fixtures for folders whose stories need servers in processes of their own; each imports what it uses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import TestAuthority
from tests.servers.databases import new_database
from tests.servers.gunicorn import Gunicorn

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session", params=["sqlite", POSTGRESQL])
def server(request: pytest.FixtureRequest, tls: TestAuthority, folder: Path) -> Iterator[Gunicorn]:
    """Two processes on a database of their own, the same stories on both engines."""
    with Gunicorn(new_database(request.param), tls, folder / f"{request.param}.log") as running:
        yield running
    assert not any(status >= 500 for status in running.answered()), running.answered()


@pytest.fixture(scope="session")
def sqlite_server(tls: TestAuthority, folder: Path) -> Iterator[Gunicorn]:
    with Gunicorn(new_database("sqlite"), tls, folder / "sqlite-alone.log") as running:
        yield running


@pytest.fixture(scope="session", params=[POSTGRESQL])
def postgres_server(request: pytest.FixtureRequest, tls: TestAuthority, folder: Path) -> Iterator[Gunicorn]:
    with Gunicorn(new_database(request.param), tls, folder / "postgresql-alone.log") as running:
        yield running
