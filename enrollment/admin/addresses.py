"""The address by which people reach a site, for links that the admin gives away."""

from django.conf import settings
from django.http import HttpRequest

from enrollment.actions.site_urls import site_url
from sites_config.models import SiteAddress, SiteConfiguration
from sites_config.site_settings import sites_within


def base_url(request: HttpRequest, site_id: int) -> str:
    """Scheme and host: those of this page if it leads to the site, else of the site, or of what it belongs to."""
    lineage = SiteConfiguration.for_site(site_id).lineage
    here = getattr(request, "site")  # noqa: B009  # set by the host middleware
    if here.site_id in lineage:
        return request.build_absolute_uri("/").removesuffix("/")
    return site_url(site_id) or f"{request.scheme}://{request.get_host()}"


def entry_url(request: HttpRequest, site_id: int) -> str:
    """Scheme and host of this very site, for what opens at its own host only: an enrollment that was begun there."""
    here = getattr(request, "site")  # noqa: B009  # set by the host middleware
    if here.site_id == site_id:
        return request.build_absolute_uri("/").removesuffix("/")
    host = SiteAddress.objects.filter(site=site_id).order_by("pk").values_list("host", flat=True).first()
    return f"{request.scheme}://{host or request.get_host()}"


def every_address(site_id: int) -> list[str]:
    """Scheme and host of each address of the site and of what belongs to it, for what is registered elsewhere."""
    scheme = "https" if settings.SECURE else "http"
    sites = {site_id, *sites_within(site_id)}
    hosts = SiteAddress.objects.filter(site__in=sites).order_by("site", "pk").values_list("host", flat=True)
    return [f"{scheme}://{host}" for host in hosts]
