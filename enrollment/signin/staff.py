"""Local staff accounts, and the bulkhead around checking a password."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from sites_config.models import User

# A hash costs a quarter of a second of one core; without a bound, strangers could keep every core busy with them.
HASHES_AT_ONCE = 2
LONGEST_WAIT = 1.0  # seconds
_slots = threading.BoundedSemaphore(HASHES_AT_ONCE)
# Addresses with many failures share one slot, so that one stranger can't take both from everybody else,
# and one request at a time may wait, so that the threads of the process stay free for other pages.
_doubtful = threading.BoundedSemaphore(1)
_waiting = threading.BoundedSemaphore(1)


class Busy(Exception):
    """Two passwords are being checked in this process already: answer 503 with Retry-After."""


@contextmanager
def hashing_slot(*, doubtful: bool = False) -> Iterator[None]:
    """Taken before the rate limit counts, so that an attempt that was never made counts for nobody. Raises Busy."""
    with ExitStack() as taken:
        if doubtful:
            _take(_doubtful, taken)
        if doubtful or not _waited(taken):
            _take(_slots, taken)
        yield


def _take(semaphore: threading.BoundedSemaphore, taken: ExitStack) -> None:
    if not semaphore.acquire(blocking=False):
        raise Busy
    taken.callback(semaphore.release)


def _waited(taken: ExitStack) -> bool:
    """A slot within a second, if nobody waits already."""
    if not _waiting.acquire(blocking=False):
        return False
    try:
        got = _slots.acquire(timeout=LONGEST_WAIT)
    finally:
        _waiting.release()
    if got:
        taken.callback(_slots.release)
    return got


class LocalStaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """The one backend that knows passwords of this installation. Demonstration accounts end with the demonstration."""

    def _check_password(self, user: User | None, password: str) -> AbstractBaseUser | None:
        # Here too, because allauth remembers a user whose password was right and logs them in as "inactive".
        known = None if user is not None and _is_over(user) else user
        checked: AbstractBaseUser | None = super()._check_password(known, password)
        return checked

    def user_can_authenticate(self, user: User) -> bool:
        """Ends the sessions of demonstration accounts as well."""
        return bool(super().user_can_authenticate(user)) and not _is_over(user)


def _is_over(user: User) -> bool:
    return user.is_demo and not settings.DEMO
