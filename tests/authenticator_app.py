"""An authenticator app on somebody's phone (RFC 6238), and accounts that have one. No code of the server in the app."""

import hashlib
import hmac
import struct
from base64 import b32decode
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from sites_config.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "000000x"  # no code of six digits, so never the right one


class Counter:
    """The half minutes of the server and of the app; they stand still until a story moves them."""

    def __init__(self) -> None:
        self.now = 59_000_000

    def next(self) -> None:
        self.now += 1

    def code(self, secret: str = SECRET) -> str:
        """What the app shows now."""
        digest = hmac.new(b32decode(secret), struct.pack(">Q", self.now), hashlib.sha1).digest()
        offset = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    stopped = Counter()
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([stopped.now])
    )
    yield stopped


def give_app(user: User) -> None:
    """As if the account had set one up."""
    TOTP.activate(user, SECRET)


def give_codes(user: User) -> list[str]:
    """Recovery codes."""
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def give_passkey(user: User) -> None:
    """A passkey that nothing can use; it is there."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Passkey 1"})
