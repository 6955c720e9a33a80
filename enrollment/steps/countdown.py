"""How long iOS keeps a downloaded profile, for the pages that wait while somebody installs it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format

from enrollment.actions.profiles import SAME_BYTES
from enrollment.visit import Visit


@dataclass(frozen=True)
class Countdown:
    """``fetched_at``: when the device fetched the profile, None before; then the eight minutes begin now."""

    visit: Visit
    fetched_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        return (self.fetched_at or self.visit.now) + SAME_BYTES

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.ends_at - self.visit.now).total_seconds()))

    @property
    def clock(self) -> str:
        """Minutes and seconds, such as 7:59."""
        return f"{self.seconds_left // 60}:{self.seconds_left % 60:02}"

    @property
    def total(self) -> int:
        """Seconds."""
        return int(SAME_BYTES.total_seconds())

    @property
    def until(self) -> str:
        """The time of day in the site's zone; without the dot at its end, because sentences end with it."""
        return date_format(self.ends_at.astimezone(self.visit.site.time_zone), "TIME_FORMAT").rstrip(".")
