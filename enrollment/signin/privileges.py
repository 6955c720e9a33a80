"""Who may do what at a site."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, CharField, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

from sites_config.models import Privilege, SitePrivilege, User
from sites_config.site_settings import SiteSettings


@dataclass(frozen=True)
class Grants:
    """The privilege rows of one member of staff, as (site id, privilege)."""

    rows: frozenset[tuple[int, str]] = frozenset()

    def hold(self, privilege: Privilege, site: SiteSettings) -> bool:
        """A privilege at the site itself or at one of its parents."""
        return any((site_id, privilege) in self.rows for site_id in site.lineage)


def grants_of(user: User | None) -> Grants:
    """One query; nothing for nobody and for a closed account."""
    if user is None or not user.is_active:
        return Grants()
    return Grants(frozenset(SitePrivilege.objects.filter(user=user).values_list("site", "privilege")))


class _Joined(Aggregate):
    """Texts with blanks between them, on both databases."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", **context)


def grants_column() -> Subquery:
    """The same of whoever signed in to an enrollment, as a column of the query that reads it."""
    row = Concat(Cast("site_id", CharField()), Value(":"), "privilege", output_field=TextField())
    rows = SitePrivilege.objects.filter(user=OuterRef("signed_in_user")).values("user")
    return Subquery(rows.annotate(every=_Joined(row)).values("every"))


def read_grants(column: str | None, user: User | None) -> Grants:
    """What ``grants_column`` brought; nothing for a closed account."""
    if user is None or not user.is_active:
        return Grants()
    pairs = (each.split(":", 1) for each in (column or "").split())
    return Grants(frozenset((int(site_id), privilege) for site_id, privilege in pairs))
