"""The links of many invitations at once, for a file or for paper; every one of them leaves an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enrollment.actions.invitations import note_many, token_of
from enrollment.actions.pins import pin_of
from enrollment.actions.tables import written_table
from enrollment.models import EventKind, Invitation
from sites_config.models import User

HEADER = ("name", "full_name", "user_name", "email", "serial_number", "link", "pin", "valid_until")


@dataclass(frozen=True)
class LinkCard:
    """An invitation as it is handed to somebody; ``pin`` "" for none."""

    invitation: Invitation
    link: str
    pin: str


def link_cards(
    invitations: Sequence[Invitation], base: str, *, actor: User | None, now: datetime
) -> list[LinkCard]:
    """``base``: scheme and host. The caller has checked the privilege. Raises Undecryptable."""
    note_many(invitations, EventKind.INVITATION_PRINTED, now=now, actor=actor)
    return [LinkCard(each, f"{base}/i/{token_of(each)}", pin_of(each)) for each in invitations]


def links_table(invitations: Sequence[Invitation], base: str, *, actor: User | None, now: datetime) -> bytes:
    """The same as CSV."""
    cards = link_cards(invitations, base, actor=actor, now=now)
    return written_table([HEADER, *(_cells(card) for card in cards)])


def _cells(card: LinkCard) -> tuple[str, ...]:
    row = card.invitation
    ends = row.expires_at.isoformat(timespec="minutes") if row.expires_at else ""
    return (
        row.name, row.assigned_full_name, row.assigned_user_name, row.email, row.only_serial_number,
        card.link, card.pin, ends,
    )  # fmt: skip
