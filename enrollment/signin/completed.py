"""What a log-in's token left out, asked of the directory behind the provider."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from enrollment.directories.cloud import known
from enrollment.directories.entry import DirectoryUnavailable, Entry, Group
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import CloudKind
from enrollment.signin.failures import Reason, SignInFailed

MOST_IN_TOKEN = 200  # of Entra's, see _too_many
log = logging.getLogger("gatehouse.signin")


def completed(row: CloudIdentityProvider, who: Entry, claims: Mapping[str, Any]) -> Entry:
    """Blank fields and missing groups. Without an answer the log-in goes on with what the token said.

    Raises SignInFailed when the token left groups out because there are too many, and nobody else names them.
    """
    if not row.look_up:
        return who
    return _with_groups(row, _with_fields(row, who), claims)


def _with_fields(row: CloudIdentityProvider, who: Entry) -> Entry:
    try:
        found = known.person_of(row, who.external_id)
    except DirectoryUnavailable as error:
        log.warning("logged in without what the directory knows: %s", error)
        return who
    if found is None:
        return who
    blank = {
        name: value for name, value in asdict(found).items() if name != "groups" and not getattr(who, name)
    }
    return replace(who, **blank)


def _with_groups(row: CloudIdentityProvider, who: Entry, claims: Mapping[str, Any]) -> Entry:
    left_out = row.kind == CloudKind.ENTRA and _too_many(claims)
    if not left_out and row.kind != CloudKind.GOOGLE:
        return who
    try:
        return replace(who, groups=known.groups_of(row, who.external_id))
    except DirectoryUnavailable as error:
        if left_out:
            raise SignInFailed(
                Reason.UNREACHABLE, f"{row}: the groups are too many for a token, {error}"
            ) from None
        log.warning("logged in without groups: %s", error)
        return who


def groups_at_log_in(row: CloudIdentityProvider, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Of what the directory knows, what a log-in would bring: Entra's token names few groups, and these by ID alone."""
    if row.kind != CloudKind.ENTRA or len(groups) > MOST_IN_TOKEN:
        return groups
    return tuple(Group(each.id, each.id) for each in groups)


def _too_many(claims: Mapping[str, Any]) -> bool:
    """https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim"""
    elsewhere = claims.get("_claim_names")
    return claims.get("hasgroups") in (True, "true") or (
        isinstance(elsewhere, dict) and "groups" in elsewhere
    )
