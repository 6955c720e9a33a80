"""A connection to one directory server: its address, TLS, time limits, and whether it answered lately."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import ldap
from ldap.ldapobject import SimpleLDAPObject

from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.ldap.preflight import Endpoint, Unreachable, check
from enrollment.directories.outbound import Forbidden, check_address
from enrollment.models import DirectoryServer
from enrollment.models.directory_server import Tls
from sites_config.secrets import decrypt

# The second two are Active Directory's global catalogue.
USUAL_PORTS = frozenset({389, 636, 3268, 3269})
PORTS = {Tls.LDAPS: 636, Tls.STARTTLS: 389}
# A dead host costs each process one wait in this time; a live one is looked at again soon, because one that falls
# silent in the middle of a handshake would hold libldap for ever.
DEAD_FOR, ALIVE_FOR = 30.0, 2.0  # seconds
_seen: dict[Endpoint, tuple[float, str]] = {}


@dataclass(frozen=True)
class Access:
    """How to talk to one reachable host of a server."""

    uri: str
    options: dict[int, object]
    starttls: bool


def access(server: DirectoryServer) -> Access:
    """The first host that answers. Raises DirectoryUnavailable."""
    reasons = []
    for endpoint in endpoints(server):
        reason = _reason(endpoint, server.timeout_seconds)
        if not reason:
            return _access(server, endpoint)
        reasons.append(f"{endpoint.host}: {reason}")
    raise DirectoryUnavailable("; ".join(reasons) or "no host is named")


def endpoints(server: DirectoryServer) -> Iterator[Endpoint]:
    certificate, key = _client_files(server)
    for each in server.hosts.split():
        host, _, port = each.partition(":")
        yield Endpoint(
            host=host,
            port=int(port) if port.isdigit() else PORTS[Tls(server.tls)],
            starttls=server.tls == Tls.STARTTLS,
            ca_pem=server.ca_pem.strip(),
            client_certificate=certificate,
            client_key=key,
        )


def _reason(endpoint: Endpoint, timeout: int) -> str:
    """Why the host can't be reached, "" when it can."""
    checked, reason = _seen.get(endpoint, (-DEAD_FOR, ""))
    if time.monotonic() - checked < (DEAD_FOR if reason else ALIVE_FOR):
        return reason
    reason = ""
    try:
        check_address(endpoint.host, endpoint.port, usual_ports=USUAL_PORTS)
        check(endpoint, timeout=timeout)
    except (Unreachable, Forbidden, OSError) as error:
        reason = str(error)
    _seen[endpoint] = (time.monotonic(), reason)
    return reason


def forget() -> None:
    """What was seen of any host; for a test of the connection, which wants to know how it is now."""
    _seen.clear()


def _access(server: DirectoryServer, endpoint: Endpoint) -> Access:
    options: dict[int, object] = {
        ldap.OPT_PROTOCOL_VERSION: 3,
        ldap.OPT_REFERRALS: 0,  # chased anonymously, and real Active Directories leave the chase hanging
        ldap.OPT_NETWORK_TIMEOUT: float(server.timeout_seconds),
        ldap.OPT_TIMEOUT: float(server.timeout_seconds),
        ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
        ldap.OPT_X_TLS_CACERTFILE: _kept(endpoint.ca_pem) if endpoint.ca_pem else _public_authorities(),
    }
    if endpoint.client_certificate:
        options[ldap.OPT_X_TLS_CERTFILE] = endpoint.client_certificate
        options[ldap.OPT_X_TLS_KEYFILE] = endpoint.client_key
    options[ldap.OPT_X_TLS_NEWCTX] = 0  # last, or what was said of certificates counts for nothing
    scheme = "ldap" if endpoint.starttls else "ldaps"
    return Access(f"{scheme}://{endpoint.host}:{endpoint.port}", options, endpoint.starttls)


@contextmanager
def connected(server: DirectoryServer) -> Iterator[SimpleLDAPObject]:
    """Bound as the account that searches. Raises DirectoryUnavailable, also for what fails while it is used."""
    with failing_softly(server):
        connection = _opened(access(server))
        try:
            connection.simple_bind_s(server.bind_dn, bind_password(server))
            yield connection
        finally:
            connection.unbind_s()


def _opened(how: Access) -> SimpleLDAPObject:
    connection = ldap.initialize(how.uri, bytes_mode=False)
    for option, value in how.options.items():
        connection.set_option(option, value)
    if how.starttls:
        connection.start_tls_s()
    return connection


@contextmanager
def failing_softly(server: DirectoryServer) -> Iterator[None]:
    """Whatever LDAP raises becomes DirectoryUnavailable, and a host that went away is asked anew next time."""
    try:
        yield
    except (ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.CONNECT_ERROR) as error:
        forget()
        raise DirectoryUnavailable(f"{server.name}: {said(error)}") from None
    except ldap.LDAPError as error:
        raise DirectoryUnavailable(f"{server.name}: {said(error)}") from None


def said(error: Any) -> str:
    """What the server says of an error, in one line; never a password or a filter."""
    facts = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return ": ".join(filter(None, (str(facts.get("desc", type(error).__name__)), str(facts.get("info", "")))))


def bind_password(server: DirectoryServer) -> str:
    stored = bytes(server.bind_password_encrypted)
    return decrypt(stored).decode() if stored else ""


def _client_files(server: DirectoryServer) -> tuple[str, str]:
    stored = bytes(server.client_key_encrypted)
    if not server.client_certificate_pem or not stored:
        return "", ""
    return _kept(server.client_certificate_pem), _kept(decrypt(stored).decode())


def _kept(pem: str) -> str:
    """libldap wants files: one for each content, readable by this service alone, gone with the process."""
    path = _folder() / hashlib.sha256(pem.encode()).hexdigest()
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(pem)
        fresh.replace(path)
    return str(path)


_made: list["tempfile.TemporaryDirectory[str]"] = []


def _folder() -> Path:
    if not _made:
        _made.append(tempfile.TemporaryDirectory(prefix="gatehouse-ldap-"))
    return Path(_made[0].name)


def _public_authorities() -> str:
    return str(certifi.where())
