"""Why nobody was logged in by an identity provider."""

import enum


class Reason(enum.StrEnum):
    """Each has its page: the texts of enrollment/steps/problem.py are named after the values."""

    UNREACHABLE = "provider_unreachable"
    CANCELLED = "sign_in_cancelled"
    OVER = "sign_in_over"
    STRANGER = "sign_in_stranger"
    INVALID = "sign_in_invalid"


STATUS = {
    Reason.UNREACHABLE: 503,
    Reason.CANCELLED: 200,
    Reason.OVER: 403,
    Reason.STRANGER: 403,
    Reason.INVALID: 403,
}


class SignInFailed(Exception):
    """``why`` is for the log of whoever runs this, never a secret; ``enrollment``: the public id, where it is known."""

    def __init__(self, reason: Reason, why: str, *, enrollment: str = "") -> None:
        super().__init__(f"{reason}: {why}")
        self.reason, self.enrollment = reason, enrollment
