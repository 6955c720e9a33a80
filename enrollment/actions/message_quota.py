"""How many messages a site may order in a day: claimed before anything is queued."""

from datetime import datetime

from django.db.models import F

from enrollment.models import MessageCount
from sites_config.models import SiteConfiguration


class QuotaExceeded(Exception):
    """``most`` a day, ``left`` of them today."""

    def __init__(self, most: int, left: int) -> None:
        super().__init__(
            f"The site may order {most} messages a day, and {left} are left today. "
            "The rest can be sent tomorrow; a superuser can raise the number in the site's configuration."
        )
        self.most, self.left = most, left


def claim_messages(site_id: int, number: int, *, now: datetime) -> None:
    """One conditional UPDATE; call it in the transaction that queues them. Raises QuotaExceeded."""
    site = SiteConfiguration.for_site(site_id)
    day, most = now.astimezone(site.time_zone).date(), site.messages_per_day
    MessageCount.objects.get_or_create(site_id=site_id, day=day)
    row = MessageCount.objects.filter(site=site_id, day=day)
    if not row.filter(used__lte=most - number).update(used=F("used") + number):
        used = row.values_list("used", flat=True).get()
        raise QuotaExceeded(most, max(0, most - used))
