"""Which providers are asked for a name, and what all their answers have in common."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.ldap.lookup import askable
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import CloudKind

LONGEST_ID = 200  # characters, the width of the identity's column
AMBIGUOUS = 2
MOST_PAGES = 5  # of a person's groups


def find(
    kind: CloudKind,
    search: Callable[[CloudIdentityProvider, str], list[Entry]],
    user_name: str,
    sites: frozenset[int],
) -> list[Entry]:
    """At most two. Raises DirectoryUnavailable when nobody was found and a directory could not be asked."""
    if not askable(user_name):
        return []
    found: dict[tuple[str, str], Entry] = {}
    unavailable: DirectoryUnavailable | None = None
    for row in _rows(kind, sites):
        try:
            found |= {(entry.source, entry.external_id): entry for entry in search(row, user_name.strip())}
        except DirectoryUnavailable as error:
            unavailable = error
    if not found and unavailable is not None:
        raise unavailable
    return list(found.values())[:AMBIGUOUS]


def _rows(kind: CloudKind, sites: frozenset[int]) -> Iterable[CloudIdentityProvider]:
    rows = CloudIdentityProvider.objects.filter(site__in=sites, kind=kind, enabled=True, look_up=True)
    return rows.order_by("position", "pk")


def text(values: Mapping[str, Any], *names: str) -> str:
    """The first of these that is a text."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value:
            return value.replace("\0", "")
    return ""


def fitting_id(row: CloudIdentityProvider, person: Mapping[str, Any]) -> str:
    """Raises DirectoryUnavailable for somebody without one."""
    found = text(person, "id")
    if not 0 < len(found) <= LONGEST_ID:
        raise DirectoryUnavailable(f"{row.name}: an answer without an id")
    return found


def objects(row: CloudIdentityProvider, answer: Mapping[str, Any] | None, name: str) -> list[dict[str, Any]]:
    """A list of objects in an answer. Raises DirectoryUnavailable for anything else."""
    found = (answer or {}).get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise DirectoryUnavailable(f"{row.name}: an answer of another shape")
    return found
