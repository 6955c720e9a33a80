"""What is known of each SAML provider: read when, good until when. Nothing is fetched: refresh_saml_metadata does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from enrollment.actions.expiry import stage
from enrollment.actions.saml_ends import METADATA, ends_of, switched_on
from enrollment.doctor.finding import Asked, Finding, State, until
from enrollment.models import SamlIdentityProvider
from enrollment.signin.saml.metadata import BadMetadata, stored_metadata

STALE = timedelta(days=2)
REFRESH = "manage.py refresh_saml_metadata, once an hour by a timer"
UPLOAD = "upload the provider's metadata of today in the administration"


def saml(asked: Asked) -> Iterator[Finding]:
    for row in switched_on(SamlIdentityProvider.objects.all()):
        yield _found(row, f"{row} of {row.site}", asked.now)


def _found(row: SamlIdentityProvider, subject: str, now: datetime) -> Finding:
    todo = REFRESH if row.metadata_url else UPLOAD
    if not row.metadata_xml:
        text = f"its metadata was never read: nobody can log in. {row.metadata_problem}".strip()
        return Finding(State.FAILED, text, subject, todo)
    read = (
        f"metadata read on {row.metadata_read_at:%Y-%m-%d %H:%M} UTC" if row.metadata_read_at else "metadata"
    )
    end = row.metadata_valid_until
    found = (
        until(end, now=now, subject=subject, todo=todo) if end else Finding(State.OK, "no end given", subject)
    )
    text = f"{read}, {found.text}"
    if found.state != State.FAILED and (trouble := _trouble(row, now)):
        return replace(found, state=State.WARNING, text=f"{text}; {trouble}", todo=todo)
    return replace(found, text=text)


def _trouble(row: SamlIdentityProvider, now: datetime) -> str:
    if row.metadata_problem:
        return f"the last try failed: {row.metadata_problem}"
    if row.metadata_url and (row.metadata_read_at is None or row.metadata_read_at < now - STALE):
        return f"not read again for more than {STALE.days} days"
    try:
        stored_metadata(row.metadata_xml)
    except BadMetadata as reason:
        return f"it can't be read any more: {reason}"
    ends = [end for end in ends_of(row) if end.what != METADATA and stage(end.at, now) is not None]
    said = [f"{end.words(now)}, and the next one has to be known by then" for end in ends]
    return "; ".join(said)
