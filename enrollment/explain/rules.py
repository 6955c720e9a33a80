"""Each rule that decides about somebody, and whether it lets them pass."""

from collections.abc import Iterator
from datetime import datetime

from enrollment.actions.uses import claimable
from enrollment.explain.person import Check
from enrollment.models import Invitation
from enrollment.signin.access import Rule, access, rules_of
from enrollment.visit import Visit, offers
from sites_config.models import Ownership, Privilege, SiteAddress, SiteConfiguration
from sites_config.site_settings import SiteSettings, sites_within

WHOSE = {
    Ownership.INSTITUTIONAL: "institutionally owned devices",
    Ownership.PERSONAL: "personally owned devices",
}


def entrance(visit: Visit, now: datetime) -> Iterator[Check]:
    """What is asked before anybody says who they are."""
    site, invitation = visit.entry_site, visit.invitation
    if not SiteAddress.objects.filter(site=site.site_id).exists():
        yield Check(
            None, "It has no address of its own: people come in at a site that it belongs to; ask there."
        )
    yield Check(not site.archived, f"{site.organization_name} is not archived.")
    if invitation is None:
        yield Check(site.portal_open, "The portal is open, so that people may come without an invitation.")
        return
    open_ = Invitation.objects.filter(claimable(now), pk=invitation.pk).exists()
    yield Check(open_, f"The invitation “{invitation}” can be used: not revoked, not expired, a use left.")
    yield Check(None, "An invitation is for institutionally owned devices only.")


def sites(visit: Visit) -> Iterator[Check]:
    """Where devices are taken at all, whoever brings them."""
    root = visit.invitation.site_id if visit.invitation else visit.entry_site.site_id
    for site in map(SiteConfiguration.for_site, sites_within(root)):
        taken = [words for ownership, words in WHOSE.items() if offers(site, ownership)]
        is_open = site in visit.open_sites
        yield Check(is_open, f"{site.organization_name} takes {' and '.join(taken) or 'no devices'}.")


def privileges(visit: Visit) -> Iterator[Check]:
    """Of a member of staff, at each site that is open."""
    for site in visit.open_sites:
        for privilege in (Privilege.ENROLL_MOBILE_DEVICES, Privilege.ASSIGN_USERS):
            held = visit.grants.hold(privilege, site)
            words = f"“{privilege.label}” is held at {site.organization_name}."
            # Without the second they enroll all the same.
            yield Check(
                held if privilege == Privilege.ENROLL_MOBILE_DEVICES else held or None, _not(words, held)
            )


def groups(visit: Visit) -> Iterator[Check]:
    """Of somebody of a directory: every access group that counts for whoever comes in here."""
    site, fitting = visit.entry_site, frozenset(visit.enrollment.access_groups)
    rules = rules_of(site)
    if not rules:
        yield Check(True, "No access group counts here: every directory user may enroll.")
        return
    at = SiteConfiguration.for_site(rules[0].site_id).organization_name
    for rule in rules:
        fits = rule.id in fitting
        passed = None if not fits else not rule.deny
        yield Check(
            passed,
            f"Access group “{rule.label}” of {at} {'fits' if fits else 'does not fit'}: {_says(rule)}.",
        )
    given = access(site, fitting)
    allowed = [words for ownership, words in WHOSE.items() if ownership in given.ownerships]
    yield Check(bool(allowed), f"Together they let in: {' and '.join(allowed) or 'nothing'}.")


def _says(rule: Rule) -> str:
    if rule.deny:
        return "may not enroll, which wins"
    lets = [
        words for words, let in zip(WHOSE.values(), (rule.institutional, rule.personal), strict=True) if let
    ]
    names = sorted(SiteConfiguration.for_site(each).organization_name for each in rule.sites)
    agreement = "with" if rule.agreement else "without"
    return f"{' and '.join(lets) or 'lets in nothing'}; {', '.join(names) or 'every site'}; {agreement} the agreement"


def result(visit: Visit) -> Iterator[Check]:
    """What remains of all this."""
    names = [_name(site) for site in visit.allowed_sites]
    yield Check(bool(names), f"Sites: {', '.join(names) or 'none'}.")
    whose = [WHOSE[each] for each in visit.ownerships]
    yield Check(bool(whose), f"Ownership: {', '.join(whose) or 'none'}.")


def devices(visit: Visit) -> Iterator[Check]:
    """What is asked of the device when it checks in, at the sites that remain."""
    for site in visit.allowed_sites:
        asked = (
            "be on the device list" if site.only_listed_devices else "",
            f"have iOS {site.minimum_os} or later" if site.minimum_os else "",
            f"be one of {site.devices_per_person} of its user" if site.devices_per_person else "",
        )
        if any(asked):
            yield Check(
                None, f"At {site.organization_name} the device has to {', '.join(filter(None, asked))}."
            )


def _name(site: SiteSettings) -> str:
    return site.organization_name


def _not(words: str, held: bool) -> str:
    return words if held else words.replace(" is held ", " is not held ")
