"""Phones on the wire, each with the enrollment whose profile it holds, brought as far as a story needs."""

import plistlib
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sites.models import Site

from enrollment.actions.enrollments import start
from enrollment.actions.profiles import ProfileWords, issue_profile
from enrollment.actions.tokens import new_token, profile_token
from enrollment.models import Certificate, Enrollment, Event, Invitation
from sites_config.models import SiteConfiguration
from tests import people
from tests.device.keys import any_key
from tests.device.wire import HOST, Wire
from tests.moved_clock import Clock
from tests.phone.hardware import Hardware
from tests.phone.management import Management
from tests.phone.mdm import CHECK_IN, REPORT
from tests.phone.network import Response
from tests.phone.settings import Settings

WORDS = ProfileWords("Device management", "Lets the school manage this device.", "Identity", "Management")


def say_nothing(line: str) -> None:
    """Nobody listens to these phones."""


@dataclass(kw_only=True)
class Phone(Management):
    """``attempt`` and ``key`` are the enrollment and the browser key of the person who holds the phone."""

    wire: Wire
    site: Site
    attempt: Enrollment
    key: str = field(repr=False)
    host: str = HOST

    @property
    def enrollment(self) -> Enrollment:
        """As it stands in the database now."""
        rows = Enrollment.objects.select_related("device__enrollment", "invitation", "profile")
        return rows.get(pk=self.attempt.pk)

    @property
    def certificate(self) -> Certificate:
        """The row of the one certificate that is not revoked."""
        return Certificate.objects.get(enrollment=self.attempt, revoked_at=None)

    @property
    def events(self) -> list[str]:
        """Kinds on the enrollment's timeline, the oldest first."""
        rows = Event.objects.filter(enrollment=self.attempt).order_by("pk")
        return list(rows.values_list("kind", flat=True))

    @property
    def challenge(self) -> str:
        """The SCEP challenge in the profile being installed."""
        return str(self._installing.identity_payload["PayloadContent"]["Challenge"])

    @property
    def topic(self) -> str:
        return str(self._mdm_payload["Topic"])

    def issue(self) -> str:
        """Continue, or Download again: a new profile; returns its URL."""
        enrollment = self.enrollment
        site = SiteConfiguration.for_site(enrollment.site_id)
        base_url = f"https://{self.host}"
        profile = issue_profile(
            enrollment, site=site, key=self.key, base_url=base_url, words=WORDS, now=self.clock()
        )
        return f"{base_url}/p/{profile_token(self.key, bytes(profile.token_nonce))}.mobileconfig"

    def take(self, url: str) -> None:
        """Fetch the profile and begin to install it."""
        self.settings.receive(self.settings.fetch(url))
        self.install()

    def check_in(self, message_type: str, **details: Any) -> Response:
        """A signed check-in message, whatever the answer."""
        message = {"MessageType": message_type, "Topic": self.topic, "UDID": self.hardware.udid} | details
        return self.put(self._mdm_payload["CheckInURL"], message)

    def report(self, **message: Any) -> Response:
        """A signed report to the ServerURL, whatever the answer."""
        return self.put(self._mdm_payload["ServerURL"], {"UDID": self.hardware.udid} | message)

    def put(self, url: str, message: dict[str, Any] | bytes) -> Response:
        return self.mdm.put(url, as_body(message), content_type_for(url))


def as_body(message: dict[str, Any] | bytes) -> bytes:
    return message if isinstance(message, bytes) else plistlib.dumps(message)


def content_type_for(url: str) -> str:
    return CHECK_IN if url.endswith("check-in") else REPORT


@dataclass
class Phones:
    """Makes phones of one site whose Settings trust nobody: signatures are checked, chains are not."""

    wire: Wire
    clock: Clock
    site: Site

    def started(self, *, site: Site | None = None, host: str = HOST, **options: Any) -> Phone:
        """Started by an invitation without login. ``options``: invitation, and fields of Hardware."""
        at = site or self.site
        invitation = options.pop("invitation", None) or people.invite(at)[0]
        key = new_token()
        settings = Settings(self.wire, roots=[], clock=self.clock.now)
        return Phone(
            Hardware(**options),
            settings,
            self.wire,
            self.clock.now,
            say_nothing,
            new_key=any_key,
            wire=self.wire,
            site=at,
            attempt=self._start(at, key, host, invitation),
            key=key,
            host=host,
        )

    def _start(self, site: Site, key: str, host: str, invitation: Invitation) -> Enrollment:
        now = self.clock.now()
        return start(entry_site_id=site.pk, key=key, host=host, language="en", now=now, invitation=invitation)

    def with_profile(self, **options: Any) -> Phone:
        """The profile is being installed; SCEP comes next."""
        phone = self.started(**options)
        phone.take(phone.issue())
        return phone

    def certified(self, **options: Any) -> Phone:
        phone = self.with_profile(**options)
        phone.obtain_certificate()
        return phone

    def authenticated(self, **options: Any) -> Phone:
        phone = self.certified(**options)
        phone.authenticate()
        return phone

    def enrolled(self, **options: Any) -> Phone:
        """After its first TokenUpdate, before it asks for commands."""
        phone = self.authenticated(**options)
        phone.token_update()
        return phone
