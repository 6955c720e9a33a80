"""Translations: the catalogues that come with Gatehouse, and what the sites offer besides."""

from collections.abc import Iterator

from enrollment.doctor.addresses import open_sites
from enrollment.doctor.finding import Asked, Finding, State
from enrollment.wording.state import Wordings, untranslated
from sites_config.catalogues import compiled
from sites_config.languages import SHIPPED, base_of


def catalogues(_asked: Asked) -> Iterator[Finding]:
    translated = [code for code in SHIPPED if base_of(code) != "en"]
    absent = [code for code in translated if not compiled(code)]
    if absent:
        text = f"not compiled: {', '.join(absent)}; people read English instead"
        yield Finding(State.FAILED, text, todo="make setup, which runs msgfmt, then restart")
    gaps = {code: len(untranslated(code)) for code in translated if code not in absent}
    for code, missing in gaps.items():
        if missing:
            todo = "compile the catalogues of this release: make setup, then restart"
            yield Finding(State.WARNING, f"{missing} texts are shown in another language", code, todo)
    if not absent and not any(gaps.values()):
        yield Finding(State.OK, f"{len(SHIPPED)} languages, compiled and complete")


def languages(_asked: Asked) -> Iterator[Finding]:
    """Those that a site offers though not every text has been worded in them."""
    sites = open_sites()
    wordings, gaps = Wordings(sites), 0
    for site in sites:
        for code in site.languages:
            # What comes with Gatehouse is looked at above.
            missing = 0 if code in SHIPPED else wordings.counts(site, code).missing
            gaps += bool(missing)
            if missing:
                text = f"{missing} texts in {code} are shown in another language"
                yield Finding(State.WARNING, text, site.organization_name, "word them in the editor of texts")
    if not gaps:
        yield Finding(State.OK, "every site has its texts in every language that it offers")
