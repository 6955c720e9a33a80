"""The groups of somebody of an LDAP directory, those that hold a group of theirs included."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ldap
from ldap.dn import str2dn
from ldap.filter import escape_filter_chars

from enrollment.directories.entry import DirectoryUnavailable, Group
from enrollment.directories.ldap.entries import Attributes, attribute
from enrollment.models import DirectoryServer
from enrollment.models.directory_server import GroupKind
from sites_config.batches import batches

MOST_GROUPS = 1000
DEEPEST = 30  # groups within groups
AT_ONCE = 40  # DNs in one filter
# [MS-ADTS] 3.1.1.3.4.4.3: follows groups within groups on the server, loops and all.
IN_CHAIN = "1.2.840.113556.1.4.1941"
HELD_BY = {GroupKind.NAMES: "member", GroupKind.UNIQUE_NAMES: "uniqueMember", GroupKind.IN_CHAIN: "member"}
Row = tuple[str, Attributes]
# Of some DNs the entries of the groups that they are in, by one step.
Holders = Callable[[Sequence[str]], Iterator[Row]]


def groups_of(connection: Any, server: DirectoryServer, dn: str, attributes: Attributes) -> tuple[Group, ...]:
    """``attributes``: of the person's entry. None where no search base for groups is given.

    Half of the groups could hide one that denies: raises DirectoryUnavailable for too many or too deep ones;
    ldap.LDAPError.
    """
    if not server.group_base:
        return ()
    reader = _Reader(connection, server)
    if server.group_kind == GroupKind.POSIX:
        rows = list(reader.posix(attributes))
    elif server.group_kind == GroupKind.IN_CHAIN:
        rule = f":{IN_CHAIN}:" if server.nested_groups else ""
        rows = list(reader.holding(f"member{rule}", [dn]))
    elif server.group_kind == GroupKind.MEMBER_OF:
        rows = reader.upwards([*reader.named(attributes)], reader.above)
    else:
        attribute_ = HELD_BY[GroupKind(server.group_kind)]
        rows = reader.upwards(
            [*reader.holding(attribute_, [dn])], lambda dns: reader.holding(attribute_, dns)
        )
    if len(rows) > MOST_GROUPS:
        raise DirectoryUnavailable(f"{server.name}: somebody is in more than {MOST_GROUPS} groups")
    return tuple(reader.group(each) for _dn, each in rows)


class _Reader:
    """What is asked of one server for one person."""

    def __init__(self, connection: Any, server: DirectoryServer) -> None:
        self.connection, self.server = connection, server
        self.wanted = [server.group_id_attribute, server.group_name_attribute]
        if server.group_kind == GroupKind.MEMBER_OF:
            self.wanted.append("memberOf")
        self.base = _comparable(server.group_base)

    def group(self, attributes: Attributes) -> Group:
        return Group(
            attribute(attributes, self.server.group_id_attribute),
            attribute(attributes, self.server.group_name_attribute),
        )

    def holding(self, name: str, dns: Sequence[str]) -> Iterator[Row]:
        """The groups whose attribute holds one of these DNs."""
        for some in batches(dns, AT_ONCE):
            parts = "".join(f"({name}={escape_filter_chars(dn)})" for dn in some)
            yield from self._search(self.server.group_base, ldap.SCOPE_SUBTREE, f"(|{parts})")

    def posix(self, attributes: Attributes) -> Iterator[Row]:
        """By user name, and the primary one by its number (RFC 2307, 2.2); no posixGroup holds another."""
        name = attribute(attributes, self.server.user_name_attribute)
        number = attribute(attributes, "gidNumber")
        primary = f"(gidNumber={escape_filter_chars(number)})" if number else ""
        text = f"(&(objectClass=posixGroup)(|(memberUid={escape_filter_chars(name)}){primary}))"
        return self._search(self.server.group_base, ldap.SCOPE_SUBTREE, text) if name else iter(())

    def named(self, attributes: Attributes) -> Iterator[Row]:
        """The groups that an entry's memberOf names, as far as they stand under the search base."""
        known = {name.lower(): values for name, values in attributes.items()}
        for value in known.get("memberof", ()):
            dn = value.decode() if isinstance(value, bytes) else value
            if _comparable(dn)[-len(self.base) :] == self.base:
                yield from self._read(dn)

    def above(self, dns: Sequence[str]) -> Iterator[Row]:
        for dn in dns:
            for _dn, attributes in self._read(dn):
                yield from self.named(attributes)

    def upwards(self, rows: list[Row], holders: Holders) -> list[Row]:
        """With the groups that hold these, and so on: each once, so that a loop ends."""
        found: dict[str, Row] = {row[0].lower(): row for row in rows}
        fresh, steps = [row[0] for row in found.values()], 0
        while fresh and self.server.nested_groups and len(found) <= MOST_GROUPS:
            steps += 1
            if steps > DEEPEST:
                raise DirectoryUnavailable(f"{self.server.name}: groups are nested deeper than {DEEPEST}")
            above = {row[0].lower(): row for row in holders(fresh)}
            fresh = [row[0] for key, row in above.items() if key not in found]
            found = above | found
        return list(found.values())

    def _read(self, dn: str) -> Iterator[Row]:
        """A group that is gone, or that the account may not see, is none."""
        try:
            yield from self._search(dn, ldap.SCOPE_BASE, "(objectClass=*)")
        except ldap.NO_SUCH_OBJECT:
            return

    def _search(self, base: str, scope: int, text: str) -> Iterator[Row]:
        for dn, attributes in self.connection.search_ext_s(base, scope, text, self.wanted):
            if dn is not None:  # None: a referral
                yield dn, attributes


def _comparable(dn: str) -> list[str]:
    """Of a DN its parts without regard to case and blanks; [""] for what is none."""
    try:
        return ["+".join(f"{kind}={value}" for kind, value, _ in each).lower() for each in str2dn(dn)]
    except ldap.DECODING_ERROR:
        return [""]
