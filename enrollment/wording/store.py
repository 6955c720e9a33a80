"""Storing a site's own wording, with what each text says in English at that moment."""

from collections.abc import Sequence
from datetime import datetime

from enrollment.wording.state import Wordings
from sites_config.models import TextSource, User
from sites_config.site_settings import SiteSettings
from sites_config.wording import Wording, reword


def store(
    site: SiteSettings, wordings: Sequence[Wording], *, source: TextSource, author: User | None, now: datetime
) -> int:
    """All of them or none; the number of texts that are another now. Raises Outdated."""
    english = Wordings([site], {each.language for each in wordings}).english(site)
    return reword(site.site_id, wordings, english=english, source=source, author=author, now=now)
