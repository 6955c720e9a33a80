"""The groups of somebody who was looked up, for administrators: nobody who enrolls is asked for them this way."""

from collections.abc import Callable, Iterable

from enrollment.directories.cloud import known
from enrollment.directories.entry import Entry
from enrollment.directories.ldap import lookup

# By the first half of an entry's source. The people of the table are in no groups.
KINDS: dict[str, Callable[[Entry, str, Iterable[int]], Entry | None]] = {
    "ldap": lambda entry, user_name, _sites: lookup.again_with_groups(entry, user_name),
    "oidc": lambda entry, _user_name, sites: known.again_with_groups(entry, sites),
}


def with_groups(entry: Entry, user_name: str, sites: Iterable[int]) -> Entry:
    """Asked once more, by what found them in the directories of these sites. Raises DirectoryUnavailable."""
    ask = KINDS.get(entry.source.partition(":")[0])
    found = ask(entry, user_name, sites) if ask else None
    return entry if found is None else found
