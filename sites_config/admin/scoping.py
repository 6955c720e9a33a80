"""What somebody may see and change in admin: everything for superusers, else what their privilege rows say.

Every queryset, choice, permission, action and history of every ModelAdmin is taken from here. Django's own
permissions, groups included, are never asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.models import Site
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from sites_config.models import Privilege, SiteConfiguration, SitePrivilege, User

M = TypeVar("M", bound=Model)

_REMEMBERED = "_reach"


@dataclass(frozen=True)
class Reach:
    """``held``: site id -> privileges there; what is held at a parent stands at each of its children too."""

    everything: bool = False
    held: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def sees(self) -> frozenset[int]:
        return self.changes | self._with(Privilege.VIEW_SITE)

    @cached_property
    def changes(self) -> frozenset[int]:
        return self._with(Privilege.ADMINISTER_SITE)

    def seeing(self, also: Iterable[Privilege] = ()) -> frozenset[int]:
        """Where rows are seen that one of ``also`` opens as well."""
        return self.sees.union(*map(self._with, also))

    def changing(self, also: Iterable[Privilege] = ()) -> frozenset[int]:
        """Likewise for changing them."""
        return self.changes.union(*map(self._with, also))

    def holds(self, privilege: Privilege, site_id: int) -> bool:
        return self.everything or privilege in self.held.get(site_id, ())

    def grants(self, privilege: Privilege) -> frozenset[int]:
        """Where this administrator may give the privilege to others: never more than they hold themselves."""
        implied = privilege == Privilege.VIEW_SITE
        return self.changes if implied else self.changes & self._with(privilege)

    def _with(self, privilege: Privilege) -> frozenset[int]:
        return frozenset(site_id for site_id, privileges in self.held.items() if privilege in privileges)


def reach_of(user: User | AnonymousUser) -> Reach:
    """Asked once for each user object, that is once a request: two queries."""
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return Reach()
    if user.is_superuser:
        return Reach(everything=True)
    known: Reach | None = user.__dict__.get(_REMEMBERED)
    if known is None:
        known = user.__dict__[_REMEMBERED] = _read(user)
    return known


def for_user(
    queryset: QuerySet[M],
    user: User | AnonymousUser,
    *,
    change: bool = False,
    also: Iterable[Privilege] = (),
) -> QuerySet[M]:
    """The rows the user may see, or those they may change; ``also``: privileges that open these rows besides.

    Raises FieldError for a model that belongs to no site.
    """
    reach = reach_of(user)
    if reach.everything:
        return queryset
    if queryset.model is User:
        return _accounts(queryset, reach, change=change)
    column = "pk" if queryset.model is Site else "site"
    sites = reach.changing(also) if change else reach.seeing(also)
    return queryset.filter(**{f"{column}__in": sites})


def may(
    user: User | AnonymousUser, row: Model, *, change: bool = False, also: Iterable[Privilege] = ()
) -> bool:
    """Whether ``for_user`` has the row; no query unless it is an account."""
    reach = reach_of(user)
    if reach.everything:
        return True
    if isinstance(row, User):
        return for_user(User.objects.filter(pk=row.pk), user, change=change).exists()
    site_id: int | None = row.pk if isinstance(row, Site) else getattr(row, "site_id")  # noqa: B009  # any model of ours
    return site_id in (reach.changing(also) if change else reach.seeing(also))


def _accounts(queryset: QuerySet[M], reach: Reach, *, change: bool) -> QuerySet[M]:
    """Accounts with a privilege at a site of the reach; to change: nobody who holds anything beyond it."""
    rows = SitePrivilege.objects.filter(user=OuterRef("pk"))
    seen = queryset.filter(Exists(rows.filter(site__in=reach.changes if change else reach.sees)))
    if not change:
        return seen
    within = reduce(or_, (Q(privilege=each, site__in=reach.grants(each)) for each in Privilege))
    return seen.filter(~Exists(rows.exclude(within)), is_superuser=False)


def _read(user: User) -> Reach:
    children: dict[int, list[int]] = {}
    for parent, child in SiteConfiguration.objects.exclude(parent=None).values_list("parent", "site"):
        children.setdefault(parent or 0, []).append(child)
    held: dict[int, set[str]] = {}
    for site_id, privilege in SitePrivilege.objects.filter(user=user).values_list("site", "privilege"):
        for each in _with_descendants(site_id, children):
            held.setdefault(each, set()).add(privilege)
    return Reach(held={site_id: frozenset(privileges) for site_id, privileges in held.items()})


def _with_descendants(site_id: int, children: Mapping[int, list[int]]) -> Iterator[int]:
    waiting, seen = [site_id], set[int]()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += children.get(current, [])
            yield current
