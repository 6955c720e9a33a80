"""The agreement in force at a site, in the language that comes nearest to the person's."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.safestring import SafeString

from sites_config.changes import remember
from sites_config.languages import CODES
from sites_config.models.ownership import Ownership
from sites_config.site_settings import SiteSettings
from sites_config.texts import column_of, rendered

if TYPE_CHECKING:
    from sites_config.models import Agreement


@dataclass(frozen=True)
class ShownAgreement:
    """``text`` as it was written (Markdown); ``language`` is the text's own, which may be another than the page's.
    ``settled_by``: the versions whose acceptance counts, this one and those that it only corrects."""

    agreement_id: int
    language: str
    text: str
    html: SafeString
    settled_by: frozenset[int]

    @property
    def sha256(self) -> str:
        """Of the text, in hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def agreement_of(site: SiteSettings, ownership: Ownership, language: str) -> ShownAgreement | None:
    """The newest version of the nearest site that has one; None where it has no text in any language."""
    key = ("agreement", site.site_id, ownership, language)
    return remember(key, lambda: _read(site, ownership, language))


def publish(
    site_id: int, ownership: Ownership, texts: Mapping[str, str], *, ask_again: bool, now: datetime
) -> "Agreement":
    """The next version; ``texts`` by language. What people accepted stays as it was."""
    from sites_config.models import Agreement

    with transaction.atomic():
        columns = {column_of(code): text for code, text in texts.items()}
        return Agreement.objects.create(
            site_id=site_id,
            ownership=ownership,
            version=next_version(site_id, ownership),
            ask_again=ask_again,
            published_at=now,
            **columns,
        )


def next_version(site_id: int, ownership: str) -> int:
    """Call it in the transaction that stores the version: one at a time at each site."""
    from sites_config.models import Agreement, SiteConfiguration

    SiteConfiguration.objects.select_for_update().get(site=site_id)
    rows = Agreement.objects.filter(site=site_id, ownership=ownership)
    return (rows.aggregate(newest=Max("version"))["newest"] or 0) + 1


def newest_texts(site_id: int, ownership: Ownership) -> dict[str, str]:
    """By language, of the site's own newest version."""
    from sites_config.models import Agreement

    row = Agreement.objects.filter(site=site_id, ownership=ownership).order_by("-version").first()
    texts = {code: getattr(row, column_of(code)) or "" for code in CODES} if row else {}
    return {code: text for code, text in texts.items() if text}


def _read(site: SiteSettings, ownership: Ownership, language: str) -> ShownAgreement | None:
    versions = _versions(site, ownership)
    if not versions:
        return None
    newest = versions[0]
    for code in _in_order(site, language):
        text = getattr(newest, column_of(code)) or ""
        if text.strip():
            return ShownAgreement(newest.pk, code, text, rendered(text), frozenset(_settling(versions)))
    return None


def _versions(site: SiteSettings, ownership: Ownership) -> "list[Agreement]":
    """Of the nearest site that has one, newest first."""
    from sites_config.models import Agreement

    rows = Agreement.objects.filter(site__in=site.lineage, ownership=ownership).order_by("-version")
    of_sites: dict[int, list[Agreement]] = {}
    for row in rows:
        of_sites.setdefault(row.site_id, []).append(row)
    return next((of_sites[site_id] for site_id in site.lineage if site_id in of_sites), [])


def _settling(versions: "Iterable[Agreement]") -> Iterable[int]:
    for row in versions:
        yield row.pk
        if row.ask_again:
            return


def _in_order(site: SiteSettings, language: str) -> Iterable[str]:
    return (language, site.default_language, "en", *CODES)
