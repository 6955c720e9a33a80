"""A site's own wording: the one way in which it is changed, and the history of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from sites_config.in_words import differing
from sites_config.logged_changes import log_rows
from sites_config.models import MessageText, SiteConfiguration, TextRevision, TextSource, User
from sites_config.texts import column_of


@dataclass(frozen=True)
class Wording:
    """``text``: "" goes back to what is inherited or built in. ``seen``: the newest revision that its author knew, 0
    for none; None where whatever is there may be replaced."""

    key: str
    language: str
    text: str
    seen: int | None = None


class Outdated(Exception):
    """Somebody else changed these in the meantime; nothing was stored."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        super().__init__(", ".join(each.key for each in wordings))
        self.wordings = wordings


def reword(
    site_id: int,
    wordings: Sequence[Wording],
    *,
    english: Mapping[str, str],
    source: TextSource,
    author: User | None,
    now: datetime,
) -> int:
    """All of them or none; the number of texts that are another now. ``english``: by key, what each says in English.

    Raises Outdated.
    """
    with transaction.atomic():
        # One at a time at each site, so that "seen" is compared with what will be there.
        SiteConfiguration.objects.select_for_update().get(site=site_id)
        newest = newest_revisions(site_id, {each.language for each in wordings})
        missed = [
            each
            for each in wordings
            if each.seen is not None and newest.get((each.language, each.key), 0) != each.seen
        ]
        if missed:
            raise Outdated(missed)
        changed = _store(site_id, wordings)
        log_rows(
            site_id,
            model=MessageText,
            user=author,
            now=now,
            values=[
                (f"{each.key} ({each.language})", *differing(before, each.text)) for each, before in changed
            ],
        )
        TextRevision.objects.bulk_create(
            TextRevision(
                site_id=site_id,
                key=each.key,
                language=each.language,
                text=each.text,
                # English texts go first: the translations beside them were written for these.
                english=english.get(each.key, ""),
                source=source,
                author=author,
                made_at=now,
            )
            for each, _before in changed
        )
    return len(changed)


def newest_revisions(site_id: int, languages: Iterable[str]) -> dict[tuple[str, str], int]:
    """By (language, key)."""
    rows = TextRevision.objects.filter(site=site_id, language__in=languages)
    newest = rows.values("language", "key").annotate(newest=Max("pk")).order_by()
    return {(row["language"], row["key"]): row["newest"] for row in newest}


def written_for(site_ids: Iterable[int], languages: Iterable[str]) -> dict[tuple[int, str, str], str]:
    """By (site, language, key): the English that the newest wording was written for."""
    rows = TextRevision.objects.filter(site__in=site_ids, language__in=languages)
    newest = rows.values("site", "language", "key").annotate(newest=Max("pk")).order_by().values("newest")
    columns = ("site", "language", "key", "english")
    return {
        (site, language, key): english
        for site, language, key, english in TextRevision.objects.filter(pk__in=newest).values_list(*columns)
    }


def _store(site_id: int, wordings: Sequence[Wording]) -> list[tuple[Wording, str]]:
    """Those that are another now, each with the text before."""
    rows = {
        row.key: row for row in MessageText.objects.filter(site=site_id, key__in={w.key for w in wordings})
    }
    changed = []
    for each in wordings:
        row = rows.setdefault(each.key, MessageText(site_id=site_id, key=each.key))
        column = column_of(each.language)
        before = getattr(row, column) or ""
        if before != each.text:
            setattr(row, column, each.text or None)
            changed.append((each, before))
    for key in {each.key for each, _before in changed}:
        rows[key].save()
    return changed
