"""Who has exactly this user name, asked of the LDAP servers of some sites by the account that searches."""

import ldap
from ldap.filter import escape_filter_chars

from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.ldap.connection import connected
from enrollment.directories.ldap.entries import entry, wanted
from enrollment.directories.ldap.groups import groups_of
from enrollment.models import DirectoryServer
from enrollment.models.directory_server import USER

LONGEST_NAME = 150  # characters
AMBIGUOUS = 2


def servers_of(sites: frozenset[int], *, sign_in: bool = False) -> list[DirectoryServer]:
    """In the order in which they are asked; ``sign_in``: those by which people may log in."""
    rows = DirectoryServer.objects.filter(site__in=sites, enabled=True).order_by("position", "pk")
    return list(rows.filter(sign_in=True) if sign_in else rows)


def find(user_name: str, sites: frozenset[int]) -> list[Entry]:
    """At most two. Raises DirectoryUnavailable when nobody was found and a server could not be asked."""
    if not askable(user_name):
        return []
    found: list[Entry] = []
    unavailable: DirectoryUnavailable | None = None
    for server in servers_of(sites):
        try:
            found += search(server, user_name)
        except DirectoryUnavailable as error:
            unavailable = error
    if not found and unavailable is not None:
        raise unavailable
    return found[:AMBIGUOUS]


def askable(user_name: str) -> bool:
    """No directory has a name like this; some misread it."""
    return 0 < len(user_name.strip()) <= LONGEST_NAME and "\0" not in user_name


def search(server: DirectoryServer, user_name: str, *, groups: bool = False) -> list[Entry]:
    """Of one server; with the groups they are in if asked for. Raises DirectoryUnavailable."""
    text = server.user_filter.replace(USER, escape_filter_chars(user_name.strip()))
    with connected(server) as connection:
        try:
            rows = connection.search_ext_s(
                server.user_base, ldap.SCOPE_SUBTREE, text, wanted(server), sizelimit=AMBIGUOUS
            )
        except ldap.SIZELIMIT_EXCEEDED:
            return []  # as good as nobody
        people = [(dn, attributes) for dn, attributes in rows if dn is not None]  # None: a referral
        return [
            entry(server, attributes, groups_of(connection, server, dn, attributes) if groups else ())
            for dn, attributes in people
        ]


def again_with_groups(known: Entry, user_name: str) -> Entry | None:
    """Somebody whom a server found by this name, now with groups. Raises DirectoryUnavailable."""
    server = DirectoryServer.objects.filter(pk=known.source.partition(":")[2]).first()
    found = search(server, user_name, groups=True) if server else []
    return next((each for each in found if each.external_id == known.external_id), None)
