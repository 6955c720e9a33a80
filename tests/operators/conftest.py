"""What operators' stories need: an Alpha whose public URL is real TLS and a slapd."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.actions import metrics
from enrollment.models import CaCertificate
from enrollment.signin import discovery
from sites_config import probes
from tests import people
from tests.identity.conftest import connect, directory, nothing_seen, server, silent
from tests.live import LiveServer, TestAuthority
from tests.moved_clock import clock

__all__ = ["clock", "connect", "directory", "nothing_seen", "server", "silent"]


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    """No story reads numbers of another, or what it saw of a provider."""
    for each in (metrics, probes, discovery):
        each.forget()
    yield
    for each in (metrics, probes, discovery):
        each.forget()


@pytest.fixture
def public(live: LiveServer, alpha: Site, tls: TestAuthority, settings: Settings) -> str:
    """The public URL of Alpha, whose people install and trust the authority of the tests first."""
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    people.configure(alpha, tls_needs_ca=True, skip_ca_certificate=False)
    trust(alpha, tls)
    return live.url("localhost", "")


def trust(site: Site, tls: TestAuthority) -> None:
    CaCertificate.objects.create(
        site=site,
        name="Test root",
        certificate_der=tls.root.public_bytes(Encoding.DER),
        not_after=tls.root.not_valid_after_utc,
        created_at=tls.root.not_valid_before_utc,
    )
