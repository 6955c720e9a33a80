"""The names of sites and of their support, which may be another in another language.

They are texts like others, so that the editor, the exchange of files and the history have them too; what stands in the
configuration is what they are called where nobody said otherwise.
"""

from sites_config.changes import remember
from sites_config.site_settings import SiteSettings, settings_for
from sites_config.texts import COLUMNS, Message, texts_of, unsaved_text

ORGANIZATION = Message("name.organization", "")
SUPPORT = Message("name.support", "")


def organization_in(site: SiteSettings, language: str) -> str:
    """The site's own name: a school is not called as its district is."""
    if not site.lineage:  # stands in for a site where the database can't be asked
        return site.organization_name
    said = unsaved_text(ORGANIZATION.key, language) or _names(language).get((site.site_id, ORGANIZATION.key))
    return said or site.organization_name


def support_in(site: SiteSettings, language: str) -> str:
    """The name of the help desk that the site has or inherits; "" when it names none."""
    names = _names(language) if site.lineage else {}
    if unsaved := unsaved_text(SUPPORT.key, language):
        return unsaved
    for site_id in site.lineage:
        if settings_for(site_id).support_name != site.support_name:
            break  # from here on it is the name of another desk
        if (site_id, SUPPORT.key) in names:
            return names[site_id, SUPPORT.key]
    return site.support_name


def _names(language: str) -> dict[tuple[int, str], str]:
    """By site and key."""
    return remember(("names", language), lambda: _in_language(language))


def _in_language(language: str) -> dict[tuple[int, str], str]:
    everywhere = remember(("names",), _read)
    return {where: texts[language] for where, texts in everywhere.items() if language in texts}


def _read() -> dict[tuple[int, str], dict[str, str]]:
    """Of all sites at once, because a page may list forty, and in all languages."""
    from sites_config.models import MessageText

    rows = MessageText.objects.filter(key__in=(ORGANIZATION.key, SUPPORT.key)).values("site", "key", *COLUMNS)
    return {(row["site"], row["key"]): texts_of(row) for row in rows}
