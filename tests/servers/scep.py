"""A phone that is installing its profile, right before it asks for a certificate."""

from tests.iphone import IPhone
from tests.phone.scep import ScepClient


def scep_of(phone: IPhone) -> ScepClient:
    """Its SCEP client, which knows the authority's capabilities and certificate already."""
    profile = phone.management.profile
    assert profile is not None
    client = ScepClient(profile.identity_payload["PayloadContent"], phone.network)
    client.ask_capabilities()
    client.ask_ca_certificate()
    return client
