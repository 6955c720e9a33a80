"""What the directory behind a provider knows of one person, by the id that the provider gives them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from types import ModuleType

from enrollment.directories.cloud import asking, google, graph, tokens
from enrollment.directories.entry import DirectoryUnavailable, Entry, Group
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import CloudKind

KINDS: dict[str, ModuleType] = {CloudKind.ENTRA: graph, CloudKind.GOOGLE: google}
# The ids of both; anything else might be a path.
_ID = re.compile(r"[0-9A-Za-z-]{1,100}")


def person_of(row: CloudIdentityProvider, external_id: str) -> Entry | None:
    """None for nobody and for a closed account. Raises DirectoryUnavailable."""
    found: Entry | None = _kind(row, external_id).person(row, external_id)
    return found


def groups_of(row: CloudIdentityProvider, external_id: str) -> tuple[Group, ...]:
    """Raises DirectoryUnavailable."""
    found: tuple[Group, ...] = _kind(row, external_id).groups(row, external_id)
    return found


def row_of(found: Entry, sites: Iterable[int]) -> CloudIdentityProvider | None:
    """The provider by which somebody was found: another site's of the same issuer has another site's secrets."""
    issuer = found.source.removeprefix("oidc:")
    rows = CloudIdentityProvider.objects.filter(site__in=sites, issuer=issuer, enabled=True, look_up=True)
    return rows.order_by("position", "pk").first()


def again_with_groups(found: Entry, sites: Iterable[int]) -> Entry | None:
    """Raises DirectoryUnavailable."""
    row = row_of(found, sites)
    return replace(found, groups=groups_of(row, found.external_id)) if row else None


def probe(row: CloudIdentityProvider) -> None:
    """Whether it may be asked now. Raises DirectoryUnavailable, whose text names the reason."""
    asking.forget()
    tokens.forget()
    _kind(row, "0").probe(row)


def _kind(row: CloudIdentityProvider, external_id: str) -> ModuleType:
    if row.kind not in KINDS or not _ID.fullmatch(external_id):
        raise DirectoryUnavailable(f"{row.name}: its directory can't be asked for such an id")
    return KINDS[row.kind]
