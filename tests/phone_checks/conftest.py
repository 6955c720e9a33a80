"""Servers for these tests: one double each, on a free port of the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.phone_checks.authority import ROOT, pair
from tests.phone_checks.double import Double, serving
from tests.phone_checks.double_portal import Portal


@pytest.fixture
def double() -> Iterator[Double]:
    with serving(Double()) as running:
        yield running


@pytest.fixture
def portal(double: Double) -> Portal:
    return Portal(double)


@pytest.fixture
def tls_portal(tmp_path: Path) -> Iterator[Portal]:
    files = pair("127.0.0.1", ROOT, ca=False, number=4).write(tmp_path)
    with serving(Double(), files) as running:
        yield Portal(running)
