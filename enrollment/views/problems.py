"""Pages that say why it goes no further, and what to do next."""

from collections.abc import Mapping
from types import SimpleNamespace

from django.http import HttpResponse

from enrollment.models import Enrollment
from enrollment.steps.page import Page, render
from enrollment.steps.problem import Texts
from sites_config.http import SiteRequest
from sites_config.models import SiteConfiguration
from sites_config.site_settings import SiteSettings

RETRY_AFTER_SECONDS = 30
# Where a code from the help desk leads further.
WITH_CODE = frozenset(
    {"invitation_unknown", "invitation_expired", "invitation_revoked", "invitation_used_up", "closed"}
)


def problem_page(
    request: SiteRequest,
    kind: str,
    status: int,
    *,
    action: str = "",
    method: str = "get",
    site: SiteSettings | None = None,
    enrollment: Enrollment | None = None,
    values: Mapping[str, object] | None = None,
) -> HttpResponse:
    """``kind`` names the texts; ``action`` is the URL of the one next action, this page again when blank.

    ``method``: "get", "post", or "" where there is nothing to do here.
    """
    own = SiteConfiguration.for_site(enrollment.site_id) if enrollment else request.site
    page = Page(
        request,
        site or own,
        Texts,
        title=f"{kind}_title",
        enrollment=enrollment,
        values=dict(values or {}),
    )
    texts = page.context()["texts"]
    problem = SimpleNamespace(
        title=texts[f"{kind}_title"],
        cause=texts[f"{kind}_cause"],
        action_label=texts[f"{kind}_action"],
        action_url=action or request.path,
        action_method=method,
        with_code=kind in WITH_CODE,
    )
    response = render(page, "enrollment/problem.html", {"problem": problem}, status=status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
