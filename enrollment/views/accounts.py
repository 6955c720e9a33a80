"""Staff on their way to the admin: log in, log out, change the password. The rest of allauth is not mounted."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enrollment.signin.staff import Busy, hashing_slot
from enrollment.views.problems import RETRY_AFTER_SECONDS
from sites_config.staff_pages import staff_page


def or_busy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """503 with Retry-After while two passwords are being hashed in this process."""

    @functools.wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
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


log_in = staff_page(or_busy(LogIn.as_view()))
log_out = staff_page(views.logout)
change_password = staff_page(or_busy(hashing_password_change))


@staff_page
def too_many(request: HttpRequest) -> HttpResponse:
    """allauth's handler429."""
    return render(request, "account/too_many.html", status=429)
