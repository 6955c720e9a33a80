"""Settings of a phone with a clock of the test's own, and downloads for it."""

from __future__ import annotations

from datetime import datetime

from tests.phone.network import Network, Response
from tests.phone.settings import Settings
from tests.phone_checks.authority import NOW, ROOT, Pair

BASE = "https://mdm.example.org"
PROFILE = "application/x-apple-aspen-config"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def settings(clock: Clock | None = None, roots: tuple[Pair, ...] = (ROOT,)) -> Settings:
    return Settings(Network(), roots=[root.der for root in roots], clock=clock or Clock())


def download(data: bytes, media_type: str = PROFILE) -> Response:
    return Response(f"{BASE}/p/x.mobileconfig", 200, (("Content-Type", media_type),), data)
