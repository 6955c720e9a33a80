"""Whose numbers a dashboard shows to whom: of a site and what belongs to it, of each list what they may see there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.sites.models import Site
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from sites_config.admin.scoping import for_user, may, reach_of
from sites_config.models import Privilege, SiteConfiguration
from sites_config.site_settings import SiteSettings, descendants_of

M = TypeVar("M", bound=Model)
# Besides those who view or administer the site.
ALSO = (Privilege.HELP_PEOPLE,)
# A list that is linked to names its sites in the address; a longer one would not pass a web server.
MOST_SITES = 100


@dataclass(frozen=True)
class Scope:
    """``site`` and all that belongs to it, as one person sees them; the days are those of the site's time zone."""

    request: HttpRequest
    site: Site
    now: datetime

    @cached_property
    def settings(self) -> SiteSettings:
        return SiteConfiguration.for_site(self.site)

    @cached_property
    def ids(self) -> frozenset[int]:
        reach, within = reach_of(self.request.user), frozenset(descendants_of(self.site.pk))
        return within if reach.everything else within & reach.seeing(ALSO)

    def rows(self, model: type[M]) -> "QuerySet[M]":
        """What the list of the model holds of these sites for whoever asks."""
        return model._default_manager.filter(site__in=self.listed(model))

    def sees(self, model: type[Model]) -> bool:
        """Whether that list is open to them here at all."""
        return bool(self.listed(model))

    @property
    def sees_site(self) -> bool:
        """They have the page of the site, with its readiness."""
        return may(self.request.user, self.site)

    @property
    def may_change_site(self) -> bool:
        return may(self.request.user, self.site, change=True)

    def list_url(self, model: type[Model], **filters: object) -> str:
        """Of the list, filtered to these sites and by ``filters`` as its own filters name them."""
        sites = sorted(self.ids) if len(self.ids) <= MOST_SITES else []
        pairs = [*filters.items(), *(("site__id__exact", each) for each in sites)]
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        return f"{url}?{urlencode(pairs)}"

    def listed(self, model: type[Model]) -> frozenset[int]:
        """The sites of which they see that list."""
        reach = reach_of(self.request.user)
        also: Iterable[Privilege] = getattr(admin.site.get_model_admin(model), "also", ())
        return self.ids if reach.everything else self.ids & reach.seeing(also)


def roots(request: HttpRequest) -> dict[Site, frozenset[int]]:
    """The sites that somebody sees and that belong to none they see, by name, each with what belongs to it; archived
    ones left out."""
    rows = for_user(Site.objects.exclude(configuration=None), request.user, also=ALSO)
    seen = {site.pk: site for site in rows.select_related("configuration").order_by("name")}
    within: dict[int, set[int]] = {}
    for pk in seen:
        within.setdefault(_root_of(pk, seen), set()).add(pk)
    return {
        site: frozenset(within[pk])
        for pk, site in seen.items()
        if pk in within and not site.configuration.archived
    }


def _root_of(pk: int, seen: Mapping[int, Site]) -> int:
    for _each in seen:  # no more steps than that, whatever the rows say
        parent = seen[pk].configuration.parent_id
        if parent is None or parent not in seen:
            break
        pk = parent
    return pk


def members(scope: Scope) -> Mapping[int, Site]:
    """By id: the sites of the scope by name."""
    rows = Site.objects.filter(pk__in=scope.ids).select_related("configuration").order_by("name")
    return {site.pk: site for site in rows}


def dashboard_url(site: Site | int) -> str:
    pk: Any = site.pk if isinstance(site, Site) else site
    return reverse("admin:sites_site_dashboard", args=[pk])
