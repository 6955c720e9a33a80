"""The one error of the simulated iPhone."""

from __future__ import annotations


class PhoneError(Exception):
    """The phone cannot go on. `step` is the place ("Safari", "Settings", "SCEP", "MDM", ...), `cause` a
    sentence."""

    def __init__(self, step: str, cause: str) -> None:
        super().__init__(f"{step}: {cause}")
        self.step = step
        self.cause = cause
