"""Who changed what in the administration, of every kind of row, deleted ones too: for auditors, a page to read."""

from django.contrib import admin

from sites_config.admin.scoped import BY_SITE, ScopedAdmin
from sites_config.models import LoggedChange

SHOWN = 160  # characters of a change in the list


@admin.register(LoggedChange)
class LoggedChangeAdmin(ScopedAdmin):
    """Read only. An account's privileges stand at the site where they were given or taken."""

    list_display = ("at", "who", "act", "what_kind", "subject", "short", "site")
    list_display_links = ("at", "subject")
    list_filter = (BY_SITE, "act", "at")
    search_fields = ("subject", "told", "user__^username")
    search_help_text = "Any part of a row's name or of a value before or after, or who did it"
    sortable_by = ("at",)
    many_rows = True
    list_select_related = ("site", "user")
    ordering = ("-at", "-pk")
    fields = ("site", "at", "who", "act", "what_kind", "subject", "object_id", "told")
    readonly_fields = ("who", "what_kind")

    @admin.display(description="by")
    def who(self, change: LoggedChange) -> str:
        return str(change.user) if change.user else "a command"

    @admin.display(description="kind")
    def what_kind(self, change: LoggedChange) -> str:
        return change.kind.partition(".")[2]

    @admin.display(description="change")
    def short(self, change: LoggedChange) -> str:
        return change.told if len(change.told) <= SHOWN else f"{change.told[:SHOWN]}…"
