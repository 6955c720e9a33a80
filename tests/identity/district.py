"""A district with two schools, and rules for its groups."""

from dataclasses import dataclass

from django.contrib.sites.models import Site

from enrollment.models import AccessGroup
from tests import people


@dataclass(frozen=True)
class District:
    """``site`` only stands for its schools; both have what they need from it."""

    site: Site
    north: Site
    south: Site


def district(site: Site) -> District:
    north = people.new_site("North School", parent=site, ready=False)
    south = people.new_site("South School", parent=site, ready=False)
    return District(site, north, south)


def rule(site: Site, group: str = "", *sites: Site, **columns: object) -> AccessGroup:
    """For a group by its name, unless the columns say otherwise; without one for all directory users."""
    named = {} if "group_id" in columns or not group else {"group_name": group}
    row = AccessGroup(site=site, everybody=not (group or "group_id" in columns), **(named | columns))
    row.full_clean()
    row.save()
    row.sites.set(sites)
    return row
