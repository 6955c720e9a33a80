"""How many messages a site may order in a day: claimed before anything is queued."""

from datetime import datetime

from django.db.models import F

from enrollment.models import MessageCount
from sites_config.models import SiteConfiguration


class QuotaExceeded(Exception):
    """``most`` a day, and none of them is left today."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The site may order {most} messages a day, and none is left today: go on tomorrow. "
            "A superuser can raise the number in the site's configuration."
        )
        self.most = most


def claim_messages(site_id: int, number: int, *, now: datetime) -> int:
    """As many of them as the day has left, by one conditional UPDATE; call it in the transaction that queues them."""
    site = SiteConfiguration.for_site(site_id)
    day, most = now.astimezone(site.time_zone).date(), site.messages_per_day
    MessageCount.objects.get_or_create(site_id=site_id, day=day)
    row = MessageCount.objects.filter(site=site_id, day=day)
    while True:
        fits = min(number, most - row.values_list("used", flat=True).get())
        if fits <= 0:
            return 0
        if row.filter(used__lte=most - fits).update(used=F("used") + fits):
            return fits  # else somebody took some since they were counted


def claim_one(site_id: int, *, now: datetime) -> None:
    """Raises QuotaExceeded."""
    if not claim_messages(site_id, 1, now=now):
        raise QuotaExceeded(SiteConfiguration.for_site(site_id).messages_per_day)
