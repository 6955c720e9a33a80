"""The agreement in force at a site, in the language that comes nearest to the person's."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.safestring import SafeString

from sites_config.changes import remember
from sites_config.models.ownership import Ownership
from sites_config.site_settings import SiteSettings
from sites_config.texts import column_of, rendered

if TYPE_CHECKING:
    from sites_config.models import Agreement


@dataclass(frozen=True)
class ShownAgreement:
    """``text`` as it was written (Markdown); ``language`` is the text's own, which may be another than the page's."""

    agreement_id: int
    language: str
    text: str

    @property
    def html(self) -> SafeString:
        return rendered(self.text)

    @property
    def sha256(self) -> str:
        """Of the text, in hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def agreement_of(site: SiteSettings, ownership: Ownership, language: str) -> ShownAgreement | None:
    """The newest version of the nearest site that has one; None where it has no text in any language."""
    key = ("agreement", site.site_id, ownership, language)
    return remember(key, lambda: _read(site, ownership, language))


def _read(site: SiteSettings, ownership: Ownership, language: str) -> ShownAgreement | None:
    row = _newest(site, ownership)
    if row is None:
        return None
    for code in _in_order(site, language):
        text = getattr(row, column_of(code)) or ""
        if text.strip():
            return ShownAgreement(row.pk, code, text)
    return None


def _newest(site: SiteSettings, ownership: Ownership) -> "Agreement | None":
    from sites_config.models import Agreement

    rows = Agreement.objects.filter(site__in=site.lineage, ownership=ownership).order_by("version")
    newest = {row.site_id: row for row in rows}
    return next((newest[site_id] for site_id in site.lineage if site_id in newest), None)


def _in_order(site: SiteSettings, language: str) -> Iterable[str]:
    return (language, site.default_language, "en", *(code for code, _name in settings.LANGUAGES))
