"""LDAP's attributes as an entry of ours."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from enrollment.directories.entry import DirectoryUnavailable, Entry, Group
from enrollment.models import DirectoryServer
from enrollment.models.directory_server import ATTRIBUTES, GroupKind

Attributes = Mapping[str, Sequence[bytes | str]]
# Binary in every directory that has it; the bytes may happen to be valid UTF-8.
GUID = "objectguid"
LONGEST_ID = 200  # characters, the width of the identity's column


def entry(server: DirectoryServer, attributes: Attributes, groups: tuple[Group, ...] = ()) -> Entry:
    """Raises DirectoryUnavailable for something without an id that never changes: the attribute is the wrong one."""
    known = {name.lower(): values for name, values in attributes.items()}
    fields: dict[str, Any] = {field: _first(known, server.attribute_of(field)) for field in ATTRIBUTES}
    if not 0 < len(fields["external_id"]) <= LONGEST_ID:
        raise DirectoryUnavailable(
            f"{server.name}: an entry has no {server.id_attribute} that could be its id"
        )
    return Entry(source=server.source, groups=groups, **fields)


def attribute(attributes: Attributes, name: str) -> str:
    """The first value, "" for none; names are compared without regard to case."""
    return _first({each.lower(): values for each, values in attributes.items()}, name)


def wanted(server: DirectoryServer) -> list[str]:
    """The attributes to ask for: all, and by name those that a server gives on request only."""
    return ["*", *sorted(set(_named(server)))]


def _named(server: DirectoryServer) -> Iterator[str]:
    for field in ATTRIBUTES:
        name = server.attribute_of(field)
        if name:
            yield name
    if server.group_base and server.group_kind == GroupKind.MEMBER_OF:
        yield "memberOf"


def _first(known: Mapping[str, Sequence[bytes | str]], name: str) -> str:
    values = known.get(name.lower()) or [""]
    value = values[0]
    if name.lower() == GUID:
        return _guid(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _guid(value: bytes | str) -> str:
    """As Active Directory prints it ([MS-DTYP] 2.3.4)."""
    raw = value if isinstance(value, bytes) else value.encode()
    return str(uuid.UUID(bytes_le=raw)) if len(raw) == 16 else ""
