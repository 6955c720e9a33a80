"""The public URLs of this installation, and the sites behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from enrollment.doctor.finding import Asked
from sites_config.addresses import site_at
from sites_config.models import SiteAddress, SiteConfiguration
from sites_config.site_settings import SiteSettings


@dataclass(frozen=True)
class PublicUrl:
    """``site``: None where no site has this address."""

    text: str
    host: str
    port: int
    site: SiteSettings | None

    @property
    def secure(self) -> bool:
        return self.text.startswith("https://")


def public_urls(asked: Asked) -> list[PublicUrl]:
    """Those that were asked for, else one for each address of a site that is not archived."""
    return [*map(_public_url, asked.urls or _of_sites())]


def open_sites() -> list[SiteSettings]:
    """Without archived ones, by id."""
    rows = SiteConfiguration.objects.order_by("site").values_list("site", flat=True)
    sites = map(SiteConfiguration.for_site, rows)
    return [site for site in sites if not site.archived]


def names(sites: list[SiteSettings], most: int = 3) -> str:
    """For a line: the first few by name."""
    shown = ", ".join(site.organization_name for site in sites[:most])
    return shown if len(sites) <= most else f"{shown} and {len(sites) - most} more"


def _of_sites() -> Iterator[str]:
    scheme = "https" if settings.SECURE else "http"
    wanted = [site.site_id for site in open_sites()]
    hosts = SiteAddress.objects.filter(site__in=wanted).order_by("site", "pk").values_list("host", flat=True)
    return (f"{scheme}://{host}" for host in hosts)


def _public_url(text: str) -> PublicUrl:
    parts = urlsplit(text)
    site_id = site_at(parts.netloc)
    return PublicUrl(
        text=text,
        host=parts.hostname or "",
        port=parts.port or (443 if parts.scheme == "https" else 80),
        site=None if site_id is None else SiteConfiguration.for_site(site_id),
    )
