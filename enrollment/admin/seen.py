"""When the page was shown on which somebody presses: of two clicks the second, and the button of a page that was left
open, are for something that was done since."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.timezone import is_aware

from sites_config.admin.buttons import AdminWithButtons

_SEEN = "seen"


def seen_at(request: HttpRequest) -> datetime | None:
    """None: it was no page of ours that sent this, so that nothing was shown."""
    try:
        moment = datetime.fromisoformat(request.POST.get(_SEEN) or request.GET.get(_SEEN) or "")
    except ValueError:
        return None
    return moment if is_aware(moment) else None


class WithSeen(AdminWithButtons):
    """Its buttons tell when they were shown; ``seen_at`` reads it."""

    def pressable(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        seen = urlencode({_SEEN: timezone.now().isoformat()})
        return [each | {"url": f"{each['url']}?{seen}"} for each in super().pressable(request, obj)]
