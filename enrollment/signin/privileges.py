"""Who may enroll at a site."""

from django.db.models import Exists, OuterRef

from sites_config.models import Privilege, SitePrivilege, User
from sites_config.site_settings import SiteSettings


def may(user: User | None, privilege: Privilege, site: SiteSettings) -> bool:
    """A privilege at the site itself or at one of its parents; one query."""
    if user is None or not user.is_active:
        return False
    rows = SitePrivilege.objects.filter(user=user, site__in=site.lineage, privilege=privilege)
    return rows.exists()


def signed_in_may(privilege: Privilege, site: SiteSettings) -> Exists:
    """The same of whoever signed in to an enrollment, as a column of the query that reads it."""
    rows = SitePrivilege.objects.filter(
        user=OuterRef("signed_in_user"), user__is_active=True, site__in=site.lineage, privilege=privilege
    )
    return Exists(rows)
