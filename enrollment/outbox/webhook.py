"""One message to another program. It may come twice, under the same id: the other side counts it once."""

import json
import re
from datetime import datetime

from enrollment.actions.webhooks import signed_headers
from enrollment.directories.outbound import Forbidden, Session, Unreachable
from enrollment.models import Delivery, Webhook
from enrollment.outbox.mail import Refused, ServerDown, TryLater

_GONE = 410
# In what the client says of a failure. Many receivers know their senders by a key in the address.
_ADDRESS = re.compile(r"(?i)(url:? )\S+")


def post(delivery: Delivery, *, now: datetime) -> None:
    """Raises TryLater, Refused, Undecryptable."""
    webhook = delivery.webhook
    if webhook is None or not webhook.enabled:
        raise Refused("The webhook was switched off or removed.")
    status = send(webhook, f"msg_{delivery.message_id.hex}", delivery.data, now=now)
    if status == _GONE:
        raise Refused("410: the address is gone.")
    if not 200 <= status < 300:
        raise TryLater(f"It answered {status}.")


def send(webhook: Webhook, message_id: str, data: object, *, now: datetime) -> int:
    """The status of the answer. Raises ServerDown, Undecryptable."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    headers = signed_headers(webhook, message_id, body, now=now)
    try:
        with Session() as session:
            return session.post(webhook.url, data=body, headers=headers).status_code
    except (Unreachable, Forbidden) as error:
        raise ServerDown(_ADDRESS.sub(r"\1…", str(error))) from None
