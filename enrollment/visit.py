"""A visit: one request of a person in the middle of an enrollment, with everything the screens ask about."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from enrollment.actions.enrollments import SITE_ANSWER, SignIn, choose_site, start
from enrollment.actions.profiles import IDLE, IN_ALL, SAME_BYTES
from enrollment.actions.tokens import profile_token
from enrollment.mdm.os_version import numbers
from enrollment.models import AssignmentSource, Enrollment, Invitation, SignInMethod, Status
from enrollment.models.moves import OPEN
from enrollment.signin.access import UNRULED, Access, access, matched
from enrollment.signin.privileges import Grants, grants_of, read_grants
from sites_config.http import SiteRequest, browser_of
from sites_config.logs import note_enrollment
from sites_config.models import Ownership, Privilege, SiteConfiguration, User
from sites_config.site_settings import SiteSettings, sites_within

# The name under which a query that reads an enrollment for a page brings the privileges of its staff along.
GRANTS = "signed_in_grants"


@dataclass
class Visit:
    """``enrollment`` is unsaved until the first accepted POST; ``key`` is the browser key, "" without a browser."""

    enrollment: Enrollment
    now: datetime
    key: str = field(default="", repr=False)
    request: SiteRequest | None = None
    _asked: tuple[User | None, Grants] | None = field(default=None, repr=False, init=False)

    def __post_init__(self) -> None:
        if self.saved:
            note_enrollment(self.enrollment.public_id)

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

    @property
    def grants(self) -> Grants:
        """The privileges of the member of staff who signed in; asked once a visit."""
        if not self.is_staff:
            return Grants()
        user = self.enrollment.signed_in_user
        # The column is of whoever had signed in when the row was read.
        if self._asked is None and GRANTS in vars(self.enrollment):
            self._asked = (user, read_grants(vars(self.enrollment)[GRANTS], user))
        return self._grants_of(user)

    def suppose(self, grants: Grants) -> None:
        """Reckons with these of the member of staff, for what is said before anybody signed in."""
        self._asked = (self.enrollment.signed_in_user, grants)

    def _grants_of(self, user: User | None) -> Grants:
        if self._asked is None or self._asked[0] != user:
            self._asked = (user, grants_of(user))
        return self._asked[1]

    @property
    def open_sites(self) -> tuple[SiteSettings, ...]:
        """Where a device could be enrolled from here, whoever does it: the invitation's site or the host's, and what
        belongs to it."""
        root = self.invitation.site_id if self.invitation else self.enrollment.entry_site_id
        sites = map(SiteConfiguration.for_site, sites_within(root))
        return tuple(site for site in sites if any(offers(site, each) for each in self._ownerships_asked))

    @property
    def closed(self) -> bool:
        """There is nothing to enroll into, and nothing was enrolled."""
        return self.enrollment.status in OPEN and not self.open_sites

    @property
    def is_staff(self) -> bool:
        return self.enrollment.signed_in_with == SignInMethod.STAFF

    @property
    def is_of_directory(self) -> bool:
        """Somebody of a directory signed in, of whatever kind it is."""
        return self.enrollment.signed_in_with not in (SignInMethod.NONE, SignInMethod.STAFF)

    @property
    def access(self) -> Access:
        """What the access groups of the host's site, as they are now, let this person do."""
        if not self.is_of_directory:
            return UNRULED
        return access(self.entry_site, self.enrollment.access_groups)

    @property
    def may_assign(self) -> bool:
        """Staff with the privilege at a site they may choose; whoever came by an invitation without login."""
        if self.is_staff:
            return any(self.grants.hold(Privilege.ASSIGN_USERS, site) for site in self.allowed_sites)
        invitation = self.invitation
        return invitation is not None and not (invitation.login_required or invitation.assigned_user_name)

    @property
    def directory_sites(self) -> frozenset[int]:
        """The sites whose people may be found from here: of the host, of the choices, and what these belong to."""
        sites = (self.entry_site, *self.allowed_sites)
        return frozenset(site_id for site in sites for site_id in site.lineage)

    @property
    def _ownerships_asked(self) -> tuple[Ownership, ...]:
        return (Ownership.INSTITUTIONAL,) if self.invitation else tuple(Ownership)

    @property
    def allowed_sites(self) -> tuple[SiteSettings, ...]:
        """The open sites where this person may enroll something."""
        if not self.is_staff:
            return self._opened_by(self.access)
        wanted = [Privilege.ENROLL_MOBILE_DEVICES]
        if self.enrollment.assignment_source == AssignmentSource.STAFF:
            wanted.append(Privilege.ASSIGN_USERS)
        return tuple(
            site for site in self.open_sites if all(self.grants.hold(privilege, site) for privilege in wanted)
        )

    def _opened_by(self, given: Access) -> tuple[SiteSettings, ...]:
        return tuple(
            site
            for site in self.open_sites
            if any(offers(site, each) and given.allows(site, each) for each in self._ownerships_asked)
        )

    def groups_of(self, who: SignIn) -> list[int]:
        """The access groups that somebody of a directory belongs to; none for staff, who have privileges."""
        return matched(self.entry_site, who.entry.groups) if who.entry else []

    def would_allow(self, who: SignIn) -> bool:
        """Whether they may enroll at any of the sites; asked before anything is stored."""
        if who.method != SignInMethod.STAFF:
            return bool(self._opened_by(access(self.entry_site, self.groups_of(who))))
        grants = self._grants_of(who.user)
        return any(grants.hold(Privilege.ENROLL_MOBILE_DEVICES, site) for site in self.open_sites)

    @property
    def ownerships(self) -> tuple[Ownership, ...]:
        """What this person may say of the device; an invitation is always institutional."""
        sites, given = self.allowed_sites, self.access
        return tuple(
            each
            for each in self._ownerships_asked
            if any(offers(site, each) and given.allows(site, each) for site in sites)
        )

    @property
    def ownership(self) -> Ownership | None:
        """What was answered, or the only possibility; None while it is a question."""
        if self.enrollment.status not in OPEN and self.enrollment.ownership:
            return Ownership(self.enrollment.ownership)
        possible = self.ownerships
        if self.enrollment.ownership in possible:
            return Ownership(self.enrollment.ownership)
        return possible[0] if len(possible) == 1 else None

    @property
    def is_personal(self) -> bool:
        """It is somebody's own: no screen of the institution's profile is theirs."""
        return self.ownership == Ownership.PERSONAL

    @property
    def candidates(self) -> tuple[SiteSettings, ...]:
        """The sites this person may choose for the device, by name."""
        wanted = self.ownership
        return tuple(site for site in self.allowed_sites if wanted is None or offers(site, wanted))

    @property
    def minimum_os(self) -> str:
        """The oldest iOS that one of the sites they may still choose takes; "" for any, and while the device may be
        somebody's own."""
        sites = (self.site,) if self.site_is_settled else self.candidates
        least = [site.minimum_os for site in sites]
        if self.ownership != Ownership.INSTITUTIONAL or not all(least):
            return ""
        return min(least, key=numbers, default="")

    @property
    def site_is_settled(self) -> bool:
        """The site is one that may be chosen, and was chosen or is the only one."""
        ids = [site.site_id for site in self.candidates]
        chosen = self.enrollment.answers.get(SITE_ANSWER) == self.enrollment.site_id
        return self.enrollment.site_id in ids and (chosen or len(ids) == 1)

    def settle_site(self) -> None:
        """Applies the only possible site; call it after an accepted answer."""
        ids = [site.site_id for site in self.candidates]
        if self.saved and len(ids) == 1 and ids[0] != self.enrollment.site_id:
            choose_site(self.enrollment, ids[0], now=self.now)

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
            browser=browser_of(self.request),
            now=self.now,
        )
        note_enrollment(self.enrollment.public_id)


def offers(site: SiteSettings, ownership: Ownership) -> bool:
    """Whether devices of this ownership are enrolled at the site."""
    institutional = ownership == Ownership.INSTITUTIONAL
    return site.institutional_enrollment if institutional else site.personal_enrollment


def new_visit(request: SiteRequest, key: str, invitation: Invitation | None = None) -> Visit:
    """A visit with nothing answered yet, at the portal or at an invitation."""
    now, entered = timezone.now(), request.site.site_id
    unsaved = Enrollment(
        entry_site_id=entered,
        site_id=invitation.site_id if invitation else entered,
        invitation=invitation,
        idle_until=now + IDLE,
        ends_at=now + IN_ALL,
    )
    return Visit(unsaved, now, key, request)


def of_device(enrollment: Enrollment, now: datetime) -> Visit:
    """A visit without a person, for the conditions that downloads and SCEP ask again."""
    return Visit(enrollment, now)
