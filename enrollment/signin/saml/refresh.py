"""A provider's metadata, read anew where it is published. What was good stays until something better is read."""

import logging
from dataclasses import dataclass
from datetime import datetime

from enrollment.directories.outbound import Session, Unreachable
from enrollment.models import SamlIdentityProvider
from enrollment.signin.saml.metadata import BadMetadata, ProviderMetadata, read_metadata
from sites_config.changes import raise_version

log = logging.getLogger("gatehouse.signin")
LONGEST_PROBLEM = 300  # characters, the width of the column


@dataclass(frozen=True)
class Refreshed:
    """``problem``: "" when it was read; ``changed``: it says something else than before."""

    problem: str
    changed: bool = False


def fetched(url: str, entity_id: str, *, now: datetime) -> ProviderMetadata:
    """Raises BadMetadata, whatever the reason."""
    try:
        with Session() as session:
            answer = session.get(url)
    except Unreachable as error:
        raise BadMetadata(f"It could not be read: {error}.") from None
    if answer.status_code != 200:
        raise BadMetadata(f"It could not be read: status {answer.status_code}.")
    return read_metadata(answer.content, entity_id, now=now)


def refresh(row: SamlIdentityProvider, *, now: datetime) -> Refreshed:
    """Of ``metadata_url``. Call it outside of transactions: it waits for the provider."""
    try:
        read = fetched(row.metadata_url, row.entity_id, now=now)
    except BadMetadata as reason:
        _update(row, metadata_problem=str(reason)[:LONGEST_PROBLEM])
        return Refreshed(str(reason))
    changed = read.xml != row.metadata_xml
    _update(row, metadata_problem="", metadata_read_at=now, **columns(read))
    if changed:
        log.info("%s: its metadata is another than before", row)
    return Refreshed("", changed)


def columns(read: ProviderMetadata) -> dict[str, object]:
    """What the row keeps of it."""
    return {
        "entity_id": read.entity_id,
        "metadata_xml": read.xml,
        "metadata_valid_until": read.valid_until,
    }


def _update(row: SamlIdentityProvider, **values: object) -> None:
    """Unless an administrator changed meanwhile where it is read."""
    same = SamlIdentityProvider.objects.filter(
        pk=row.pk, metadata_url=row.metadata_url, entity_id=row.entity_id
    )
    if same.update(**values):
        raise_version()
