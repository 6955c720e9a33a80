"""A Django session belongs to the site where it was opened."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject

from sites_config.http import SiteRequest

SITE_KEY = "_site_id"


class SessionSiteMiddleware:
    """A session cookie of site Alpha counts for nobody at site Beta. Nothing is deleted: at Alpha it goes on."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        # Lazy: the pages of the flow never ask who the session is, so they don't pay for reading it.
        request.user = SimpleLazyObject(lambda: _user_of_this_site(request))  # type: ignore[assignment]
        return self.get_response(request)


def _user_of_this_site(request: SiteRequest) -> AbstractBaseUser | AnonymousUser:
    session = request.session
    if SESSION_KEY in session and session.get(SITE_KEY) != request.site.site_id:
        return AnonymousUser()
    return get_user(request)


@receiver(user_logged_in, dispatch_uid="stamp the site into the session")
def stamp_site(request: SiteRequest, **_signal: object) -> None:
    """Notes in the session at which site it was opened."""
    if hasattr(request, "site"):
        request.session[SITE_KEY] = request.site.site_id
