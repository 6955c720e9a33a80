"""Whether a directory server can be asked now: connected, bound, and the search base is there."""

from enrollment.directories.ldap import connection
from enrollment.models import DirectoryServer


def probe(server: DirectoryServer) -> bool:
    """False when the account that searches can't see the search base. Raises DirectoryUnavailable."""
    connection.forget()
    with connection.connected(server) as bound:
        return bool(bound.search_ext_s(server.user_base, 0, "(objectClass=*)", ["1.1"]))
