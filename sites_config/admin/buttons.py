"""Buttons on the page of one row: each posts, asks its own permission, and answers or returns to the page."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from sites_config.admin.pages import form_page
from sites_config.admin.scoped import ScopedAdmin
from sites_config.models import User

SURE = "sure"

Press = TypeVar("Press", bound=Callable[..., HttpResponse | None])
Allowed = Callable[[Any, HttpRequest, Any], bool]


def always(obj: Any) -> bool:
    """There is always something to press for."""
    return True


def may_change(admin_: "AdminWithButtons", request: HttpRequest, obj: Any) -> bool:
    """``allowed`` of what belongs to editing the row."""
    return admin_.has_change_permission(request, obj)


def button(
    label: str, allowed: Allowed, possible: Callable[[Any], bool] = always, *, ends: str = ""
) -> Callable[[Press], Press]:
    """Marks a method ``(self, request, obj)``. ``allowed(self, request, obj)`` says who may press it, ``possible(obj)``
    whether there is anything to do; it is shown where both hold. ``ends``: what nobody gets back after it; pages ask
    with these words first."""

    def mark(press: Press) -> Press:
        press.label, press.allowed, press.possible, press.ends = label, allowed, possible, ends  # type: ignore[attr-defined]
        return press

    return mark


def actor(request: HttpRequest) -> User | None:
    """Who presses, for the event that tells of it."""
    return request.user if isinstance(request.user, User) else None


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
        if not method.possible(obj):  # a second press, or somebody was faster
            messages.info(request, f"“{method.label}” has nothing to do here any more.")
            return redirect(self.after_press(request, obj))
        if method.ends and "ask" in request.POST:
            return self._asks(request, obj, method)
        return method(request, obj) or redirect(self.after_press(request, obj))

    def _asks(self, request: HttpRequest, obj: Any, method: Any) -> HttpResponse:
        """Posts to where it was pressed, without ``ask``."""
        kept = forms.Form()
        if "story" in request.POST:
            kept.fields["story"] = forms.CharField(widget=forms.HiddenInput, initial=request.POST["story"])
        return form_page(
            self,
            request,
            title=f"{method.label}: {obj}",
            words=method.ends,
            form=kept,
            press=method.label,
            back=self.after_press(request, obj),
        )

    def after_press(self, request: HttpRequest, obj: Any) -> str:
        """Where a button without an answer of its own leads to."""
        return self.change_url(obj)

    def pressable(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        """Label and URL of each button that this person may press now; ``ends``: what to ask first, or ""."""
        methods = ((name, getattr(self, name)) for name in self.buttons)
        return [
            {
                "label": method.label,
                "url": f"{self.change_url(obj).removesuffix('change/')}press/{name}/",
                "ends": method.ends,
            }
            for name, method in methods
            if method.allowed(self, request, obj) and method.possible(obj)
        ]

    def change_url(self, obj: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """(label, URL) of what opens beside the page."""
        return []

    def shows_history(self, request: HttpRequest) -> bool:
        """Django's history tells what was changed here; of what nobody can change it tells nothing."""
        return self.writable

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        context["buttons"] = self.pressable(request, obj) if obj is not None else []
        context["tools"] = self.tools(request, obj) if obj is not None else []
        context["shows_history"] = self.shows_history(request)
        return super().render_change_form(request, context, *args, **kwargs)
