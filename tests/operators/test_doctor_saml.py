"""The doctor and SAML providers: what is known of them, without asking them."""

from datetime import datetime, timedelta

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.models import SamlIdentityProvider
from enrollment.signin.saml.metadata import read_metadata
from tests.gallery_pages.saml import metadata
from tests.identity.test_saml_metadata import certificate
from tests.operators.consulted import consulted

pytestmark = pytest.mark.django_db
NOWHERE = "http://alpha.test"
URL = "https://saml.example/metadata"


@pytest.fixture(scope="module")
def lasting() -> str:
    """PEM of a certificate that lasts."""
    return certificate(days=300)


def known(site: Site, pem: str, **columns: object) -> datetime:
    now = timezone.now()
    read = read_metadata(metadata(pem).encode(), now=now)
    defaults: dict[str, object] = {
        "name": "Northwind Account",
        "entity_id": read.entity_id,
        "metadata_xml": read.xml,
        "metadata_url": URL,
        "metadata_read_at": now,
    }
    SamlIdentityProvider.objects.create(site=site, **(defaults | columns))
    return now


def said() -> dict[str, object]:
    return consulted(NOWHERE).of("saml", "Northwind Account of Alpha School")


def test_metadata_that_is_fresh(alpha: Site, lasting: str) -> None:
    now = known(alpha, lasting)

    assert (
        said()["state"] == "ok"
        and said()["text"] == f"metadata read on {now:%Y-%m-%d %H:%M} UTC, no end given"
    )


@pytest.mark.parametrize(("days", "state"), [(-1, "failed"), (10, "warning"), (90, "ok")])
def test_metadata_that_ends(alpha: Site, lasting: str, days: int, state: str) -> None:
    end = timezone.now() + timedelta(days=days)
    known(alpha, lasting, metadata_valid_until=end)

    assert said()["state"] == state and f"{end:%Y-%m-%d}" in str(said()["text"])


@pytest.mark.parametrize(
    ("columns", "state", "words"),
    [
        ({"metadata_xml": ""}, "failed", "never read: nobody can log in"),
        (
            {"metadata_problem": "It could not be read: status 404."},
            "warning",
            "the last try failed: It could not",
        ),
        ({"metadata_read_at": None}, "warning", "not read again for more than 2 days"),
    ],
)
def test_metadata_that_could_not_be_read(
    alpha: Site, lasting: str, columns: dict[str, object], state: str, words: str
) -> None:
    known(alpha, lasting, **columns)

    assert said()["state"] == state and words in str(said()["text"])
    assert "refresh_saml_metadata" in str(said()["todo"])


def test_an_uploaded_file_is_never_stale_but_its_certificate_ends(alpha: Site, lasting: str) -> None:
    known(alpha, lasting, metadata_url="", metadata_read_at=timezone.now() - timedelta(days=200))
    assert said()["state"] == "ok"

    SamlIdentityProvider.objects.all().delete()
    known(alpha, certificate(days=20), metadata_url="")

    assert said()["state"] == "warning" and "its certificate ends on" in str(said()["text"])
    assert str(said()["todo"]).startswith("upload the provider's metadata")
