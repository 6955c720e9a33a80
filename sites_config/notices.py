"""Notices of a site and of those that it belongs to: remembered as configuration, shown by the clock."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from sites_config.changes import remember
from sites_config.languages import nearest
from sites_config.site_settings import SiteSettings
from sites_config.texts import COLUMNS, direction, rendered, texts_of

MOST = 3  # on one page


@dataclass(frozen=True)
class Notice:
    """``language`` may be another than the page's, where the site wrote none in it."""

    severity: str
    html: SafeString
    language: str
    direction: str


@dataclass(frozen=True)
class _Known:
    severity: str
    starts_at: datetime
    ends_at: datetime
    texts: dict[str, SafeString]


def notices_of(site: SiteSettings, language: str, *, now: datetime) -> tuple[Notice, ...]:
    """What counts now: warnings first, then those of the nearest site, then the newest."""
    if not site.lineage:
        return ()
    known = remember(("notices", site.site_id), lambda: _read(site))
    current = [each for each in known if each.starts_at <= now < each.ends_at][:MOST]
    return tuple(_in_language(each, site, language) for each in current)


def _in_language(known: _Known, site: SiteSettings, language: str) -> Notice:
    said = (nearest(language, tuple(known.texts)), site.default_language, "en", *known.texts)
    chosen = next(code for code in said if code in known.texts)
    return Notice(known.severity, known.texts[chosen], chosen, direction(chosen))


def _read(site: SiteSettings) -> tuple[_Known, ...]:
    from sites_config.models import Severity, SiteNotice

    rows = SiteNotice.objects.filter(site__in=site.lineage, ends_at__gt=timezone.now())
    columns = ("site", "severity", "starts_at", "ends_at", *COLUMNS)
    found = sorted(
        rows.order_by("-starts_at").values(*columns),
        key=lambda row: (row["severity"] != Severity.WARNING, site.lineage.index(row["site"])),
    )
    return tuple(
        _Known(
            row["severity"],
            row["starts_at"],
            row["ends_at"],
            {code: rendered(text) for code, text in texts_of(row).items()},
        )
        for row in found
        if texts_of(row)
    )
