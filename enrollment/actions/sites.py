"""Sites: made by an operator, with what they need from the first day."""

from datetime import datetime

from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction

from enrollment.actions.authorities import create_authority
from sites_config.models import SETS, PrivilegeSet, SiteAddress, SiteConfiguration, SitePrivilege, User

YEARS = 15


class BadSite(Exception):
    """The text says what can't be, for the operator."""


def create_site(*, host: str, organization: str, parent: Site | None, now: datetime) -> Site:
    """A site with its configuration, its address unless ``host`` is "", and an authority unless a parent has one.

    Raises BadSite.
    """
    address = SiteAddress(host=host)
    try:
        with transaction.atomic():
            site = unused_site()
            site.name, site.domain = organization, host or organization.lower().replace(" ", "-")
            site.full_clean()
            site.save()
            row = SiteConfiguration(site=site, parent=parent, organization_name=organization)
            row.full_clean()
            row.save()
            if host:
                address.site = site
                address.full_clean()
                address.save()
    except ValidationError as error:
        raise BadSite(" ".join(_sentences(error))) from None
    if parent is None:
        create_authority(site=site, name=f"{organization} Devices"[:64], years=YEARS, now=now)
    return site


def unused_site() -> Site:
    """A new one, not saved yet; or example.com of Django's own first migration, which stands for nothing."""
    return Site.objects.filter(domain="example.com", configuration=None).first() or Site()


def account_called(username: str, *, email: str = "") -> User:
    """The account with this name, or a new one, not saved yet, whose owner has to set a password. Raises BadSite."""
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    user = User(username=username, email=email)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise BadSite(" ".join(_sentences(error))) from None
    return user


def let_administer(site: Site, user: User) -> None:
    """The account may do everything at the site."""
    user.is_staff = True
    with transaction.atomic():
        user.save()
        for each in SETS[PrivilegeSet.ADMINISTRATOR]:
            SitePrivilege.objects.get_or_create(site=site, user=user, privilege=each)


def _sentences(error: ValidationError) -> list[str]:
    if hasattr(error, "message_dict"):
        return [f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()]
    return list(error.messages)
