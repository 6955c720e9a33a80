"""Directories and identity providers that are asked over the network, as their “Test connection” asks them."""

from collections.abc import Iterator
from functools import partial

from enrollment.directories.cloud import known
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.ldap.probe import probe
from enrollment.directories.outbound import Unreachable
from enrollment.doctor.deadline import within
from enrollment.doctor.finding import Asked, Finding, State
from enrollment.models import CloudIdentityProvider, DirectoryServer
from enrollment.signin import discovery
from sites_config.secrets import Undecryptable

LDAP_SECONDS, CLOUD_SECONDS = 45.0, 15.0  # several hosts, each with time limits of its own
TODO = "correct it in the administration, where “Test connection” asks again"


def ldap(_asked: Asked) -> Iterator[Finding]:
    rows = DirectoryServer.objects.filter(enabled=True).exclude(site__configuration__archived=True)
    calls = [(f"{row} of {row.site}", row) for row in rows.select_related("site")]
    yield from within(LDAP_SECONDS, [(subject, partial(_server, row, subject)) for subject, row in calls])


def cloud(_asked: Asked) -> Iterator[Finding]:
    rows = CloudIdentityProvider.objects.filter(enabled=True).exclude(site__configuration__archived=True)
    calls = [(f"{row} of {row.site}", row) for row in rows.select_related("site")]
    discovery.forget()
    yield from within(CLOUD_SECONDS, [(subject, partial(_provider, row, subject)) for subject, row in calls])


def _server(row: DirectoryServer, subject: str) -> Finding:
    try:
        found = probe(row)
    except (DirectoryUnavailable, Undecryptable) as reason:
        return Finding(State.FAILED, str(reason), subject, TODO)
    if not found:
        return Finding(State.FAILED, "connected and bound, but the search base can't be seen", subject, TODO)
    return Finding(State.OK, "connected, bound, and the search base is there", subject)


def _provider(row: CloudIdentityProvider, subject: str) -> Finding:
    try:
        discovery.configuration(row.issuer)
    except (Unreachable, discovery.BadDiscovery) as reason:
        return Finding(State.FAILED, f"nobody can log in: {reason}", subject, TODO)
    if not row.client_secret_encrypted:
        text = "it answers, but there is no client secret yet: nobody can log in"
        return Finding(State.FAILED, text, subject, "enter it in the administration")
    if not row.look_up:
        return Finding(State.OK, f"it answers as {row.issuer}", subject)
    try:
        known.probe(row)
    except (DirectoryUnavailable, Undecryptable) as reason:
        return Finding(State.FAILED, f"people can't be found: {reason}", subject, TODO)
    return Finding(State.OK, f"it answers as {row.issuer}, and its directory can be asked", subject)
