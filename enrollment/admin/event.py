"""What happened: the list for auditors, and the timeline on the page of an enrollment, a device, an invitation."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from enrollment.admin.reference import FindsReference
from enrollment.explain.timeline import fact_in_words
from enrollment.models import Enrollment, Event
from enrollment.models.moves import Status
from sites_config.admin.scoped import BY_SITE, ScopedAdmin
from sites_config.admin.scoping import for_user, may
from sites_config.models import Privilege

SHOWN = 200
_STATUS = dict(Status.choices)


@admin.register(Event)
class EventAdmin(FindsReference):
    list_display = ("at", "kind", "details", "about", "actor", "site")
    list_filter = ("kind", BY_SITE, "at")
    search_fields = ("enrollment__=reference", "invitation__name", "device__^serial_number")
    search_help_text = "Reference code, name of an invitation, beginning of a serial number"
    sortable_by = ("at",)
    many_rows = True
    fields = ("at", "kind", "details", "site", "enrollment", "device", "invitation", "actor")
    readonly_fields = ("details",)
    list_select_related = ("site", "enrollment", "device", "invitation", "actor")
    linked = ("enrollment", "device", "invitation")

    @admin.display(description="about")
    def about(self, event: Event) -> str:
        return str(event.enrollment or event.device or event.invitation or "")

    @admin.display(description="details")
    def details(self, event: Event) -> str:
        return details(event)


class WithTimeline(ScopedAdmin):
    """Shows the latest events of the row. ``timeline_of``: the paths from an event to it."""

    timeline_of: tuple[str, ...]
    timeline_first = False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj: Model | None = kwargs.get("obj")
        timeline = self._timeline(request, obj) if obj is not None else ""
        context["timeline_above" if self.timeline_first else "timeline"] = timeline
        return super().render_change_form(request, context, *args, **kwargs)

    def _timeline(self, request: HttpRequest, obj: Model) -> SafeString:
        of_row = Event.objects.filter(reduce(or_, (_of(path, obj) for path in self.timeline_of)))
        rows = for_user(of_row.select_related("actor", "enrollment"), request.user, also=self.also)
        events = list(rows[: SHOWN + 1])
        context = {
            "events": [(event, details(event)) for event in events[:SHOWN]],
            "more": len(events) > SHOWN,
            "shown": SHOWN,
            "sees_list": may(request.user, obj),
            "linked": may(request.user, obj, also=(Privilege.HELP_PEOPLE,)),
            "with_enrollment": "enrollment" not in self.timeline_of,
        }
        return render_to_string("admin/enrollment/timeline.html", context)


def _of(path: str, row: Model) -> Q:
    """By keys that are asked for beforehand: a join in an OR would have all events read."""
    relation, joined, column = path.partition("__")
    if not joined:
        return Q(**{relation: row.pk})
    keys = Enrollment.objects.filter(**{column: row.pk}).order_by("-pk").values_list("pk", flat=True)
    return Q(**{f"{relation}__in": list(keys[:SHOWN])})


def details(event: Event) -> str:
    """The facts beside the kind, in words: “Started → Profile issued”, “nothing came for too long”, “room: 12 → 14”."""
    facts = dict(event.data)
    changed = [
        f"{name.removeprefix('assigned_').replace('_', ' ')}: {old or 'nothing'} → {new or 'nothing'}"
        for name, (old, new) in facts.pop("changed", {}).items()
    ]
    to, before = facts.pop("to", ""), facts.pop("from", "")
    moved = [" → ".join(_STATUS.get(each, str(each)) for each in (before, to) if each)] if to else []
    said = (fact_in_words(name, value) for name, value in facts.items())
    return "; ".join([*moved, *changed, *filter(None, said)])
