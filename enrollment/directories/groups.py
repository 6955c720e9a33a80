"""The groups of somebody who was looked up, for administrators: nobody who enrolls is asked for them this way."""

from collections.abc import Callable
from dataclasses import replace

from enrollment.directories.entry import Entry
from enrollment.directories.ldap import lookup

# By the first half of an entry's source. The people of the table are in no groups.
KINDS: dict[str, Callable[[Entry, str], Entry | None]] = {"ldap": lookup.again_with_groups}


def with_groups(entry: Entry, user_name: str) -> Entry:
    """Asked once more by the user name that found them. Raises DirectoryUnavailable."""
    ask = KINDS.get(entry.source.partition(":")[0])
    found = ask(entry, user_name) if ask else None
    return entry if found is None else replace(entry, groups=found.groups)
