"""What a dashboard asks somebody to look at: gaps, ends that come near, texts without a translation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max
from django.urls import reverse

from enrollment.admin.dashboard_scope import Scope
from enrollment.admin.readiness import readiness_of
from enrollment.explain.endings import SOON, device_certificates_ending, endings
from enrollment.models import (
    Authority,
    CaCertificate,
    Certificate,
    Event,
    EventKind,
    PushCertificate,
    SamlIdentityProvider,
    SigningIdentity,
)
from enrollment.wording.state import Wordings
from sites_config.languages import LANGUAGES
from sites_config.models import MessageText

PINS_SINCE = timedelta(days=7)
MOST_LINKS = 5


@dataclass(frozen=True)
class Attention:
    subject: str
    text: str
    url: str = ""
    link: str = ""
    urgent: bool = False


def attention(scope: Scope) -> list[Attention]:
    """What somebody should look at, for those who see it in its own list too."""
    found = [*_not_ready(scope)] if scope.sees_site else []
    found += _links_ended_by_pins(scope)
    if scope.sees(Certificate):
        found += [*_endings(scope), *_device_certificates(scope)]
    if scope.sees(MessageText):
        found += _languages(scope)
    return sorted(found, key=lambda each: not each.urgent)


def _not_ready(scope: Scope) -> Iterator[Attention]:
    found = readiness_of(scope.site, now=scope.now, may_change=scope.may_change_site)
    for title, finding, url in found:
        if finding.state != "ready":
            yield Attention(title, finding.text, url, "Mend this", urgent=finding.state == "missing")


def _links_ended_by_pins(scope: Scope) -> Iterator[Attention]:
    """A poster, or a mail, that somebody holds in vain."""
    last_tries = Event.objects.filter(
        kind=EventKind.WRONG_PIN, at__gte=scope.now - PINS_SINCE, data__left=0, site__in=scope.ids
    )
    rows = last_tries.filter(invitation__revoked_at=None).values("invitation", "invitation__name")
    for row in rows.annotate(last=Max("at")).order_by("-last")[:MOST_LINKS]:
        day = row["last"].astimezone(scope.settings.time_zone).date()
        yield Attention(
            f"Invitation “{row['invitation__name']}”",
            f"Too many wrong PINs were typed on {day:%Y-%m-%d}, so it got a new link: what was printed or sent before "
            "is dead. A PIN is for one person, not for a poster.",
            reverse("admin:help_story", args=["invitation", row["invitation"]]),
            "Its story",
        )


def _endings(scope: Scope) -> Iterator[Attention]:
    found = endings(
        scope.rows(Authority),
        scope.rows(SigningIdentity),
        scope.rows(PushCertificate),
        scope.rows(CaCertificate),
        scope.rows(SamlIdentityProvider),
        now=scope.now,
    )
    for each in found:
        day = each.ends_at.astimezone(scope.settings.time_zone).date()
        opts = each.row._meta
        yield Attention(
            each.name,
            f"{each.whose}: {'ended' if each.ended else 'ends'} on {day:%Y-%m-%d}.",
            reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[each.row.pk]),
            "Open",
            urgent=True,
        )


def _device_certificates(scope: Scope) -> Iterator[Attention]:
    count = device_certificates_ending(scope.rows(Certificate), now=scope.now)
    if count:
        until = scope.now + SOON
        url = scope.list_url(
            Certificate, revoked_at__isnull=True, not_after__gte=scope.now, not_after__lt=until
        )
        words = "1 device has" if count == 1 else f"{count} devices have"
        text = f"{words} a certificate that ends within {SOON.days} days; enrolled again, it gets a new one."
        yield Attention("Device certificates", text, url, "List them")


def _languages(scope: Scope) -> Iterator[Attention]:
    """Of the site itself; a school has a dashboard of its own."""
    settings, names = scope.settings, dict(LANGUAGES)
    wordings = Wordings([settings])
    for code in settings.languages:
        missing = wordings.counts(settings, code).missing
        if missing:
            url = reverse("admin:sites_config_messagetext_edit", args=[settings.site_id, code])
            words = "1 text is" if missing == 1 else f"{missing} texts are"
            yield Attention(
                names[code], f"{words} shown in another language.", f"{url}?only=missing", "Translate"
            )
