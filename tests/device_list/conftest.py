"""Alpha with somebody who administers it and somebody who only looks."""

from tests.admin.conftest import anna, as_anna, as_vera, vera
from tests.visitor import quick_passwords

__all__ = ["anna", "as_anna", "as_vera", "quick_passwords", "vera"]
