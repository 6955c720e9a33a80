"""A moved clock, the wire, and phones at Alpha School."""

import pytest
from django.contrib.sites.models import Site

from tests.device.phones import Phones
from tests.device.wire import Wire
from tests.moved_clock import Clock, clock

__all__ = ["clock"]


@pytest.fixture
def wire(db: None) -> Wire:
    return Wire()


@pytest.fixture
def phones(wire: Wire, clock: Clock, alpha: Site) -> Phones:
    return Phones(wire, clock, alpha)
