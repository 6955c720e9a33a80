"""What every ModelAdmin and inline here is: scoped by the privileges of who asks, explicit about what it shows."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.sites.models import Site
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import Http404, HttpRequest, HttpResponseRedirect

from sites_config.admin.audit import change_message, parts_by_site
from sites_config.admin.locking import AS_SHOWN, as_shown, guarded
from sites_config.admin.paging import LongList, Pages
from sites_config.admin.scoping import for_user, may, reach_of
from sites_config.admin.searching import found
from sites_config.logged_changes import log_for_sites
from sites_config.models import Privilege, User
from sites_config.stored_values import last_values, stored

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _StackedInline = admin.StackedInline[Any, Any]
    _TabularInline = admin.TabularInline[Any, Any]
    RowForm = ModelForm[Any]
else:  # generic for the type checker only
    _ModelAdmin, _StackedInline, _TabularInline = admin.ModelAdmin, admin.StackedInline, admin.TabularInline
    RowForm = ModelForm

MOST_SITES = 200
_PARTS = "_parts_by_site"
# What may follow a filter's field in a changelist URL; anything more could ask for a secret letter by letter.
_LOOKUP_ENDINGS = re.compile(r"(__(exact|id__exact|isnull|gte|lt|year|month|day))?")


class _Scoped:
    """Permissions and choices. A class that says nothing else is read only: what the flow writes stays as it is."""

    writable = False
    addable = False
    deletable = False
    # Privileges that open these rows to people who neither view nor administer the whole site.
    also: tuple[Privilege, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return for_user(super().get_queryset(request), request.user, also=self.also)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        reach = reach_of(request.user)
        if obj is not None:
            return may(request.user, obj, also=self.also)
        return reach.everything or bool(reach.seeing(self.also))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.writable and self._administers(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.addable and self._administers(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.deletable and self._administers(request, obj)

    def _administers(self, request: HttpRequest, obj: Model | None) -> bool:
        reach = reach_of(request.user)
        if obj is not None:
            return may(request.user, obj, change=True, also=self.also)
        return reach.everything or bool(reach.changing(self.also))

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        """Choices: sites where the user may change something, accounts they may see."""
        related = db_field.related_model
        rows = related._default_manager.all()
        if db_field.name == "site":
            rows = rows.exclude(configuration__archived=True)
        change = related is not User
        kwargs["queryset"] = for_user(rows, request.user, change=change, also=self.also)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc,no-any-return]


class ScopedAdmin(_Scoped, _ModelAdmin):
    """The one base of every ModelAdmin. ``linked``: relations by which other pages link to a filtered list.
    ``many_rows``: there may be millions, so that its list does only what an index answers."""

    linked: tuple[str, ...] = ()
    many_rows = False
    view_on_site = False
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    paginator = Pages

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """A row never moves to another site."""
        return [*super().get_readonly_fields(request, obj), *(["site"] if obj is not None else [])]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LongList]:
        return LongList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Nothing is found twice: no search field leads to many rows."""
        if not search_term.strip():
            return queryset, False
        fields = self.get_search_fields(request)

        def seen(rows: QuerySet[Any]) -> QuerySet[Any]:
            return for_user(rows, request.user, also=self.also)

        return found(queryset, fields, search_term, seen=seen, many_rows=self.many_rows), False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return guarded(form, self, request) if change and request.method == "POST" else form

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        setattr(request, _PARTS, parts_by_site(formsets or ()))
        return change_message(form, formsets or (), add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return self._for_sites(request, super().log_addition(request, obj, message), obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return self._for_sites(request, super().log_change(request, obj, message), obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        """With their last values: nothing else tells what they were."""
        user: Any = request.user
        rows = list(queryset)
        entries = [
            LogEntry.objects.log_actions(
                user.pk, [row], DELETION, last_values(row, stored(row)), single_object=True
            )
            for row in rows
        ]
        log_for_sites(zip(entries, rows, strict=True))
        return entries

    def _for_sites(self, request: HttpRequest, entry: LogEntry, row: Model) -> LogEntry:
        log_for_sites([(entry, row)], request.__dict__.pop(_PARTS, {}))
        return entry

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj: Model | None = kwargs.get("obj")
        # As stored: what was typed into a form stands in the row at hand.
        row = type(obj)._base_manager.filter(pk=obj.pk).first() if obj is not None else None
        if row is not None and self.has_change_permission(request, row):
            context[AS_SHOWN] = as_shown(self, request, context["adminform"].form, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Model, form: RowForm, change: bool) -> None:
        """Writes only what was changed: other columns may have moved on since the form was shown."""
        obj.save(update_fields=form.changed_data if change else None)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        own = [getattr(each, "parameter_name", "") for each in self.list_filter]
        if lookup in filter(None, own):
            return True
        filters = [str(each[0] if isinstance(each, tuple) else each) for each in self.list_filter]
        if any(lookup.startswith(name) for name in filters if name in _narrowed(self.list_filter)):
            return lookup.endswith("__id__exact")  # the one that the filter itself takes, and narrows
        names = [*filters, *self.linked, self.date_hierarchy or "", "pk", "id"]
        return any(
            lookup.startswith(name) and _LOOKUP_ENDINGS.fullmatch(lookup[len(name) :])
            for name in names
            if name
        )

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: object, object_id: str
    ) -> HttpResponseRedirect:
        # Django would send to the index; a row out of reach is one that isn't there.
        raise Http404


class ScopedStackedInline(_Scoped, _StackedInline):
    """``obj`` of its permissions is the row of the page."""


class ScopedTabularInline(_Scoped, _TabularInline):
    """``obj`` of its permissions is the row of the page."""


class OwnSitesFilter(admin.RelatedFieldListFilter):
    """Offers the sites the user may see, the first two hundred by name; hidden when there is only one."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        also = getattr(model_admin, "also", ())
        self.seen = for_user(Site.objects.order_by("name"), request.user, also=also)
        return [(site.pk, site.name) for site in self.seen[:MOST_SITES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Nothing for a site they may not see: otherwise it would tell which colleague works there too."""
        offered = {str(pk) for pk, _name in self.lookup_choices}
        unknown = {str(each) for each in self.lookup_val or ()} - offered
        if unknown and not self._sees(unknown):
            return queryset.none()
        return super().queryset(request, queryset)

    def _sees(self, keys: set[str]) -> bool:
        numbers = [int(each) for each in keys if each.isdecimal() and len(each) < 19]
        return len(numbers) == len(keys) == self.seen.filter(pk__in=numbers).count()


def _narrowed(filters: Any) -> set[str]:
    """Sites of rows elsewhere, such as those where a colleague works: not all of them may be seen."""
    return {
        each[0]
        for each in filters
        if isinstance(each, tuple) and each[1] is OwnSitesFilter and "__" in each[0]
    }


BY_SITE = ("site", OwnSitesFilter)
