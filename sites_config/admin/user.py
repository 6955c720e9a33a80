"""Accounts of staff."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from sites_config.admin.privilege import SitePrivilegeInline
from sites_config.admin.scoped import OwnSitesFilter, RowForm, ScopedAdmin
from sites_config.admin.scoping import reach_of
from sites_config.models import User

if TYPE_CHECKING:
    _UserAdmin = UserAdmin[User]
else:  # generic for the type checker only
    _UserAdmin = UserAdmin


class AccountForm(RowForm):
    """Without a password: hashing it here would hold a transaction open. It is set on a page of its own."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
        field_classes = {"username": UsernameField}
        labels = {"is_staff": "May open this administration", "is_active": "May log in"}
        help_texts = {
            "is_staff": "What they see and change here follows from their privileges below.",
            "is_active": "Switch it off instead of deleting the account.",
            "is_superuser": "Sees and changes everything, at every site.",
        }


@admin.register(User)
class AccountAdmin(ScopedAdmin, _UserAdmin):
    """Accounts are closed, not deleted: timelines name them. Django's own page sets a password.

    Administrators of a site change the accounts that hold nothing beyond what they hold themselves; whoever could
    change a stronger account's password or e-mail address could use it.
    """

    writable = addable = True
    form = add_form = AccountForm
    add_form_template = None
    change_form_template = "admin/sites_config/user/change_form.html"
    list_display = ("username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", ("site_privileges__site", OwnSitesFilter))
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("last_login", "date_joined", "is_demo")
    filter_horizontal = ()
    inlines = (SitePrivilegeInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        superuser = ("is_superuser",) if reach_of(request.user).everything else ()
        facts = ((None, {"fields": ("last_login", "date_joined", "is_demo")}),) if obj is not None else ()
        return (
            (None, {"fields": ("username", "first_name", "last_name", "email")}),
            ("Access", {"fields": ("is_active", "is_staff", *superuser)}),
            *facts,
        )

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """For superusers: it names every site where the account was ever given a privilege."""
        if not reach_of(request.user).everything:
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: RowForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
