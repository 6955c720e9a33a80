"""No request loads a key or starts a program: both take longer than everything else together."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.actions import issuing
from enrollment.pki.keys import key_from_der
from sites_config import changes
from tests import people
from tests.moved_clock import Clock
from tests.visitor import STAGES, person_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for every private key that is loaded and every program that is started."""
    counted: list[str] = []

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def count(*given: Any, **more: Any) -> Any:
            counted.append(name)
            return real(*given, **more)

        return count

    monkeypatch.setattr(issuing, "key_from_der", counting("key", key_from_der))
    for loader in ("load_der_private_key", "load_pem_private_key"):
        monkeypatch.setattr(serialization, loader, counting(loader, getattr(serialization, loader)))
    monkeypatch.setattr(subprocess, "Popen", counting("program", subprocess.Popen))
    return counted


def test_two_keys_are_loaded_in_a_process_and_then_none(
    alpha: Site, settings: Settings, loads: list[str]
) -> None:
    """The authority's and the signing identity's, for the first profile; ten people later they are still the same."""
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    changes.forget()
    _row, token = people.invite(alpha, max_uses=None)

    person_at("enrolled", token)
    assert loads.count("key") == 2

    for _person in range(3):
        person_at("enrolled", token)
    assert loads.count("key") == 2 and set(loads) <= {"key", "load_der_private_key"}


@pytest.mark.parametrize("stage", STAGES[1:])
def test_no_page_loads_a_key(
    alpha: Site, settings: Settings, clock: Clock, stage: str, loads: list[str]
) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at(stage, token, clock=clock.now)
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    changes.forget()  # a process that never signed anything
    loads.clear()

    for path in (
        "/enroll/",
        f"/i/{token}",
        *(f"{visitor.own}/{screen}" for screen in ("", "status", "install/", "complete/")),
    ):
        visitor.get(path)

    assert loads == []


def test_a_new_wording_loads_the_keys_once_more_and_no_oftener(
    alpha: Site, settings: Settings, loads: list[str]
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    _row, token = people.invite(alpha, max_uses=None)
    person_at("profile-issued", token)
    before = loads.count("key")

    changes.raise_version()
    for _person in range(3):
        person_at("profile-issued", token)

    assert loads.count("key") == before + 2
