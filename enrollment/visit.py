"""A visit: one request of a person in the middle of an enrollment, with everything the screens ask about."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from enrollment.actions.enrollments import start
from enrollment.actions.profiles import IDLE, IN_ALL, SAME_BYTES
from enrollment.actions.tokens import profile_token
from enrollment.models import Enrollment, Invitation, Status
from enrollment.signin.privileges import may
from sites_config.http import SiteRequest
from sites_config.models import Privilege, SiteConfiguration
from sites_config.site_settings import SiteSettings

# The name under which a query that reads an enrollment for a page brings the answer to `may_enroll` along.
MAY_ENROLL = "signed_in_may_enroll"


@dataclass
class Visit:
    """``enrollment`` is unsaved until the first accepted POST; ``key`` is the browser key, "" without a browser."""

    enrollment: Enrollment
    now: datetime
    key: str = field(default="", repr=False)
    request: SiteRequest | None = None

    @property
    def entry_site(self) -> SiteSettings:
        return SiteConfiguration.for_site(self.enrollment.entry_site_id)

    @property
    def site(self) -> SiteSettings:
        return SiteConfiguration.for_site(self.enrollment.site_id)

    @property
    def invitation(self) -> Invitation | None:
        return self.enrollment.invitation

    @property
    def saved(self) -> bool:
        return self.enrollment.pk is not None

    @property
    def ended(self) -> bool:
        """The attempt failed or nothing came in time."""
        return self.enrollment.status in (Status.FAILED, Status.EXPIRED) or self.enrollment.lapsed(self.now)

    @cached_property
    def may_enroll(self) -> bool:
        """The staff member who signed in has the privilege at the site they came in by; asked once a visit."""
        if MAY_ENROLL in vars(self.enrollment):
            return bool(vars(self.enrollment)[MAY_ENROLL])
        return may(self.enrollment.signed_in_user, Privilege.ENROLL_MOBILE_DEVICES, self.entry_site)

    @property
    def profile_url(self) -> str:
        """The capability URL of the current profile, a path."""
        profile = self.enrollment.profile
        if profile is None:
            raise ValueError("no profile was issued")
        return f"/p/{profile_token(self.key, bytes(profile.token_nonce))}.mobileconfig"

    @property
    def profile_is_fresh(self) -> bool:
        """The profile there is gives the same bytes once more, so that no second one is signed."""
        profile = self.enrollment.profile
        return bool(profile and profile.body_encrypted and profile.issued_at > self.now - SAME_BYTES)

    def begin(self) -> None:
        """Saves the enrollment if it isn't yet."""
        if self.saved or self.request is None:
            return
        unsaved = self.enrollment
        self.enrollment = start(
            entry_site_id=unsaved.entry_site_id,
            key=self.key,
            host=self.request.get_host(),
            language=self.request.language,
            now=self.now,
        )


def new_visit(request: SiteRequest, key: str) -> Visit:
    """A visit at the portal with nothing answered yet."""
    now, site_id = timezone.now(), request.site.site_id
    unsaved = Enrollment(entry_site_id=site_id, site_id=site_id, idle_until=now + IDLE, ends_at=now + IN_ALL)
    return Visit(unsaved, now, key, request)


def of_device(enrollment: Enrollment, now: datetime) -> Visit:
    """A visit without a person, for the conditions that downloads and SCEP ask again."""
    return Visit(enrollment, now)
