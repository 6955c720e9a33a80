"""Whether a site is ready for people: what is there, what will end soon, what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from django.conf import settings

from enrollment.actions.ca_certificates import delivered_ca
from enrollment.actions.device_list import has_list
from enrollment.actions.expiry import stage
from enrollment.actions.issuing import NotReady, nearest
from enrollment.actions.saml_ends import METADATA, ends_of, switched_on
from enrollment.actions.site_urls import nearest_host
from enrollment.actions.uses import claimable, claimable_in_time
from enrollment.models import (
    Authority,
    AuthorityState,
    Invitation,
    PushCertificate,
    SamlIdentityProvider,
    SigningIdentity,
)
from enrollment.pki.identity import shows_verified
from enrollment.profiles.access_rights import DEVICE_INFORMATION
from sites_config.models import Privilege, SitePrivilege, User
from sites_config.site_settings import SiteSettings


class State(StrEnum):
    READY = "ready"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """``subject`` names what was looked at and where a gap is mended; the texts are for administrators."""

    subject: str
    state: State
    text: str


def readiness(site: SiteSettings, *, now: datetime) -> list[Finding]:
    """In the order in which one would set a site up."""
    return [
        _address(site),
        _https(),
        _people(site, now),
        *_saml(site, now),
        _authority(site, now),
        _signing(site, now),
        _topic(site, now),
        _ca_certificate(site, now),
        _languages(site),
        _contact(site),
        *_device_list(site),
    ]


def _address(site: SiteSettings) -> Finding:
    owner, host = nearest_host(site)
    if not host:
        return Finding("address", State.MISSING, "No address, and none of a site it belongs to.")
    own = owner == site.site_id
    return Finding("address", State.READY, host if own else f"Entered through {host}.")


def _https() -> Finding:
    if settings.SECURE:
        return Finding("https", State.READY, "Pages and profiles are served by https.")
    return Finding("https", State.WARNING, "Served by http: good for the demonstration on this machine only.")


def _people(site: SiteSettings, now: datetime) -> Finding:
    held = SitePrivilege.objects.filter(site__in=site.lineage, privilege=Privilege.ENROLL_MOBILE_DEVICES)
    real = {} if settings.DEMO else {"is_demo": False}
    working = User.objects.filter(is_active=True, **real, pk__in=held.values("user"))
    staff = working.count() if site.portal_open else 0
    rows = Invitation.objects.filter(site__in=site.lineage, **real)
    invitations = rows.filter(claimable(now)).count()
    coming = rows.filter(claimable_in_time(now), not_before__gt=now).order_by("not_before").first()
    if staff or invitations:
        parts = [
            f"{staff} of the staff may log in and enroll" if staff else "",
            f"{invitations} invitation{'' if invitations == 1 else 's'} open",
        ]
        return Finding("log-in", State.READY, ", ".join(filter(None, parts)) + ".")
    if coming and coming.not_before:  # somebody prepares the first day of school: nothing is to be mended
        begins = coming.not_before.astimezone(site.time_zone)
        words = f"Nobody can begin yet: the first invitation is valid from {begins:%Y-%m-%d %H:%M} on."
        return Finding("log-in", State.WARNING, words)
    return Finding(
        "log-in", State.MISSING, "Nobody can begin: no staff may enroll, and no invitation is open."
    )


def _saml(site: SiteSettings, now: datetime) -> Iterator[Finding]:
    """Of each provider: what lets nobody in, and what will one day."""
    for row in switched_on(SamlIdentityProvider.objects.filter(site__in=site.lineage)):
        if not row.metadata_xml:
            words = f"{row}: its metadata was never read, so nobody can log in there."
            yield Finding("saml", State.MISSING, words)
            continue
        ends = [end for end in ends_of(row) if stage(end.at, now) is not None]
        # Keys count whatever their dates say, as long as the metadata vouches for them; some providers ask the date.
        closed = any(end.what == METADATA and end.at <= now for end in ends)
        state = State.MISSING if closed else State.WARNING
        said = [end.words(now) for end in ends]
        if row.metadata_problem:
            said.append(f"its metadata could not be read again: {row.metadata_problem.rstrip('.')}")
        yield Finding(
            "saml", state if said else State.READY, f"{row}: {'; '.join(said)}." if said else str(row)
        )


def _authority(site: SiteSettings, now: datetime) -> Finding:
    try:
        row = nearest(site, Authority.objects.filter(state=AuthorityState.ISSUING), "issuing authority", now)
    except NotReady:
        return Finding("authority", State.MISSING, "No issuing authority: “Create authority” makes one.")
    return _until("authority", site, row, f"“{row.name}”", now)


def _signing(site: SiteSettings, now: datetime) -> Finding:
    try:
        row = nearest(site, SigningIdentity.objects.all(), "signing identity", now)
    except NotReady:
        return Finding(
            "signing-identity", State.MISSING, "Nothing signs profiles: “Create authority” makes it too."
        )
    chain = x509.load_pem_x509_certificates(row.certificates_pem.encode())
    seen = (
        "“Verified”" if shows_verified(chain, now=now) else "“Not Verified” (no public authority signed it)"
    )
    return _until("signing-identity", site, row, f"Settings shows profiles as {seen}", now)


def _topic(site: SiteSettings, now: datetime) -> Finding:
    try:
        row = nearest(site, PushCertificate.objects.all(), "push certificate", now)
    except NotReady:
        return Finding(
            "topic", State.MISSING, "No push certificate of Apple's: import it, its UID is the topic."
        )
    finding = _until("topic", site, row, row.topic, now)
    if row.is_demo:
        return Finding("topic", State.WARNING, f"{finding.text} It is self-made: no push can be sent.")
    return finding


def _ca_certificate(site: SiteSettings, now: datetime) -> Finding:
    if site.skip_ca_certificate:
        return Finding("ca-certificate", State.READY, "Not a step of its own; it comes with the profile.")
    try:
        delivered = delivered_ca(site, now=now)
    except NotReady:
        return Finding("ca-certificate", State.MISSING, "Is to be installed first, and there is none.")
    return Finding("ca-certificate", State.READY, f"“{delivered.name}” is installed first.")


def _languages(site: SiteSettings) -> Finding:
    text = f"{', '.join(site.languages)}; {site.default_language} where none fits."
    if site.default_language in site.languages:
        return Finding("languages", State.READY, text)
    return Finding("languages", State.WARNING, f"{text} That one is not among the site's languages.")


def _contact(site: SiteSettings) -> Finding:
    contact = ", ".join(filter(None, (site.support_name, site.support_phone, site.support_email)))
    if contact:
        return Finding("contact", State.READY, f"{contact}; clock times of {site.time_zone.key}.")
    return Finding("contact", State.WARNING, "Nobody is named: people are told to ask “the service desk”.")


def _device_list(site: SiteSettings) -> Iterator[Finding]:
    """Of sites that refuse what is not on it."""
    if not site.only_listed_devices:
        return
    if not site.access_rights & DEVICE_INFORMATION.bit:
        words = "Only listed devices may enroll, but no device says its serial number without the right to ask for it."
        yield Finding("access-rights", State.MISSING, words)
    elif not has_list(site):
        yield Finding("device-list", State.MISSING, "Only listed devices may enroll, and none is listed.")
    else:
        yield Finding("device-list", State.READY, "Only listed devices may enroll.")


def _until(
    subject: str,
    site: SiteSettings,
    row: Authority | SigningIdentity | PushCertificate,
    what: str,
    now: datetime,
) -> Finding:
    inherited = "" if row.site_id == site.site_id else f", of {row.site}"
    if row.not_after <= now:
        return Finding(subject, State.MISSING, f"{what}{inherited}: ended on {row.not_after:%Y-%m-%d}.")
    state = State.READY if stage(row.not_after, now) is None else State.WARNING
    return Finding(subject, state, f"{what}{inherited}, until {row.not_after:%Y-%m-%d}.")
