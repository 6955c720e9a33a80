"""What a file changed, as an administrator's changes are told: an event of the site, and each row's history."""

from collections.abc import Iterable, Mapping, Sequence

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from enrollment.models import Event, EventKind
from enrollment.settings_file.run import Change, Run, Touched
from sites_config.in_words import differing, whole
from sites_config.logged_changes import log_for_sites
from sites_config.models import User

LONGEST = 80  # characters of a value in an event
MOST = 100  # changes in one event
LONGEST_NAME = 200  # of a row in its history, as the column is wide


def record(runs: Iterable[Run], author: User | None) -> None:
    """In the transaction of the changes. History names an account; without one the event alone tells."""
    for run in (run for run in runs if run.changes):
        facts = {"site": run.site, "kind": EventKind.SETTINGS_CHANGED, "at": run.now, "actor": author}
        Event.objects.bulk_create(
            Event(**facts, data={"file": run.file[:LONGEST], **_facts(run.changes[begin : begin + MOST])})
            for begin in range(0, len(run.changes), MOST)
        )
        if author is not None:
            entries = LogEntry.objects.bulk_create(_entry(run, author, each) for each in run.touched)
            log_for_sites(zip(entries, (each.row for each in run.touched), strict=True))


def _facts(changes: Sequence[Change]) -> Mapping[str, str]:
    return {each.key[:LONGEST]: _in_words(each) for each in changes}


def _in_words(change: Change) -> str:
    if not (change.before or change.after):
        return "changed"
    before, after = (" ".join(text.split()) for text in (change.before, change.after))
    if not before or not after:
        return whole(before or after, most=LONGEST)
    return " → ".join(differing(before, after, most=LONGEST))


def _entry(run: Run, author: User, touched: Touched) -> LogEntry:
    keys = f": {', '.join(touched.keys)}" if touched.keys else ""
    return LogEntry(
        user=author,
        content_type=ContentType.objects.get_for_model(touched.row),
        object_id=str(touched.number),
        object_repr=str(touched.row)[:LONGEST_NAME],
        action_flag=touched.what,
        change_message=f"By {run.file}{keys}.",
    )
