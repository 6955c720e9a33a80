"""The history of one text, with what changed from each wording to the next."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sites_config.models import TextRevision

MOST = 100  # changes on the page
# Words where a language has spaces between them, single signs where it has none.
_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u0dff]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Change:
    """``difference``: HTML with what was taken out and put in."""

    revision: TextRevision
    difference: SafeString
    is_newest: bool


def changes_of(site_id: int, language: str, key: str) -> list[Change]:
    """Newest first."""
    rows = TextRevision.objects.filter(site=site_id, language=language, key=key)
    revisions = list(rows.select_related("author").order_by("-pk")[: MOST + 1])
    # The page shows one less than it reads, so that its last has something before it.
    before = [*revisions[1:], None][: len(revisions)]
    return [
        Change(revision, difference(earlier.text if earlier else "", revision.text), number == 0)
        for number, (revision, earlier) in enumerate(zip(revisions, before, strict=True))
    ][:MOST]


def difference(before: str, after: str) -> SafeString:
    """What goes in <del>, what comes in <ins>, all of it escaped."""
    return format_html_join("", "{}", ((part,) for part in _parts(before, after)))


def _parts(before: str, after: str) -> Iterator[SafeString]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if len(old) * len(new) > 4_000_000:  # two long agreements: the whole of each
        yield from (format_html("<del>{}</del>", before), format_html("<ins>{}</ins>", after))
        return
    for kind, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            yield format_html("{}", gone)
            continue
        yield format_html("<del>{}</del>", gone) if gone else mark_safe("")
        yield format_html("<ins>{}</ins>", come) if come else mark_safe("")
