"""The address of a site where no request tells it: for links in messages."""

from django.conf import settings

from sites_config.models import SiteAddress, SiteConfiguration
from sites_config.site_settings import SiteSettings


def site_url(site_id: int) -> str:
    """Scheme and host of the site's first address, or of the nearest site it belongs to that has one; "" for none."""
    _owner, host = nearest_host(SiteConfiguration.for_site(site_id))
    if not host:
        return ""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{'https' if settings.SECURE else 'http'}://{host}{port}"


def nearest_host(site: SiteSettings) -> tuple[int, str]:
    """(site id, host); (0, "") for none."""
    rows = SiteAddress.objects.filter(site__in=site.lineage).order_by("-pk")
    hosts = dict(rows.values_list("site", "host"))
    return next(((each, hosts[each]) for each in site.lineage if each in hosts), (0, ""))
