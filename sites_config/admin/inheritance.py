"""Where a blank setting of a site comes from, in words for its form."""

from collections.abc import Iterator
from typing import Any

from django.contrib.sites.models import Site

from sites_config.models import SiteConfiguration
from sites_config.site_settings import no_site

INHERITED = (
    "organization_name",
    "support_name",
    "support_phone",
    "support_email",
    "support_url",
    "privacy_url",
    "accent_color",
    "default_language",
    "languages",
    "time_zone",
    "portal_open",
    "password_log_in",
    "second_factor_for_staff",
    "institutional_enrollment",
    "personal_enrollment",
    "personal_sign_in_domain",
    "account_driven_enrollment",
    "agreement_for_staff",
    "skip_ca_certificate",
    "tls_needs_ca",
    "restrict_reenrollment",
    "reenroll_without_user",
    "only_listed_devices",
    "devices_per_person",
    "minimum_os",
    "clear_location_history",
    "clear_commands",
    "access_rights",
    "device_certificate_years",
    "messages_per_day",
)


def inherited(site: Site | None) -> dict[str, str]:
    """Field name -> what counts while the field is blank, and who says so."""
    ancestors = list(_ancestors(site)) if site is not None else []
    return {name: f"If blank: {_counts(name, site, ancestors)}" for name in INHERITED}


def _counts(name: str, site: Site | None, ancestors: list[SiteConfiguration]) -> str:
    if name == "organization_name":
        return f"the name of the site, {site.name}." if site is not None else "the name of the site."
    for row in ancestors:
        value = getattr(row, name)
        if value not in (None, ""):
            return f"inherited from {row.site.name}: {_shown(row, name)}."
    default = getattr(no_site(), name)
    return f"{_words(default)} (nothing to inherit)."


def _shown(row: SiteConfiguration, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    return str(display()) if display else _words(getattr(row, name))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(value)
    return "none" if value in (None, "") else str(value)


def _ancestors(site: Site) -> Iterator[SiteConfiguration]:
    """The configurations of parent, grandparent …, nearest first."""
    seen = {site.pk}
    rows = SiteConfiguration.objects.select_related("site")
    current = rows.filter(site=site).values_list("parent", flat=True).first()
    while current is not None and current not in seen:
        seen.add(current)
        row = rows.get(site=current)
        yield row
        current = row.parent_id
