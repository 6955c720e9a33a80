"""Lists as CSV: every column is named here, so that no secret and no new column gets into a file by itself."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from enrollment.actions.export_record import note_list
from enrollment.actions.tables import streamed_table
from enrollment.admin.invitation_state import state_in_words
from enrollment.models import Device, Enrollment, Invitation
from sites_config.admin.buttons import actor
from sites_config.admin.paging import AFTER
from sites_config.references import spoken

AT_A_TIME = 2000
LONGEST = 200  # letters of the filters in the record
_NO_FILTER = {SEARCH_VAR, ORDER_VAR, PAGE_VAR, AFTER}
Cells = dict[str, Callable[[Any], object]]


def record_export(request: HttpRequest, rows: QuerySet[Any]) -> None:
    """Of the list whose action is asked for. What was searched for may be a name, and is left out."""
    asked = {name: ",".join(values) for name, values in request.GET.lists() if name not in _NO_FILTER}
    filters = ", ".join(f"{name}={value}" for name, value in asked.items())
    whole = request.POST.get("select_across", "0") == "1"
    facts = {
        "chosen": "all that the list showed" if whole else "one by one",
        "filters": filters[:LONGEST],
        "searched": "yes" if request.GET.get(SEARCH_VAR) else "",
    }
    said = {name: fact for name, fact in facts.items() if fact}
    note_list(rows, facts=said, actor=actor(request), now=timezone.now())


def device_table(rows: QuerySet[Device]) -> StreamingHttpResponse:
    return _download(rows.select_related("site", "stands_at", "enrollment", "lost_by"), DEVICE, "devices.csv")


def enrollment_table(rows: QuerySet[Enrollment]) -> StreamingHttpResponse:
    related = rows.select_related("site", "entry_site", "device", "invitation")
    return _download(related, ENROLLMENT, "enrollments.csv")


def invitation_table(rows: QuerySet[Invitation]) -> StreamingHttpResponse:
    return _download(rows.select_related("site", "created_by"), INVITATION, "invitations.csv")


def _download(rows: QuerySet[Any], cells: Cells, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    table = streamed_table(_table(rows.order_by("pk"), cells))
    return StreamingHttpResponse(table, content_type="text/csv; charset=utf-8", headers=headers)


def _table(rows: QuerySet[Any], cells: Cells) -> Iterator[list[str]]:
    yield list(cells)
    for row in rows.iterator(chunk_size=AT_A_TIME):
        yield [_text(cell(row)) for cell in cells.values()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def _column(name: str) -> Callable[[Model], object]:
    return lambda row: getattr(row, name)


def _label(name: str) -> Callable[[Any], object]:
    return lambda row: getattr(row, f"get_{name}_display")()


def _columns(*names: str) -> Cells:
    return {name.removeprefix("assigned_").replace("_", " "): _column(name) for name in names}


_ASSIGNED = _columns(
    "assigned_user_name", "assigned_full_name", "assigned_email", "assigned_department", "assigned_building",
    "assigned_room", "assigned_phone", "assigned_position",
) | {"user was set by": _label("assignment_source")}  # fmt: skip

DEVICE: Cells = {
    **_columns(
        "serial_number", "udid", "name", "model_name", "product_name", "os_version", "imei", "wifi_mac"
    ),
    "site": lambda device: device.site,
    "assigned site": lambda device: device.stands_at,
    "ownership": _label("ownership"),
    **_ASSIGNED,
    "status": lambda device: device.enrollment.get_status_display() if device.enrollment else "",
    "enrolled at": lambda device: device.enrollment.enrolled_at if device.enrollment else None,
    **_columns("is_supervised", "first_seen_at", "last_seen_at"),
    "lost since": _column("lost_at"),
    "marked lost by": lambda device: device.lost_by,
}

ENROLLMENT: Cells = {
    "reference": lambda enrollment: spoken(enrollment.reference),
    "status": _label("status"),
    "reason": _label("failure_reason"),
    "site": lambda enrollment: enrollment.site,
    "entered at": lambda enrollment: enrollment.entry_site,
    "ownership": _label("ownership"),
    **_columns("language", "started_at", "authenticated_at", "enrolled_at", "last_seen_at"),
    "invitation": lambda enrollment: enrollment.invitation,
    "logged in with": _label("signed_in_with"),
    "logged in as": _column("signed_in_name"),
    **_ASSIGNED,
    "device": lambda enrollment: enrollment.device,
    "serial number": lambda enrollment: enrollment.device.serial_number if enrollment.device else "",
}

# Neither link nor PIN: those are printed, or written by manage.py invite --links.
INVITATION: Cells = {
    **_columns("name"),
    "site": lambda invitation: invitation.site,
    "state": state_in_words,
    **_columns(
        "email", "phone", "assigned_user_name", "assigned_full_name", "max_uses", "uses_held", "uses_spent",
        "not_before", "expires_at", "created_by", "created_at", "sent_at", "sent_to", "reminded_at", "renewed_at",
        "started_at", "used_at", "revoked_at",
    ),
}  # fmt: skip
