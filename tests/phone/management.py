"""From a waiting profile to a managed device: Settings, SCEP and the MDM client in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.phone.cms_build import Identity
from tests.phone.commands import Orders
from tests.phone.errors import PhoneError
from tests.phone.hardware import Hardware
from tests.phone.mdm import APPLE_MDM, MdmClient, MdmStyle
from tests.phone.network import Network
from tests.phone.payload_rules import SCEP
from tests.phone.profile import Payload, Profile
from tests.phone.scep import APPLE_SCEP, ScepClient, ScepStyle
from tests.phone.settings import Settings

T = TypeVar("T")


def new_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@dataclass
class Management:
    """`profile` is the one being installed or installed last; `identity` its certificate and key."""

    hardware: Hardware
    settings: Settings
    network: Network
    clock: Callable[[], datetime]
    say: Callable[[str], None]
    scep_style: ScepStyle = APPLE_SCEP
    mdm_style: MdmStyle = APPLE_MDM
    new_key: Callable[[int], rsa.RSAPrivateKey] = new_key
    profile: Profile | None = None
    scep: ScepClient | None = None
    identity: Identity | None = None
    answered: list[tuple[str, str]] = field(default_factory=list)
    managed: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Tap Install, Trust, Done: everything up to the first commands."""
        self.install()
        self.obtain_certificate()
        self.authenticate()
        self.token_update()
        self.idle_until_done()

    def install(self) -> Profile:
        """Install the waiting profile's certificates; an enrollment goes on with `obtain_certificate`."""
        self.profile = self.settings.install()
        self.scep = self.identity = None
        self.say(f"Settings: install {self.profile.name!r}")
        return self.profile

    def obtain_certificate(self, key: rsa.RSAPrivateKey | None = None) -> bytes:
        """The identity certificate (DER) by SCEP."""
        payload = self._installing.identity_payload
        if payload["PayloadType"] != SCEP:
            raise PhoneError("Settings", f"no identity by {payload['PayloadType']} here")
        content = payload["PayloadContent"]
        key = key or self.new_key(content.get("Keysize", 1024))
        self.scep = ScepClient(content, self._trusting_network, self.clock, self.scep_style)
        certificate = self._or_cancel(lambda: self._scep_client.obtain(key))
        self.identity = Identity(certificate, key)
        self.say("SCEP: certificate issued")
        return certificate

    def authenticate(self) -> None:
        """A refused Authenticate fails the installation; an accepted one completes it."""
        self._or_cancel(lambda: self.mdm.authenticate())
        self.settings.finish(self._installing)
        self.say("MDM: Authenticate accepted")

    def token_update(self) -> None:
        self.mdm.token_update()
        self.say("MDM: TokenUpdate accepted")

    def idle_until_done(self) -> list[str]:
        """Connect as after a push: fetch and obey commands until there are none; returns their
        RequestTypes."""
        client = self.mdm
        requests = client.idle_until_done(self._orders.obey)
        self.answered += client.answered
        for request, status in client.answered:
            self.say(f"MDM: {request}: {status}")
        if self._installing.identifier not in self.settings.installed:
            self._say_goodbye(client)
        return requests

    def check_out(self) -> None:
        """The person removes the profile in Settings."""
        client = self.mdm
        self.settings.remove(self._installing.identifier)
        self._say_goodbye(client)

    def _say_goodbye(self, client: MdmClient) -> None:
        if client.payload.get("CheckOutWhenRemoved"):
            client.check_out()
            self.say("MDM: CheckOut sent")

    @property
    def mdm(self) -> MdmClient:
        """A client for the profile in hand, with its identity; tests may send any message with it."""
        if self.identity is None:
            raise PhoneError("MDM", "there is no identity certificate yet")
        return MdmClient(
            self._mdm_payload,
            self.hardware,
            self.identity,
            self._trusting_network,
            self.clock,
            self.mdm_style,
        )

    @property
    def _installing(self) -> Profile:
        if self.profile is None:
            raise PhoneError("Settings", "no profile is being installed")
        return self.profile

    @property
    def _mdm_payload(self) -> Payload:
        if self._installing.mdm is None:
            raise PhoneError("Settings", f"{self._installing.name!r} does not enroll the device")
        return self._installing.mdm

    @property
    def _scep_client(self) -> ScepClient:
        assert self.scep is not None
        return self.scep

    @property
    def _trusting_network(self) -> Network:
        """A root inside an enrollment profile is trusted for TLS at once, unlike one in any other profile."""
        return self.network.trusting(self._installing.certificates)

    @property
    def _orders(self) -> Orders:
        certificate = self.mdm.identity.certificate
        return Orders(self.hardware, self.settings, self.mdm.rights, certificate, self.managed)

    def _or_cancel(self, step: Callable[[], T]) -> T:
        try:
            return step()
        except PhoneError:
            self.settings.cancel(self._installing)
            raise
