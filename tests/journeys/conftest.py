"""What stories of this room share."""

from tests.moved_clock import clock
from tests.visitor import quick_passwords

__all__ = ["clock", "quick_passwords"]
