"""Looks a user name up in every directory of some sites. A new kind of directory is a file here and a line below."""

from collections.abc import Iterable

from enrollment.directories import people
from enrollment.directories.entry import Entry

KINDS = (people.find,)


def find(user_name: str, sites: Iterable[int]) -> Entry | None:
    """The one person with exactly this user name; None for nobody and for more than one.

    Raises DirectoryUnavailable when a directory could not be asked and no other knows the name.
    """
    wanted = frozenset(sites)
    found = [entry for kind in KINDS for entry in kind(user_name, wanted)]
    return found[0] if len(found) == 1 else None
