"""What readiness found, with titles and the pages where a gap is mended."""

from datetime import datetime

from django.contrib.sites.models import Site
from django.urls import reverse

from enrollment.actions.readiness import Finding, readiness
from sites_config.models import SiteConfiguration

TITLES = {
    "address": "Address",
    "https": "HTTPS",
    "log-in": "A way to begin",
    "saml": "SAML log-in",
    "authority": "Authority",
    "signing-identity": "Signing identity",
    "topic": "Push topic",
    "ca-certificate": "CA certificate",
    "languages": "Languages",
    "contact": "Support contact",
    "device-list": "Device list",
    "access-rights": "Access rights",
}
# Where a gap is mended: the page for adding what is missing.
MENDED_AT = {
    "address": "admin:sites_config_siteaddress_add",
    "log-in": "admin:sites_config_user_add",
    "signing-identity": "admin:enrollment_signingidentity_add",
    "topic": "admin:enrollment_pushcertificate_add",
    "ca-certificate": "admin:enrollment_cacertificate_add",
    "device-list": "admin:enrollment_listeddevice_import",
}
# Of what may belong to a site above: the list of those that are there.
LISTED_AT = {"saml": "admin:enrollment_samlidentityprovider_changelist"}


def readiness_of(site: Site, *, now: datetime, may_change: bool) -> list[tuple[str, Finding, str]]:
    """(title, finding, URL where it is mended or "")."""
    found = readiness(SiteConfiguration.for_site(site), now=now)
    return [(TITLES[each.subject], each, _mend(each, site) if may_change else "") for each in found]


def _mend(finding: Finding, site: Site) -> str:
    if finding.state == "ready":
        return ""
    if finding.subject in LISTED_AT:
        return reverse(LISTED_AT[finding.subject])
    if finding.subject not in MENDED_AT:
        return ""
    return f"{reverse(MENDED_AT[finding.subject])}?site={site.pk}"
