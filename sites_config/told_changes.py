"""Changes that no form makes, such as those of a button or a command: told by what the rows of the site were before."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db.models import Model

from sites_config.logged_changes import LONGEST_SUBJECT, log_for_sites
from sites_config.models import SiteAddress, SiteConfiguration, User
from sites_config.stored_values import became, last_values, stored

Known = Mapping[tuple[type[Model], int], tuple[Model, Mapping[str, str]]]
Told = tuple[LogEntry, Model, list[dict[str, Any]]]
# Facts about a reading that say nothing of what was read.
NO_CHANGE = frozenset({"Metadata read at", "Metadata problem"})


@contextmanager
def told_changes(site: Site, *models: type[Model], user: User | None, now: datetime) -> Iterator[None]:
    """What became of the site's rows of these models. ``user``: None for a command. For small tables."""
    before = _known(site, models)
    yield
    after = _known(site, models)
    entries: list[Told | None] = [_deleted(*before[key]) for key in before.keys() - after.keys()]
    entries += [_added(*after[key]) for key in after if key not in before]
    entries += [_changed(before[key][1], *after[key]) for key in after if key in before]
    log_for_sites([_written(*each, user=user, now=now) for each in entries if each])


def tell_new_site(site: Site, *models: type[Model], now: datetime) -> None:
    """What a command made, with its addresses and rows of ``models``."""
    every: list[type[Model]] = [Site, SiteConfiguration, SiteAddress, *models]
    for model in every:
        made = _known(site, [model]).values()
        log_for_sites([_written(*_added(*each), user=None, now=now) for each in made])


def _known(site: Site, models: Iterable[type[Model]]) -> Known:
    columns = {Site: "pk", User: "site_privileges__site"}
    return {
        (model, row.pk): (row, dict(stored(row)))
        for model in models
        for row in model._default_manager.filter(**{columns.get(model, "site"): site.pk}).order_by("pk")
    }


def _deleted(row: Model, values: Mapping[str, str]) -> Told:
    return LogEntry(action_flag=DELETION), row, last_values(row, values.items())


def _added(row: Model, values: Mapping[str, str]) -> Told:
    return LogEntry(action_flag=ADDITION), row, [{"added": {}}, *became({}, values.items())]


def _changed(before: Mapping[str, str], row: Model, values: Mapping[str, str]) -> Told | None:
    facts = became(before, ((name, words) for name, words in values.items() if name not in NO_CHANGE))
    return (LogEntry(action_flag=CHANGE), row, facts) if facts else None


def _written(
    entry: LogEntry, row: Model, facts: list[dict[str, Any]], user: User | None, now: datetime
) -> tuple[LogEntry, Model]:
    """A command's has no row in the history, which names an account."""
    entry.user_id = user.pk if user else None  # type: ignore[assignment]
    entry.action_time = now
    entry.content_type = ContentType.objects.get_for_model(row)
    entry.object_id, entry.object_repr = str(row.pk), str(row)[:LONGEST_SUBJECT]
    entry.change_message = json.dumps(facts)
    if user is not None:
        entry.save()
    return entry, row
