"""Staff on their way to the admin: log in, log out, change the password. The rest of allauth is not mounted."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import FormView

from enrollment.signin.staff import Busy, hashing_slot
from enrollment.views.problems import RETRY_AFTER_SECONDS
from sites_config.models import User
from sites_config.password_links import account_of
from sites_config.password_links import set_password as set_password_of
from sites_config.staff_pages import staff_page


def or_busy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """503 with Retry-After while two passwords are being hashed in this process."""

    @functools.wraps(view)
    def page(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            return view(request, **named)
        except Busy:
            response = render(request, "account/busy.html", status=503)
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response

    return page


class LogIn(views.LoginView):  # type: ignore[misc]  # allauth has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Past allauth's own, which asks Site.domain for the host; ours may be any of a site's addresses.
        context: dict[str, Any] = super(views.LoginView, self).get_context_data(**kwargs)
        return context


def hashing_password_change(request: HttpRequest) -> HttpResponse:
    """allauth's page; a POST hashes the old password and the new one."""
    if request.method != "POST":
        return views.password_change(request)  # type: ignore[no-any-return]
    with hashing_slot():
        return views.password_change(request)  # type: ignore[no-any-return]


class Confirm(views.ReauthenticateView):  # type: ignore[misc]
    """The password once more, before a second factor is added or taken away."""

    template_name = "account/confirm.html"


class SetPassword(FormView):  # type: ignore[type-arg]  # generic for the type checker only
    """Behind a link of sites_config/password_links.py: GET changes nothing, POST sets the password and ends it."""

    template_name = "account/set_password.html"
    form_class = SetPasswordForm
    account: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = account_of(kwargs["uid"][:40], kwargs["token"][:100])
        if found is None or (found.is_demo and not settings.DEMO):
            return render(request, "account/password_link_gone.html", status=410)
        self.account = found
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.account}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"account": self.account}

    def form_valid(self, form: Any) -> HttpResponse:
        with hashing_slot():
            was_set = set_password_of(self.account, form.cleaned_data["new_password1"])
        if not was_set:
            return render(self.request, "account/password_link_gone.html", status=410)
        return render(self.request, "account/password_is_set.html", {"account": self.account})


set_password = staff_page(or_busy(SetPassword.as_view()))  # type: ignore[arg-type]  # no view here streams
log_in = staff_page(or_busy(LogIn.as_view()))
log_out = staff_page(views.logout)
confirm = staff_page(login_required(or_busy(Confirm.as_view())))
change_password = staff_page(or_busy(hashing_password_change))


@staff_page
def too_many(request: HttpRequest) -> HttpResponse:
    """allauth's handler429."""
    return render(request, "account/too_many.html", status=429)
