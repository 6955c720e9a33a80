"""What a verified assertion says of somebody, as an entry of ours."""

from typing import Any

from enrollment.directories.entry import Entry, Group
from enrollment.models import SamlIdentityProvider
from enrollment.models.saml_identity_provider import ATTRIBUTES, NameIdFormat
from enrollment.signin.entries import LONGEST_ID
from enrollment.signin.failures import Reason, SignInFailed
from enrollment.signin.saml.message import shown
from enrollment.signin.saml.response import Verified

MOST_GROUPS = 1000
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


def entry_of(row: SamlIdentityProvider, verified: Verified) -> Entry:
    """Raises SignInFailed for somebody without an id that never changes."""
    fields: dict[str, Any] = {
        field: _joined(verified, getattr(row, column)) for field, column in ATTRIBUTES.items()
    }
    external_id = _id(row, verified)
    if not 0 < len(external_id) <= LONGEST_ID:
        raise SignInFailed(Reason.INVALID, f"{row}: no {row.id_attribute or 'NameID'} that could be an id")
    fields["user_name"] = fields["user_name"] or external_id
    names = verified.attributes.get(row.groups_attribute, ()) if row.groups_attribute else ()
    groups = tuple(Group(name, name) for name in map(_clean, names[:MOST_GROUPS]) if name)
    return Entry(source=row.source, external_id=external_id, groups=groups, **fields)


def _id(row: SamlIdentityProvider, verified: Verified) -> str:
    if row.id_attribute:
        values = verified.attributes.get(row.id_attribute, ())
        return _clean(values[0]) if len(values) == 1 else ""
    sent = verified.name_id_format or NameIdFormat.UNSPECIFIED
    any_will_do = row.name_id_format == NameIdFormat.UNSPECIFIED and sent != TRANSIENT
    if not any_will_do and sent != row.name_id_format:
        raise SignInFailed(Reason.INVALID, f"{row}: a NameID of another format, {shown(sent)}")
    return _clean(verified.session.name_id)


def _joined(verified: Verified, names: str) -> str:
    """The first value of each attribute, with blanks between."""
    values = (verified.attributes.get(name, ()) for name in names.split())
    return " ".join(_clean(each[0]) for each in values if each).strip()


def _clean(value: str) -> str:
    return value.replace("\0", "").strip()
