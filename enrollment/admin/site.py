"""The admin site: signing in through allauth only, so that its limits hold here too; nothing unscoped gets in."""

import functools
from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

from enrollment.admin.dashboard import on_the_index
from enrollment.admin.help_pages import help_desk, help_page, help_story, may_help
from sites_config.admin.scoped import ScopedAdmin
from sites_config.second_factor import lacks_second_factor
from sites_config.staff_pages import staff_page

# The index in the order of the work; models in brackets of their apps would be scattered over three of them.
GROUPS = (
    (
        "Enrollment",
        (
            "Invitation",
            "AccessCode",
            "Delivery",
            "Enrollment",
            "Device",
            "ListedDevice",
            "Person",
            "AgreementAcceptance",
            "Event",
        ),
    ),
    (
        "Sites and staff",
        (
            "Site",
            "SiteAddress",
            "SiteLogo",
            "SiteNotice",
            "MessageText",
            "Agreement",
            "User",
            "SitePrivilege",
            "LoggedChange",
        ),
    ),
    (
        "Sign-in and directories",
        ("DirectoryServer", "SamlIdentityProvider", "CloudIdentityProvider", "AccessGroup", "Identity"),
    ),
    (
        "Certificates and keys",
        ("Authority", "SigningIdentity", "PushCertificate", "CaCertificate", "Certificate"),
    ),
    ("Other programs", ("Webhook",)),
    ("Device traffic", ("IssuedProfile", "Challenge", "Command")),
)


class GatehouseAdminSite(AdminSite):
    site_header = "Gatehouse"
    site_title = "Gatehouse"
    index_title = "Device enrollment"
    site_url = "/enroll/"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        together = {name: _in_one_transaction(action) for name, action in self._actions.items()}
        self._actions, self._global_actions = together, dict(together)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes in what is scoped. Django's and allauth's own, such as groups and e-mail addresses, know no sites."""
        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Without "view on site", which looks up rows of any table."""
        own = (
            ("help/", help_desk, "help"),
            ("help/enrollment/<int:pk>/page/", help_page, "help_page"),
            ("help/<slug:kind>/<int:pk>/", help_story, "help_story"),
        )
        urls = [path(route, self.admin_view(view), name=name) for route, view, name in own]
        return [
            *urls,
            *(each for each in super().get_urls() if getattr(each, "name", None) != "view_on_site"),
        ]

    def each_context(self, request: Any) -> dict[str, Any]:
        return super().each_context(request) | {"may_help": may_help(request)}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return staff_page(super().admin_view(_second_factor_first(view), cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """To allauth's page; somebody who is logged in without access is told so instead of sent in circles."""
        if request.user.is_authenticated:
            return staff_page(render)(request, "account/no_access.html", status=403)
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), **on_the_index(request)})

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """By POST; by GET to the page that asks."""
        if request.method != "POST":
            return redirect("account_logout")
        logout(request)
        return redirect("account_login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """allauth's page, which limits the attempts."""
        return redirect("account_change_password")

    def get_app_list(self, request: Any, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        return apps if app_label else list(_groups(models))


def _in_one_transaction(action: Any) -> Any:
    """Of “Delete selected”: Django writes first that rows are gone, and then deletes them."""

    @functools.wraps(action)
    def act(*args: Any) -> Any:
        with transaction.atomic():
            return action(*args)

    return act


def _second_factor_first(view: Any) -> Any:
    """Where a site requires it, everything but the way out waits until there is one."""

    @functools.wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> Any:
        if lacks_second_factor(request.user, request.site) and request.path != reverse("admin:logout"):
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    return page


def _groups(models: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for title, names in GROUPS:
        shown = [models[name] for name in names if name in models]
        if shown:
            label = title.lower().replace(" ", "-")
            url = f"{reverse('admin:index')}#{label}-{shown[0]['object_name'].lower()}"
            yield {
                "name": title,
                "app_label": label,
                "app_url": url,
                "has_module_perms": True,
                "models": shown,
            }


@functools.cache
def gatehouse_site() -> GatehouseAdminSite:
    """The one instance: registering the models asks for it while it is being made."""
    return GatehouseAdminSite()
