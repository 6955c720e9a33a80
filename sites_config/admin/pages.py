"""Pages of the admin beside Django's own: a link to hand on, a form that is not a row's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString


def link_page(
    model_admin: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    *,
    title: str,
    words: str,
    back: str,
    link: str = "",
    qr: SafeString | str = "",
    pin: str = "",
) -> TemplateResponse:
    """The link, or a PIN alone, stands on this one page and in no message, which a session would keep."""
    facts = {"words": words, "link": link, "qr": qr, "pin": pin}
    return _page(model_admin, request, "admin/link.html", title=title, back=back, facts=facts)


def form_page(
    model_admin: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    *,
    title: str,
    words: str,
    form: forms.Form,
    press: str,
    back: str,
    found: Sequence[tuple[str, str]] = (),
    press_name: str = "",
) -> TemplateResponse:
    """``press``: what the button says, ``press_name``: under which name it sends that; ``found``: (label, text) of what
    it brought, shown below."""
    facts = {"words": words, "form": form, "press": press, "press_name": press_name, "found": found}
    return _page(model_admin, request, "admin/form.html", title=title, back=back, facts=facts)


def _page(
    model_admin: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    template: str,
    *,
    title: str,
    back: str,
    facts: dict[str, Any],
) -> TemplateResponse:
    frame = model_admin.admin_site.each_context(request)
    context = {**frame, "title": title, "back": back, "opts": model_admin.opts, **facts}
    return TemplateResponse(request, template, context)
