"""The screens that an invited person is going to see, asked of the flow itself, for the message that names them.

Nobody knows beforehand which groups somebody is in, nor which site they choose: what only some ways lead through is
told as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from enrollment.actions.profiles import IN_ALL
from enrollment.directories.ldap.lookup import servers_of
from enrollment.flow import STEPS, applicable_steps
from enrollment.models import Enrollment, Invitation, SignInMethod
from enrollment.signin import providers
from enrollment.signin.access import rules_of
from enrollment.signin.privileges import Grants
from enrollment.steps.base import Step
from enrollment.visit import Visit
from sites_config.changes import remember
from sites_config.models import Privilege, User
from sites_config.site_settings import SiteSettings

_ENROLL, _ASSIGN = Privilege.ENROLL_MOBILE_DEVICES, Privilege.ASSIGN_USERS


@dataclass(frozen=True)
class Coming:
    """``always``: whatever somebody is and answers."""

    step: type[Step]
    always: bool


def steps_to_come(invitation: Invitation, entry: SiteSettings, *, now: datetime) -> tuple[Coming, ...]:
    """In their order. ``entry``: the site whose address the link names. Remembered for all invitations alike."""
    staff = _named_staff(invitation)
    if staff is not None:
        who: dict[str, object] = {"signed_in_with": SignInMethod.STAFF, "signed_in_user": staff}
        return _steps(invitation, entry, now, [who])
    login, has_people = invitation.login_required, _signs_in_people(entry)
    asked = (login, invitation.ask_for_agreement, bool(invitation.assigned_user_name), has_people)
    return remember(
        ("steps to come", invitation.site_id, entry.site_id, asked),
        lambda: _steps(invitation, entry, now, list(_people(entry, login, has_people))),
    )


def _steps(
    invitation: Invitation, entry: SiteSettings, now: datetime, people: list[dict[str, object]]
) -> tuple[Coming, ...]:
    ways = [set(applicable_steps(visit)) for who in people for visit in _visits(invitation, entry, now, who)]
    ways = ways or [set(applicable_steps(_visit(invitation, entry, invitation.site_id, now, {})))]
    return tuple(
        Coming(step, all(step in way for way in ways)) for step in STEPS if any(step in way for way in ways)
    )


def _visits(
    invitation: Invitation, entry: SiteSettings, now: datetime, who: dict[str, object]
) -> Iterator[Visit]:
    """One for each site that they may choose."""
    sites = _visit(invitation, entry, invitation.site_id, now, who).candidates
    return (_visit(invitation, entry, site.site_id, now, who) for site in sites)


def _visit(
    invitation: Invitation, entry: SiteSettings, site_id: int, now: datetime, who: dict[str, object]
) -> Visit:
    columns = dict(who)
    grants = columns.pop("grants", None)
    row = Enrollment(
        entry_site_id=entry.site_id,
        site_id=site_id,
        invitation=invitation,
        idle_until=now + IN_ALL,
        ends_at=now + IN_ALL,
        **columns,
    )
    visit = Visit(row, now)
    if isinstance(grants, Grants):
        visit.suppose(grants)
    return visit


def _people(entry: SiteSettings, login: bool, has_people: bool) -> Iterator[dict[str, object]]:
    """As whom somebody may log in: where there is a directory it is for its people that invitations are made."""
    if not login:
        yield {}
    elif has_people:
        rules = rules_of(entry)
        letting_in = [rule.id for rule in rules if not rule.deny]
        for groups in ([], *([each] for each in letting_in), letting_in):
            yield {"signed_in_with": SignInMethod.LDAP, "access_groups": groups}
    else:
        for privileges in ((_ENROLL,), (_ENROLL, _ASSIGN)):
            grants = Grants(frozenset((entry.site_id, each) for each in privileges))
            yield {"signed_in_with": SignInMethod.STAFF, "grants": grants}


def _signs_in_people(entry: SiteSettings) -> bool:
    return bool(providers.choices(entry) or servers_of(frozenset(entry.lineage), sign_in=True))


def _named_staff(invitation: Invitation) -> User | None:
    """An invitation for one person who has a staff account: that is asked first."""
    name = invitation.only_user_name
    return User.objects.filter(username__iexact=name, is_active=True).first() if name else None
