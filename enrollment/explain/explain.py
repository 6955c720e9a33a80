"""The whole answer: every rule, the sites, whose devices, and the screens in their order. Nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from enrollment import flow
from enrollment.actions.enrollments import SITE_ANSWER
from enrollment.actions.profiles import IDLE, IN_ALL
from enrollment.explain import rules
from enrollment.explain.person import Check, person_called
from enrollment.models import Enrollment, Invitation
from enrollment.steps.base import Step
from enrollment.steps.log_in import LogIn
from enrollment.visit import Visit
from sites_config.models import User
from sites_config.site_settings import SiteSettings
from sites_config.texts import texts_for


@dataclass(frozen=True)
class Way:
    """``when``: the answers that lead this way, "" where there is only one; ``screens``: their titles."""

    when: str
    screens: tuple[str, ...]


@dataclass
class Explanation:
    """``ways`` empty: this person can't enroll."""

    checks: list[Check] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)


def explain(
    *,
    site: SiteSettings,
    user_name: str,
    accounts: QuerySet[User],
    now: datetime,
    invitation: Invitation | None = None,
) -> Explanation:
    """For somebody who comes in at the address of the site. ``accounts``: those that whoever asks may see."""
    visit, told = _visit(site, invitation, now), Explanation()
    told.checks += rules.entrance(visit, now)
    told.checks += rules.sites(visit)
    may_go_on = True
    if LogIn.applies(visit):
        may_go_on = _log_in(visit, told, user_name, accounts)
    else:
        told.checks.append(
            Check(None, "The invitation asks for no login: it is the same for whoever has it.")
        )
    if may_go_on:
        told.checks += rules.result(visit)
        told.checks += rules.devices(visit)
    enters = all(check.passed is not False for check in rules.entrance(visit, now))
    if enters and may_go_on and visit.candidates:
        told.ways = list(_ways(visit))
    return told


def _visit(site: SiteSettings, invitation: Invitation | None, now: datetime) -> Visit:
    unsaved = Enrollment(
        entry_site_id=site.site_id,
        site_id=invitation.site_id if invitation else site.site_id,
        invitation=invitation,
        idle_until=now + IDLE,
        ends_at=now + IN_ALL,
    )
    return Visit(unsaved, now)


def _log_in(visit: Visit, told: Explanation, user_name: str, accounts: QuerySet[User]) -> bool:
    person = person_called(user_name, visit.entry_site, accounts)
    told.checks += person.checks
    who = person.who
    if who is None:
        return False
    row = visit.enrollment
    row.signed_in_with, row.signed_in_user = who.method, who.user
    row.access_groups = visit.groups_of(who)
    told.checks += rules.privileges(visit) if visit.is_staff else rules.groups(visit)
    return True


def _ways(visit: Visit) -> Iterator[Way]:
    """One for each pair of answers that leads to other screens."""
    by_screens: dict[tuple[str, ...], list[str]] = {}
    for ownership in visit.ownerships:
        row = visit.enrollment
        row.ownership, row.answers = ownership, {}
        for site in visit.candidates:
            row.site_id, row.answers = site.site_id, {SITE_ANSWER: site.site_id}
            titles = tuple(_title(step, site) for step in flow.applicable_steps(visit))
            by_screens.setdefault(titles, []).append(f"{rules.WHOSE[ownership]} at {site.organization_name}")
    for screens, answers in by_screens.items():
        yield Way("; ".join(answers), screens)


def _title(step: type[Step], site: SiteSettings) -> str:
    """Without the site's name, which would make a way of every school."""
    values = {"organization": "…", "device": "device"}
    return texts_for(site, "en").plain(getattr(step.Texts, "title"), values)  # noqa: B009
