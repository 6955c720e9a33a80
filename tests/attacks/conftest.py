"""What stories of this room share."""

from tests.device.conftest import phones, wire
from tests.moved_clock import clock
from tests.visitor import quick_passwords

__all__ = ["clock", "phones", "quick_passwords", "wire"]
