"""What the access groups let somebody of a directory do: the one place where rules are matched and combined."""

from collections.abc import Iterable
from dataclasses import dataclass

from enrollment.directories.entry import Group
from enrollment.models import AccessGroup
from sites_config.changes import remember
from sites_config.models import Ownership
from sites_config.site_settings import SiteSettings


@dataclass(frozen=True)
class Rule:
    """An access group as it is remembered. ``sites`` empty: every one."""

    id: int
    site_id: int
    label: str
    everybody: bool
    group_id: str
    group_name: str
    deny: bool
    institutional: bool
    personal: bool
    agreement: bool
    sites: frozenset[int]

    def fits(self, groups: Iterable[Group]) -> bool:
        """By the id of a group, by its name only where the rule has none."""
        if self.everybody:
            return True
        if self.group_id:
            return any(group.id == self.group_id for group in groups)
        name = self.group_name.casefold()
        return any(group.name.casefold() == name for group in groups)


@dataclass(frozen=True)
class Access:
    """``sites`` None: every one."""

    ownerships: frozenset[Ownership] = frozenset(Ownership)
    sites: frozenset[int] | None = None
    agreement: bool = True

    def allows(self, site: SiteSettings, ownership: Ownership) -> bool:
        return ownership in self.ownerships and (self.sites is None or site.site_id in self.sites)


# As long as no rule was made: every directory person may enroll, and reads the agreement.
UNRULED = Access()


def matched(site: SiteSettings, groups: Iterable[Group]) -> list[int]:
    """The ids of the rules that fit somebody of these groups, of the site and of all it belongs to: whose rules count
    may change until the enrollment is over."""
    known = tuple(groups)
    return [rule.id for rule in _of_lineage(site) if rule.fits(known)]


def access(site: SiteSettings, matched_ids: Iterable[object]) -> Access:
    """By the rules of now, for somebody whom these fitted at sign-in. No query once they are remembered."""
    rules = rules_of(site)
    if not rules:
        return UNRULED
    known = frozenset(matched_ids)
    return combined([rule for rule in rules if rule.everybody or rule.id in known])


def combined(rules: Iterable[Rule]) -> Access:
    """Of every rule that fits: deny wins, everything else adds up."""
    fitting = list(rules)
    letting_in = [rule for rule in fitting if rule.institutional or rule.personal]
    if any(rule.deny for rule in fitting):
        letting_in = []
    ownerships = {Ownership.INSTITUTIONAL: "institutional", Ownership.PERSONAL: "personal"}
    return Access(
        frozenset(
            each for each, name in ownerships.items() if any(getattr(rule, name) for rule in letting_in)
        ),
        None
        if any(not rule.sites for rule in letting_in)
        else frozenset().union(*(r.sites for r in letting_in)),
        any(rule.agreement for rule in fitting),
    )


def rules_of(site: SiteSettings) -> tuple[Rule, ...]:
    """Those that count for whoever comes in at the site: its own, else the nearest parent's that has any."""
    rules = _of_lineage(site)
    nearest = next((each for each in site.lineage if any(rule.site_id == each for rule in rules)), None)
    return tuple(rule for rule in rules if rule.site_id == nearest)


def _of_lineage(site: SiteSettings) -> tuple[Rule, ...]:
    return remember(("access groups", site.site_id), lambda: tuple(map(_rule, _rows(site))))


def _rows(site: SiteSettings) -> Iterable[AccessGroup]:
    return AccessGroup.objects.filter(site__in=site.lineage).prefetch_related("sites")


def _rule(row: AccessGroup) -> Rule:
    return Rule(
        id=row.pk,
        site_id=row.site_id,
        label=str(row),
        everybody=row.everybody,
        group_id=row.group_id,
        group_name=row.group_name,
        deny=row.deny,
        institutional=row.institutional,
        personal=row.personal,
        agreement=row.agreement,
        sites=frozenset(each.pk for each in row.sites.all()),
    )
