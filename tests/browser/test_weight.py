"""A page is one request of at most 5 kB."""

import gzip

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from sites_config.models import User
from tests import people
from tests.phone.safari import USER_AGENTS

LIMIT = 5000
HEADERS = {
    "host": "alpha.test",
    "x-forwarded-proto": "https",
    "accept-encoding": "gzip",
    "user-agent": USER_AGENTS["iPhone"],
}


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_the_heaviest_pages_stay_below_the_limit(alpha: Site, alice: User, language: str) -> None:
    client = Client(headers=HEADERS | {"accept-language": language})
    _row, token = people.invite(alpha)
    weights = {"log-in": weight(client, "/enroll/"), "welcome": weight(client, f"/i/{token}")}
    path = client.post(f"/i/{token}").headers["Location"]
    weights["mdm-profile"] = weight(client, f"{path}mdm-profile/")
    client.post(f"{path}mdm-profile/")
    weights["install"] = weight(client, f"{path}install/")

    assert max(weights.values()) <= LIMIT, weights


def weight(client: Client, path: str) -> int:
    """Bytes over the wire, with a style, a script and no further file."""
    response = client.get(path)
    assert response.status_code == 200 and response.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(response.content).decode()
    assert "<style>" in page and '<link rel="stylesheet"' not in page and "src=" not in page
    return len(response.content)
