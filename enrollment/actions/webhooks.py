"""What other programs are told of: ordered in the transaction of what it tells, sent by the worker.

The signature is that of Standard Webhooks (https://www.standardwebhooks.com): receivers find ready-made libraries.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from enrollment.actions import outbox
from enrollment.models import Channel, Delivery, DeliveryKind, Enrollment, Status, Webhook, WebhookEvent
from sites_config.changes import remember
from sites_config.models import SiteConfiguration
from sites_config.references import spoken
from sites_config.secrets import decrypt, encrypt

PREFIX = "whsec_"
_OF_STATUS = {
    Status.STARTED: WebhookEvent.STARTED,
    Status.ENROLLED: WebhookEvent.COMPLETED,
    Status.FAILED: WebhookEvent.FAILED,
    Status.EXPIRED: WebhookEvent.FAILED,
    Status.CHECKED_OUT: WebhookEvent.CHECKED_OUT,
}
_DEVICE = ("serial_number", "model_name", "product_name", "os_version")


@dataclass(frozen=True)
class Hook:
    """A webhook as it is remembered."""

    id: int
    site_id: int
    url: str
    events: frozenset[str]


def announce_status(enrollment: Enrollment, status: Status, *, now: datetime, why: str = "") -> None:
    """Call it in the transaction of the move."""
    if status in _OF_STATUS:
        announce(enrollment, _OF_STATUS[status], now=now, status=status, why=why)


def announce(
    enrollment: Enrollment, event: WebhookEvent, *, now: datetime, status: str = "", why: str = ""
) -> None:
    """No query where no webhook wants it."""
    hooks = [hook for hook in hooks_of(enrollment.site_id) if event in hook.events]
    if not hooks:
        return
    body = _body(enrollment, event, now, status or enrollment.status, why)
    deliveries = (
        Delivery(
            site_id=enrollment.site_id,
            channel=Channel.WEBHOOK,
            kind=DeliveryKind.EVENT,
            webhook_id=hook.id,
            recipient=f"https://{urlsplit(hook.url).netloc}",  # the rest of it may be a key
            data=body,
        )
        for hook in hooks
    )
    outbox.queue(deliveries, created_by=None, now=now)


def hooks_of(site_id: int) -> tuple[Hook, ...]:
    """Of the site and of what it belongs to; remembered."""
    return remember(("webhooks", site_id), lambda: _read(site_id))


def _read(site_id: int) -> tuple[Hook, ...]:
    rows = Webhook.objects.filter(site__in=SiteConfiguration.for_site(site_id).lineage, enabled=True)
    return tuple(Hook(row.pk, row.site_id, row.url, frozenset(row.events)) for row in rows.order_by("pk"))


def _body(
    enrollment: Enrollment, event: WebhookEvent, now: datetime, status: str, why: str
) -> dict[str, object]:
    invitation = enrollment.invitation
    claimed: Mapping[str, object] = enrollment.claimed or {}
    return {
        "type": event.value,
        "timestamp": now.isoformat(),
        "data": {
            "enrollment": {"reference": spoken(enrollment.reference), "status": status, "reason": why},
            "site": {
                "id": enrollment.site_id,
                "name": SiteConfiguration.for_site(enrollment.site_id).organization_name,
            },
            "invitation": {"id": invitation.pk, "name": invitation.name} if invitation else None,
            "person": {
                "user_name": enrollment.assigned_user_name,
                "full_name": enrollment.assigned_full_name,
            },
            "device": {
                "udid": enrollment.device.udid if enrollment.device else "",
                **{name: claimed.get(name) or "" for name in _DEVICE},
            },
        },
    }


class BadSecret(Exception):
    """The text says what it has to be."""


def new_secret() -> bytes:
    """What stands in the database, for 256 random bits."""
    return encrypt((PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()).encode())


def secret_in_words(webhook: Webhook) -> str:
    """“whsec_…”, as receivers' libraries take it. Raises Undecryptable."""
    return decrypt(webhook.secret_encrypted).decode()


def check_secret(webhook: Webhook) -> None:
    """Raises BadSecret, Undecryptable."""
    try:
        strong = len(_key(webhook)) >= 24
    except ValueError:
        strong = False
    if not strong:
        raise BadSecret(f"It must be {PREFIX} and 24 bytes or more in Base64.")


def _key(webhook: Webhook) -> bytes:
    return base64.b64decode(secret_in_words(webhook).removeprefix(PREFIX), validate=True)


def signed_headers(webhook: Webhook, message_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """HMAC-SHA256 over id, time and body, with a dot between. Raises Undecryptable."""
    moment = str(int(now.timestamp()))
    told = b".".join((message_id.encode(), moment.encode(), body))
    signature = hmac.new(_key(webhook), told, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
