"""Certificates that end soon: what a site issues and signs with, and those of its devices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model, QuerySet

from enrollment.actions.saml_ends import saml_ends
from enrollment.models import (
    Authority,
    AuthorityState,
    CaCertificate,
    Certificate,
    PushCertificate,
    SamlIdentityProvider,
    SigningIdentity,
)

SOON = timedelta(days=30)
Replaced = Authority | SigningIdentity | PushCertificate | CaCertificate | SamlIdentityProvider


@dataclass(frozen=True)
class Ending:
    """``row``: where it is replaced; ``name``: what ends, ``whose``: the site, and the provider."""

    row: Replaced
    name: str
    whose: str
    ends_at: datetime
    ended: bool


def endings(
    authorities: QuerySet[Authority],
    identities: QuerySet[SigningIdentity],
    pushes: QuerySet[PushCertificate],
    delivered: QuerySet[CaCertificate],
    providers: QuerySet[SamlIdentityProvider],
    *,
    now: datetime,
) -> list[Ending]:
    """The next to end first; without those that a later one of the same site replaces."""
    found = [
        *authorities.exclude(state=AuthorityState.RETIRED).select_related("site"),
        *_newest(identities.select_related("site").order_by("not_after")),
        *_newest(pushes.select_related("site").order_by("not_after")),
        *delivered.select_related("site"),
    ]
    every: list[tuple[Replaced, str, str, datetime]] = [
        (row, name_of(row), str(row.site), row.not_after) for row in found
    ]
    every += [
        (end.provider, f"SAML: {end.what}", f"{end.provider.site}, {end.provider}", end.at)
        for end in saml_ends(providers)
    ]
    ending = (Ending(row, name, whose, at, at <= now) for row, name, whose, at in every if at <= now + SOON)
    return sorted(ending, key=lambda each: each.ends_at)


def device_certificates_ending(rows: QuerySet[Certificate], *, now: datetime) -> int:
    return rows.filter(revoked_at=None, not_after__gt=now, not_after__lte=now + SOON).count()


def _newest(
    rows: Iterable[SigningIdentity] | Iterable[PushCertificate],
) -> Iterator[SigningIdentity | PushCertificate]:
    """The last of each site, and of each topic there."""
    last = {(row.site_id, getattr(row, "topic", "")): row for row in rows}
    yield from last.values()


def name_of(row: Model) -> str:
    return str(row._meta.verbose_name).capitalize().replace("Ca ", "CA ")
