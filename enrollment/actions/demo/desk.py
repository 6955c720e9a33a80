"""What the help desk did: a code that somebody was given, a notice that is over."""

from datetime import datetime, timedelta

from django.contrib.sites.models import Site

from enrollment.actions.access_codes import make_code
from enrollment.models import AccessCode, Invitation
from sites_config.models import Severity, SiteNotice, User


def desk_examples(site: Site, invitation: Invitation, *, helper: User, now: datetime) -> None:
    """Makes what is missing. The code itself is kept nowhere, and ended two days ago."""
    then = now - timedelta(days=2)
    if not AccessCode.objects.filter(invitation=invitation).exists():
        end = then + timedelta(hours=1)
        make_code(site_id=invitation.site_id, expires_at=end, actor=helper, now=then, invitation=invitation)
    if not SiteNotice.objects.filter(site=site).exists():
        SiteNotice.objects.create(
            site=site,
            severity=Severity.WARNING,
            starts_at=then,
            ends_at=then + timedelta(hours=8),
            text_en="The Wi-Fi of **Northwind High** is down today. Please enroll in the library.",
            text_de="Das WLAN der **Northwind High** ist heute gestört. Bitte gehen Sie in die Bibliothek.",
        )
