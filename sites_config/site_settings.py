"""A site's settings as the rest of the house reads them: typed, complete, inherited where the site says nothing."""

import uuid
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sites_config.changes import remember
from sites_config.languages import CODES, SHIPPED

if TYPE_CHECKING:
    from sites_config.models import SiteConfiguration


@dataclass(frozen=True)
class SiteSettings:
    """``lineage``: the site's own id, then its parent's, grandparent's …, nearest first."""

    site_id: int
    lineage: tuple[int, ...]
    organization_name: str
    support_name: str
    support_phone: str
    support_email: str
    support_url: str
    privacy_url: str
    accent_color: str
    default_language: str
    languages: tuple[str, ...]
    time_zone: zoneinfo.ZoneInfo
    portal_open: bool
    password_log_in: bool
    second_factor_for_staff: bool
    institutional_enrollment: bool
    personal_enrollment: bool
    personal_sign_in_domain: str
    account_driven_enrollment: bool
    agreement_for_staff: bool
    skip_ca_certificate: bool
    tls_needs_ca: bool
    restrict_reenrollment: bool
    reenroll_without_user: bool
    only_listed_devices: bool
    devices_per_person: int | None
    minimum_os: str
    clear_location_history: bool
    clear_commands: str
    access_rights: int
    device_certificate_years: int
    messages_per_day: int
    profile_namespace: uuid.UUID
    archived: bool

    def related_to(self, other: "SiteSettings") -> bool:
        """The same site, or one of them an ancestor of the other: what belongs to neither is another institution's."""
        return self.site_id in other.lineage or other.site_id in self.lineage


_DEFAULTS: dict[str, Any] = {
    "organization_name": "",
    "support_name": "",
    "support_phone": "",
    "support_email": "",
    "support_url": "",
    "privacy_url": "",
    "accent_color": "",
    "default_language": "en",
    "languages": "",
    "time_zone": "UTC",
    "portal_open": True,
    "password_log_in": True,
    "second_factor_for_staff": False,
    "institutional_enrollment": True,
    "personal_enrollment": False,
    "personal_sign_in_domain": "",
    "account_driven_enrollment": False,
    "agreement_for_staff": False,
    "skip_ca_certificate": True,
    "tls_needs_ca": False,
    "restrict_reenrollment": False,
    "reenroll_without_user": False,
    "only_listed_devices": False,
    "devices_per_person": None,
    "minimum_os": "",
    "clear_location_history": False,
    "clear_commands": "nothing",
    "access_rights": 8191,
    "device_certificate_years": 3,
    "messages_per_day": 10_000,
}


def no_site() -> SiteSettings:
    """Stands in where no site is known or the database can't be asked: site id 0, English first."""
    return SiteSettings(
        site_id=0,
        lineage=(),
        profile_namespace=uuid.UUID(int=0),
        archived=False,
        **{**_DEFAULTS, "languages": SHIPPED, "time_zone": zoneinfo.ZoneInfo("UTC")},
    )


def settings_for(site_id: int) -> SiteSettings:
    """Raises SiteConfiguration.DoesNotExist for a site without a configuration."""
    return remember(("settings", site_id), lambda: _read(site_id))


def sites_within(site_id: int) -> tuple[int, ...]:
    """The sites into which somebody who came in at this one may enroll a device: itself and those that belong to it,
    by name; without archived ones, and without those that only stand for others."""
    return remember(("within", site_id), lambda: _within(site_id))


def _within(site_id: int) -> tuple[int, ...]:
    from sites_config.models import SiteConfiguration

    rows = list(
        SiteConfiguration.objects.order_by("site__name", "site").values("site", "parent", "takes_devices")
    )
    below = _descendants(site_id, {row["site"]: row["parent"] for row in rows})
    parents = {row["parent"] for row in rows}
    return tuple(
        row["site"]
        for row in rows
        if row["site"] in below
        and not settings_for(row["site"]).archived
        and (row["site"] not in parents if row["takes_devices"] is None else row["takes_devices"])
    )


def belonging_to(site_id: int) -> frozenset[int]:
    """The same as ``descendants_of``, remembered."""
    return remember(("belonging", site_id), lambda: frozenset(descendants_of(site_id)))


def descendants_of(site_id: int) -> set[int]:
    """The site itself and every one that belongs to it, archived or not; asked anew."""
    from sites_config.models import SiteConfiguration

    return _descendants(site_id, dict(SiteConfiguration.objects.values_list("site", "parent")))


def families() -> dict[int, list[int]]:
    """The sites below each that has any, remembered."""
    return remember(("families",), _families)


def _families() -> dict[int, list[int]]:
    from sites_config.models import SiteConfiguration

    parent_of: dict[int, int | None] = dict(SiteConfiguration.objects.values_list("site", "parent"))
    parents = sorted({parent for parent in parent_of.values() if parent is not None})
    return {parent: sorted(_descendants(parent, parent_of) - {parent}) for parent in parents}


def _descendants(site_id: int, parent_of: dict[int, int | None]) -> set[int]:
    found, size = {site_id}, 0
    while len(found) > size:
        size = len(found)
        found |= {site for site, parent in parent_of.items() if parent in found}
    return found


def _read(site_id: int) -> SiteSettings:
    rows = list(_rows(site_id))
    own = rows[0]
    values = {name: _first_set(rows, name, default) for name, default in _DEFAULTS.items()}
    return SiteSettings(
        site_id=site_id,
        lineage=tuple(row.site_id for row in rows),
        profile_namespace=own.profile_namespace,
        archived=any(row.archived for row in rows),
        **{
            **values,
            "organization_name": own.organization_name or own.site.name,  # a school is not its district
            "languages": _codes(values["languages"]),
            "time_zone": zoneinfo.ZoneInfo(values["time_zone"]),
        },
    )


def _rows(site_id: int) -> Iterable["SiteConfiguration"]:
    from sites_config.models import SiteConfiguration

    seen: set[int] = set()
    current: int | None = site_id
    while current is not None and current not in seen:
        seen.add(current)
        row = SiteConfiguration.objects.select_related("site").get(site=current)
        yield row
        current = row.parent_id


def _first_set(rows: list["SiteConfiguration"], name: str, default: Any) -> Any:
    set_values = (getattr(row, name) for row in rows)
    return next((value for value in set_values if value not in (None, "")), default)


def _codes(languages: str) -> tuple[str, ...]:
    wanted = [code.strip() for code in languages.split(",") if code.strip() in CODES]
    return tuple(wanted or SHIPPED)
