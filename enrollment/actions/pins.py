"""The PIN of an invitation: a second thing to know, told in another way than its link."""

import hmac
import re
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F

from enrollment.actions.invitation_sending import send_renewed
from enrollment.actions.invitations import locked, not_since, note, renew
from enrollment.models import EventKind, Invitation
from sites_config.models import User
from sites_config.secrets import decrypt, encrypt

DIGITS = 6
PIN = re.compile(r"[0-9]{4,8}")
MOST_TRIES = 5
WHY_WRONG_PINS = "wrong PIN"


class WrongPin(Exception):
    """``left``: how many tries the link has before it is renewed."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


class LinkRenewed(Exception):
    """There were too many wrong tries: the link that was used is dead."""


def new_pin() -> str:
    """Six digits."""
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def sealed(pin: str) -> bytes:
    """What stands in the database."""
    return encrypt(pin.encode())


def pin_of(invitation: Invitation) -> str:
    """ "" for none. Raises Undecryptable."""
    return "" if invitation.pin_encrypted is None else decrypt(invitation.pin_encrypted).decode()


def renew_pin(
    invitation: Invitation, *, actor: User | None, now: datetime, seen: datetime | None = None
) -> str:
    """Another PIN in place of the one it has, for somebody whose privilege the caller has checked. "": it got another
    since it was ``seen``."""
    pin = new_pin()
    columns = {"pin_encrypted": sealed(pin), "pin_tries": 0}
    with transaction.atomic():
        if not locked([invitation.pk], not_since(EventKind.INVITATION_PIN_RENEWED, seen)):
            return ""
        Invitation.objects.filter(pk=invitation.pk).update(**columns)
        note(invitation, EventKind.INVITATION_PIN_RENEWED, now=now, actor=actor)
    return pin


def check_pin(invitation: Invitation, given: str, *, now: datetime) -> None:
    """Raises WrongPin, and LinkRenewed after the last try. A try counts before it is compared, so that tries at the
    same time get no more than five answers."""
    pin = pin_of(invitation)
    if not pin:
        return
    of_this_link = Invitation.objects.filter(pk=invitation.pk, token_sha256=bytes(invitation.token_sha256))
    if not of_this_link.filter(pin_tries__lt=MOST_TRIES).update(pin_tries=F("pin_tries") + 1):
        _end_link(invitation, now)  # whoever had the last try may have died over it
        raise LinkRenewed
    if hmac.compare_digest(_digits(given).encode(), pin.encode()):
        of_this_link.update(pin_tries=0)
        return
    tries = of_this_link.values_list("pin_tries", flat=True).first()
    left = max(0, MOST_TRIES - (MOST_TRIES if tries is None else tries))
    note(invitation, EventKind.WRONG_PIN, now=now, data={"left": left})
    if left:
        raise WrongPin(left)
    _end_link(invitation, now)
    raise LinkRenewed


def _end_link(invitation: Invitation, now: datetime) -> None:
    with transaction.atomic():
        if renew(invitation, actor=None, now=now, why=WHY_WRONG_PINS):
            send_renewed(invitation, now=now)


def _digits(text: str) -> str:
    """As people type it: with spaces, with the digits of their own script."""
    return "".join(str(int(each)) for each in text[:40] if each.isdecimal())
