"""Looks a user name up in every directory of some sites. A new kind of directory is a file here and a line below."""

from collections.abc import Iterable

from enrollment.directories import people
from enrollment.directories.cloud import google, graph
from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.ldap import lookup

KINDS = (people.find, lookup.find, graph.find, google.find)


def find(user_name: str, sites: Iterable[int]) -> Entry | None:
    """The one person with exactly this user name; None for nobody and for more than one.

    Raises DirectoryUnavailable when a directory could not be asked and no other knows the name.
    """
    wanted = frozenset(sites)
    found: list[Entry] = []
    unavailable: DirectoryUnavailable | None = None
    for kind in KINDS:
        try:
            found += kind(user_name, wanted)
        except DirectoryUnavailable as error:
            unavailable = error
    if not found and unavailable is not None:
        raise unavailable
    # A parent's directory and a child's may be the same one.
    different = {(entry.source, entry.external_id): entry for entry in found}
    return next(iter(different.values())) if len(different) == 1 else None
