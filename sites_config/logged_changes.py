"""Writes what was changed for each site that it concerns, so that its auditors read of it and no other site's do."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.db.models import Model

from sites_config.in_words import NOTHING
from sites_config.models import LoggedChange, SitePrivilege, User
from sites_config.models.logged_change import Act
from sites_config.stored_values import facts

Facts = list[dict[str, Any]]
MOST_NAMES = 200
LONGEST_SUBJECT = 200
IN_ONE_INSERT = 500
SUPERUSER = str(User._meta.get_field("is_superuser").verbose_name).capitalize()  # as its form has it


def log_for_sites(
    entries: Iterable[tuple[LogEntry, Model]], parts: Mapping[int, Facts] | None = None
) -> None:
    """Each with its row. ``parts``: of an account, what was changed of its privileges, by the site where."""
    rows = [made for entry, row in entries for made in _of(entry, row, parts or {})]
    LoggedChange.objects.bulk_create(rows, batch_size=IN_ONE_INSERT)


def log_import(
    site: Site, *, model: type[Model], user: User | None, names: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """What a file changed: names by what became of them, two hundred in a line; what needs more lines gets them."""
    parts = [(what, each, begin) for what, each in names.items() for begin in range(0, len(each), MOST_NAMES)]
    first = [part for part in parts if part[2] == 0]
    lines = [first, *([part] for part in parts if part[2] > 0)] if first else []
    common = {"site": site, "at": now, "user": user, "act": Act.CHANGED, "kind": model._meta.label_lower}
    subject = f"Import of {model._meta.verbose_name_plural}"
    rows = [LoggedChange(**common, subject=subject, told="; ".join(map(_listed, line))) for line in lines]
    LoggedChange.objects.bulk_create(rows, batch_size=IN_ONE_INSERT)


def differences(before: Model | None, after: Model | None, columns: Sequence[str]) -> str:
    """Of a row that a file changed or took away: “room: 7 → 8, phone: 12 → nothing”."""
    pairs = ((name, _text(before, name), _text(after, name)) for name in columns)
    return ", ".join(
        f"{name.replace('_', ' ')}: {old or NOTHING} → {new or NOTHING}"
        for name, old, new in pairs
        if old != new
    )


def _text(row: Model | None, name: str) -> str:
    value = getattr(row, name, None)
    words = "" if value is None else str(value)
    return words.replace("(", "[").replace(")", "]")  # where it ends, forget_person has to find


def log_command(
    site: Site | None, model: type[Model], subject: str, *, facts: Mapping[str, int], now: datetime
) -> None:
    """What it removed, in numbers: “devices: 2”."""
    told = ", ".join(f"{what}: {number}" for what, number in facts.items() if number)
    LoggedChange.objects.create(
        site=site, at=now, act=Act.DELETED, kind=model._meta.label_lower, subject=subject, told=told
    )


def log_rows(
    site_id: int,
    *,
    model: type[Model],
    user: User | None,
    values: Iterable[tuple[str, str, str]],
    now: datetime,
) -> None:
    """(what, before, after) of each row that was changed together."""
    common = {
        "site_id": site_id,
        "at": now,
        "user": user,
        "act": Act.CHANGED,
        "kind": model._meta.label_lower,
    }
    rows = [
        LoggedChange(**common, subject=what[:LONGEST_SUBJECT], told=f"{old} → {new}")
        for what, old, new in values
    ]
    LoggedChange.objects.bulk_create(rows, batch_size=IN_ONE_INSERT)


def _listed(part: tuple[str, Sequence[str], int]) -> str:
    what, names, begin = part
    some = names[begin : begin + MOST_NAMES]
    which = f", from number {begin + 1} on" if begin else ""
    return f"{what}: {len(names)}{which} ({', '.join(some)})"


def _of(entry: LogEntry, row: Model, parts: Mapping[int, Facts]) -> Iterable[LoggedChange]:
    for site_id, told in _told(entry, row, parts).items():
        yield LoggedChange(
            site_id=site_id,
            at=entry.action_time,
            user_id=entry.user_id,
            act=entry.action_flag,
            kind=row._meta.label_lower,
            object_id=entry.object_id or "",
            subject=entry.object_repr[:LONGEST_SUBJECT],
            told=told,
            entry=entry.pk,
        )


def _told(entry: LogEntry, row: Model, parts: Mapping[int, Facts]) -> dict[int | None, str]:
    """By site."""
    if not isinstance(row, User):
        return {_site_of(row): entry.get_change_message()}
    elsewhere = [each for some in parts.values() for each in some]
    common, secluded = _parted([each for each in _facts(entry) if each not in elsewhere])
    held = set(SitePrivilege.objects.filter(user=row.pk).values_list("site", flat=True))
    own: dict[int | None, Facts] = {
        site_id: [*common, *parts.get(site_id, ())] for site_id in held | parts.keys()
    }
    if not own or secluded:
        own[None] = [*(common if not own else ()), *secluded]
    told_apart = bool(elsewhere or secluded)
    return {site_id: _in_words(entry, facts) for site_id, facts in own.items() if facts or not told_apart}


def _parted(facts: Facts) -> tuple[Facts, Facts]:
    """What is read at the sites of an account, and whether it is a superuser, which those who are see alone."""
    common, secluded = Facts(), Facts()
    for fact in facts:
        values = fact.get("changed", {}).get("values", [])
        hidden = [each for each in values if each["field"] == SUPERUSER]
        if not hidden:
            common.append(fact)
            continue
        secluded.append(_with_values(fact, hidden))
        shown = [each for each in values if each["field"] != SUPERUSER]
        if shown:
            common.append(_with_values(fact, shown))
    return common, secluded


def _with_values(fact: dict[str, Any], values: Facts) -> dict[str, Any]:
    (these,) = facts(values)
    return {"changed": fact["changed"] | these}


def _site_of(row: Model) -> int | None:
    return row.pk if isinstance(row, Site) else getattr(row, "site_id", None)


def _facts(entry: LogEntry) -> Facts:
    if entry.change_message.startswith("["):
        found: Facts = json.loads(entry.change_message)
        return found
    return [{"said": entry.change_message}] if entry.change_message else []


def _in_words(entry: LogEntry, facts: Facts) -> str:
    if any("said" in each for each in facts):
        return entry.change_message
    return LogEntry(change_message=json.dumps(facts)).get_change_message()
