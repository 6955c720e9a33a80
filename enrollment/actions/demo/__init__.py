"""The demonstration's data: a district in the middle of its first weeks of term. Safe to run twice."""

from datetime import datetime

from django.conf import settings
from django.contrib.sites.models import Site

from enrollment.actions.demo.device_list import list_devices
from enrollment.actions.demo.directory import connect_directory, disconnect_directory
from enrollment.actions.demo.district import (
    MANY_USES,
    SINGLE_USE,
    WITH_AGREEMENT,
    load_district,
    new_invitation,
)
from enrollment.actions.demo.history import keep_somebody_stuck, load_history
from enrollment.actions.demo.keys import STAFF_NAME, self_made_push_certificate, staff_password
from enrollment.actions.invitations import create_invitation
from enrollment.models import Invitation
from sites_config.models import User
from sites_config.secrets import decrypt

__all__ = [
    "MANY_USES",
    "STAFF_NAME",
    "WITH_AGREEMENT",
    "NotADemonstration",
    "connect_directory",
    "disconnect_directory",
    "load_demo",
    "self_made_push_certificate",
    "single_use_token",
    "staff_password",
    "token_of",
]


class NotADemonstration(Exception):
    """Demonstration data never enter an installation that real people use."""


def load_demo(*, hosts: tuple[str, ...], now: datetime) -> Site:
    """The district, reached at ``hosts``, and what happened there in fourteen days. Raises NotADemonstration."""
    if not settings.DEMO or User.objects.filter(username=STAFF_NAME, is_demo=False).exists():
        raise NotADemonstration
    district = load_district(hosts=hosts, now=now)
    load_history(district, host=hosts[0], now=now)
    keep_somebody_stuck(district, host=hosts[0], now=now)
    list_devices(district, now=now)
    return district.site


def token_of(name: str) -> str:
    """The token of the demonstration's invitation with this name."""
    row = Invitation.objects.filter(name=name, is_demo=True).latest("created_at")
    return decrypt(row.token_encrypted).decode()


def single_use_token(*, now: datetime) -> str:
    """A fresh invitation for one device, at the plain school."""
    site = Invitation.objects.filter(name=MANY_USES, is_demo=True).latest("created_at").site
    return create_invitation(
        invitation=new_invitation(site, SINGLE_USE, max_uses=1), created_by=None, now=now
    )
