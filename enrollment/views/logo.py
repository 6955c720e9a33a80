"""The one file that a page may load besides itself: its site's logo."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from sites_config.http import SiteRequest
from sites_config.models import SiteConfiguration, SiteLogo


@require_safe
def logo(request: SiteRequest, sha256: str) -> HttpResponse:
    """Kept by browsers for good: another picture has another address."""
    rows = SiteLogo.objects.filter(sha256=sha256)
    found = next((row for row in rows if _is_of(request, row)), None)
    if found is None:
        raise Http404
    return HttpResponse(
        bytes(found.png),
        content_type="image/png",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def _is_of(request: SiteRequest, row: SiteLogo) -> bool:
    return SiteConfiguration.for_site(row.site_id).related_to(request.site)
