"""Accounts of staff."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UsernameField
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse

from sites_config.admin.buttons import AdminWithButtons, button, may_change
from sites_config.admin.pages import link_page
from sites_config.admin.privilege import SitePrivilegeInline
from sites_config.admin.scoped import OwnSitesFilter, RowForm
from sites_config.admin.scoping import for_user, reach_of
from sites_config.in_words import NOT_SHOWN, NOTHING
from sites_config.models import Privilege, SitePrivilege, User, described
from sites_config.password_links import MailNotSent, mail_password_link, password_link
from sites_config.second_factor import (
    factors_in_words,
    has_second_factor,
    remove_second_factors_of,
    second_factors,
)
from sites_config.stored_values import told

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
            "email": "For a link to set the password, which you can mail once the account is saved.",
            "is_staff": "What they see and change here follows from their privileges below.",
            "is_active": "Switch it off instead of deleting the account.",
            "is_superuser": "Sees and changes everything, at every site.",
        }


# What is done in the administration; enrolling and assigning need no access to it.
IN_ADMIN = frozenset(Privilege) - {Privilege.ENROLL_MOBILE_DEVICES, Privilege.ASSIGN_USERS}


def _is_active(user: User) -> bool:
    return user.is_active and (not user.is_demo or settings.DEMO)


class SecondFactorFilter(admin.SimpleListFilter):
    """Who would be asked to set one up."""

    title = "second factor"
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Set up"), ("no", "None")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() not in ("yes", "no"):
            return queryset
        has_one = Exists(second_factors())
        return queryset.filter(has_one if self.value() == "yes" else ~has_one)


@admin.register(User)
class AccountAdmin(AdminWithButtons, _UserAdmin):
    """Accounts are closed, not deleted: timelines name them. Django's own page sets a password.

    Administrators of a site change the accounts that hold nothing beyond what they hold themselves; whoever could
    change a stronger account's password or e-mail address could use it.
    """

    writable = addable = True
    form = add_form = AccountForm
    add_form_template = None
    change_form_template = "admin/sites_config/user/change_form.html"
    buttons = ("mail_password_link", "remove_second_factors")
    list_display = (
        "username",
        "first_name",
        "last_name",
        "email",
        "roles",
        "is_staff",
        "is_active",
        "second_factor",
        "last_login",
    )
    list_filter = ("is_staff", "is_active", SecondFactorFilter, ("site_privileges__site", OwnSitesFilter))
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("last_login", "date_joined", "is_demo")
    filter_horizontal = ()
    inlines = (SitePrivilegeInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = for_user(SitePrivilege.objects.select_related("site").order_by("site__name"), request.user)
        seen = Prefetch("site_privileges", rows, to_attr="seen_privileges")
        accounts = super().get_queryset(request).prefetch_related(seen)
        rows_shown: QuerySet[Any] = accounts.annotate(has_factor=Exists(second_factors()))
        return rows_shown

    @admin.display(description="second factor", boolean=True, ordering="has_factor")
    def second_factor(self, user: User) -> bool:
        return bool(getattr(user, "has_factor", False))

    @admin.display(description="privileges")
    def roles(self, user: User) -> str:
        """“Help Desk at North School”, of the sites that whoever looks may see."""
        by_site: dict[str, list[str]] = {}
        for row in getattr(user, "seen_privileges", ()):
            by_site.setdefault(row.site.name, []).append(row.privilege)
        return "; ".join(f"{described(held)} at {name}" for name, held in by_site.items())

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        superuser = ("is_superuser",) if reach_of(request.user).everything else ()
        known = ("last_login", "date_joined", *(("is_demo",) if settings.DEMO else ()))
        facts = ((None, {"fields": known}),) if obj is not None else ()
        return (
            (None, {"fields": ("username", "first_name", "last_name", "email")}),
            ("Access", {"fields": ("is_active", "is_staff", *superuser)}),
            *facts,
        )

    def shows_history(self, request: HttpRequest) -> bool:
        return reach_of(request.user).everything

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """For superusers: it names every site where the account was ever given a privilege."""
        if not reach_of(request.user).everything:
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Django's page for a password tells of none that was taken away."""
        if not isinstance(form, AdminPasswordChangeForm):
            return super().construct_change_message(request, form, formsets, add)
        new = NOT_SHOWN if form.user.has_usable_password() else NOTHING
        return told([{"field": "Password", "old": NOT_SHOWN, "new": new}])

    @button("Mail a link to set the password", may_change, _is_active)
    def mail_password_link(self, request: HttpRequest, user: User) -> HttpResponse | None:
        """Without an address, or where the mail is not taken, the link stands on a page, to be handed on."""
        base = request.build_absolute_uri("/").removesuffix("/")
        self.log_change(request, user, "Made a link to set the password.")
        try:
            mail_password_link(user, base)
        except MailNotSent as reason:
            return link_page(
                self,
                request,
                title=f"Link for {user} to set the password",
                words=f"{reason} Hand this link on yourself: it works once, for a day, and whoever has it sets the "
                "password.",
                link=password_link(user, base),
                back=self.change_url(user),
            )
        messages.success(request, f"Mailed to {user.email}: a link that works once, for a day.")
        return None

    @button("Remove second factors", may_change, has_second_factor)
    def remove_second_factors(self, request: HttpRequest, user: User) -> None:
        """For a lost phone: app, passkeys and recovery codes go; the password stays."""
        with transaction.atomic():
            before = factors_in_words(user)
            remove_second_factors_of(user)
            said = [{"field": "Second factors", "old": before, "new": NOTHING}]
            self.log_change(request, user, told(said))
        messages.success(
            request,
            f"{user} logs in with the password alone now, and sets up a second factor anew where one is required.",
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Privileges that are used in the administration do nothing for an account that may not open it."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        if not user.is_staff and user.site_privileges.filter(privilege__in=IN_ADMIN).exists():
            messages.warning(
                request,
                f"{user} has privileges for the administration and may not open it: tick “May open this "
                "administration”.",
            )

    def save_model(self, request: HttpRequest, obj: Any, form: RowForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
