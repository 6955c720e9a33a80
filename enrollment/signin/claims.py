"""The claims of an OpenID provider as an entry of ours."""

from collections.abc import Mapping
from typing import Any

from enrollment.directories.entry import Entry, Group
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import CLAIMS
from enrollment.signin.entries import LONGEST_ID
from enrollment.signin.failures import Reason, SignInFailed

MOST_GROUPS = 1000


def entry_of(row: CloudIdentityProvider, claims: Mapping[str, Any]) -> Entry:
    """Raises SignInFailed for somebody without an id that never changes: the claim is the wrong one."""
    fields: dict[str, Any] = {field: _text(claims, row.claim_of(field)) for field in CLAIMS}
    if not 0 < len(fields["external_id"]) <= LONGEST_ID:
        raise SignInFailed(Reason.INVALID, f"{row}: no claim {row.id_claim} that could be an id")
    return Entry(source=row.source, groups=_groups(claims.get(row.groups_claim)), **fields)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name) if name else None
    return value.replace("\0", "") if isinstance(value, str) else ""


def _groups(value: object) -> tuple[Group, ...]:
    """A list, or one name alone."""
    names = value if isinstance(value, list) else [value]
    return tuple(Group(name, name) for name in names[:MOST_GROUPS] if isinstance(name, str) and name)
