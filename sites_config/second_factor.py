"""Whether an account has a second factor, and whether a site asks for one."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import OuterRef, QuerySet

from sites_config.changes import remember
from sites_config.models import SiteConfiguration, SitePrivilege, User
from sites_config.site_settings import SiteSettings, settings_for

NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}
# Recovery codes stand in for one of these and are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """An authenticator app or a passkey, whatever the site asks for."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def second_factors() -> QuerySet[Any]:
    """Those of the account of an outer query."""
    rows: QuerySet[Any] = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return rows


def factors_in_words(user: User) -> str:
    """“Authenticator app, Recovery codes, Passkey”."""
    rows = Authenticator.objects.filter(user=user).order_by("type", "pk").values_list("type", flat=True)
    return ", ".join(NAMES[each] for each in rows)


def remove_second_factors_of(user: User) -> None:
    """All of them, and the recovery codes; a login that waits for a code waits in vain."""
    Authenticator.objects.filter(user=user).delete()


def needs_second_factor(user: User, site: SiteSettings) -> bool:
    """At an address of a site that requires one, and at every address for whoever may do something at such a site:
    privileges count wherever somebody logs in, and at what belongs to their site."""
    if site.second_factor_for_staff:
        return True
    holding = remember(("second factor needed",), _holding)
    if not holding:
        return False
    return user.is_superuser or SitePrivilege.objects.filter(user=user, site__in=holding).exists()


def lacks_second_factor(user: User, site: SiteSettings) -> bool:
    """It is required and not there."""
    return needs_second_factor(user, site) and not has_second_factor(user)


def _holding() -> frozenset[int]:
    """The sites where a privilege reaches a site that requires one: these, and what they belong to."""
    every = map(settings_for, SiteConfiguration.objects.values_list("site", flat=True))
    requiring = (each for each in every if each.second_factor_for_staff and not each.archived)
    return frozenset(site_id for each in requiring for site_id in each.lineage)
