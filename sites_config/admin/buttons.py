"""Buttons on the page of one row: each posts, asks its own permission, and answers or returns to the page."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from sites_config.admin.scoped import ScopedAdmin

Press = TypeVar("Press", bound=Callable[..., HttpResponse | None])
Allowed = Callable[[Any, HttpRequest, Any], bool]


def button(label: str, allowed: Allowed) -> Callable[[Press], Press]:
    """Marks a method ``(self, request, obj)``; ``allowed(self, request, obj)`` says who sees it and may press it."""

    def mark(press: Press) -> Press:
        press.label, press.allowed = label, allowed  # type: ignore[attr-defined]
        return press

    return mark


class AdminWithButtons(ScopedAdmin):
    """``buttons`` names the marked methods in the order of the page."""

    buttons: tuple[str, ...] = ()
    change_form_template = "admin/change_form_with_buttons.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_press"
        view = self.admin_site.admin_view(self.press)
        return [path("<path:object_id>/press/<slug:name>/", view, name=name), *super().get_urls()]

    def press(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """What a button leads to; without an answer of its own, back to the row's page."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or name not in self.buttons:
            raise Http404
        method = getattr(self, name)
        if not method.allowed(self, request, obj):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return method(request, obj) or redirect(self.change_url(obj))

    def change_url(self, obj: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        methods = ((name, getattr(self, name)) for name in self.buttons) if obj is not None else ()
        context["buttons"] = [
            {"label": method.label, "url": f"{self.change_url(obj).removesuffix('change/')}press/{name}/"}
            for name, method in methods
            if obj is not None and method.allowed(self, request, obj)
        ]
        return super().render_change_form(request, context, *args, **kwargs)
