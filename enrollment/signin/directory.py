"""Signing in with the password of a directory: django-auth-ldap finds and binds, no account is made."""

import threading
from typing import Any

import ldap
from django.dispatch import receiver
from django.http import HttpRequest
from django_auth_ldap.backend import LDAPBackend, ldap_error
from django_auth_ldap.config import LDAPSearch, LDAPSettings

from enrollment.actions.enrollments import SignIn
from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.ldap.connection import access, bind_password, failing_softly, said
from enrollment.directories.ldap.entries import entry, wanted
from enrollment.directories.ldap.groups import groups_of
from enrollment.directories.ldap.lookup import askable, servers_of
from enrollment.models import DirectoryServer, SignInMethod
from enrollment.signin.entries import signed_in
from enrollment.signin.staff import Busy

# A directory that is slow must not hold every thread of the process.
AT_ONCE, LONGEST_WAIT = 2, 1.0  # seconds
_slots = threading.BoundedSemaphore(AT_ONCE)


def sign_in_at_directories(
    request: HttpRequest, sites: frozenset[int], *, username: str, password: str
) -> SignIn | None:
    """Whom the first server knows that takes the password; None for nobody.

    Raises DirectoryUnavailable when no server takes it and one of them could not be asked; Busy.
    """
    if not askable(username) or not password or "\0" in password:
        return None  # an empty password would be an anonymous bind, which servers grant
    servers = servers_of(sites, sign_in=True)
    if not servers:
        return None
    if not _slots.acquire(timeout=LONGEST_WAIT):
        raise Busy
    try:
        return _asked(request, servers, username, password)
    finally:
        _slots.release()


def _asked(
    request: HttpRequest, servers: list[DirectoryServer], username: str, password: str
) -> SignIn | None:
    unavailable: DirectoryUnavailable | None = None
    for server in servers:
        try:
            found = _Server(server).sign_in(request, username, password)
        except DirectoryUnavailable as error:
            unavailable = error
            continue
        if found is not None:
            return signed_in(SignInMethod.LDAP, found)
    if unavailable is not None:
        raise unavailable
    return None


@receiver(ldap_error, dispatch_uid="an error of a directory is no wrong password")
def _not_an_answer(sender: type, exception: ldap.LDAPError, **_facts: object) -> None:
    """django-auth-ldap would go on as if nobody was found; an exception in here passes through it."""
    if sender is _Server:
        raise DirectoryUnavailable(said(exception))


class _Search(LDAPSearch):  # type: ignore[misc]  # django-auth-ldap has no types
    """The stock one fills placeholders even when there are none, and stumbles over a % in a DN (its issue 271)."""

    def execute(self, connection: Any, filterargs: Any = (), escape: bool = True) -> Any:
        if filterargs:
            return super().execute(connection, filterargs, escape)
        return self._process_results(
            connection.search_s(self.base_dn, self.scope, self.filterstr, self.attrlist)
        )


class _Server(LDAPBackend):  # type: ignore[misc]
    """django-auth-ldap on one row; made anew for each attempt, so nothing is shared between threads."""

    def __init__(self, server: DirectoryServer) -> None:
        self.server = server

    def sign_in(self, request: HttpRequest, username: str, password: str) -> Entry | None:
        how = access(self.server)
        search = _Search(
            self.server.user_base, ldap.SCOPE_SUBTREE, self.server.user_filter, wanted(self.server)
        )
        # A prefix that no settings file can have, or a global AUTH_LDAP_… would win over the row.
        self.settings = LDAPSettings(
            f"AUTH_LDAP OF {self.server.pk} ",
            {
                "SERVER_URI": how.uri,
                "START_TLS": how.starttls,
                "CONNECTION_OPTIONS": how.options,
                "BIND_DN": self.server.bind_dn,
                "BIND_PASSWORD": bind_password(self.server),
                "USER_SEARCH": search,
                "USER_ATTRLIST": wanted(self.server),
            },
        )
        with failing_softly(self.server):
            return self.authenticate(request, username, password)  # type: ignore[no-any-return]

    def authenticate_ldap_user(self, ldap_user: Any, password: str) -> Entry | None:
        """Stops where the stock one goes on to make a Django user, which it would match by name over all sites."""
        try:
            ldap_user._authenticate_user_dn(password)
            attributes = ldap_user.attrs
            # The password is right; from here on the account that searches asks again.
            groups = groups_of(ldap_user.connection, self.server, ldap_user.dn, attributes)
            return entry(self.server, attributes, groups)
        except ldap_user.AuthenticationFailed:
            return None
        finally:
            # A cycle of references would keep the socket open until the collector comes.
            if ldap_user._connection is not None:
                ldap_user._connection.unbind_s()
