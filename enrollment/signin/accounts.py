"""How allauth behaves here: no sign-up, one limit per site and name, a bound on hashes, no messages."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from enrollment.directories.outbound import Session
from enrollment.signin.staff import hashing_slot
from sites_config.http import SiteRequest
from sites_config.models import User

DOUBTFUL_FROM = 50  # failures of one address; a school behind one address has fewer
FAILURES_LIVE = 300  # seconds after the last of them


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by administrators only."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where the admin says that it is done."""
        return reverse("admin:password_change_done")

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Nothing: the page that follows says what happened."""

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """None also for a closed account: nobody is told which.

        Raises Busy; django.core.exceptions.ValidationError when a limit is reached, before anything is hashed.
        """
        failures = f"failures:{self.get_client_ip(request)}"
        with hashing_slot(doubtful=cache.get(failures, 0) >= DOUBTFUL_FROM):
            user = super().authenticate(request, **credentials)
        if isinstance(user, User) and user.is_active:
            return user
        cache.set(failures, cache.get(failures, 0) + 1, FAILURES_LIVE)
        return None

    def forgive(self, request: HttpRequest) -> None:
        """What ``authenticate`` counted as a failure was somebody of a directory."""
        self._rollback_login_failed_rl_usage()
        failures = f"failures:{self.get_client_ip(request)}"
        cache.set(failures, max(cache.get(failures, 0) - 1, 0), FAILURES_LIVE)

    def _get_login_attempts_cache_key(self, request: SiteRequest, **credentials: str) -> str:
        # The site of the host by our own table: allauth's would ask Site.domain, which may differ.
        return f"{request.site.site_id}:{credentials.get('username', '').lower()}"


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth asks providers by this alone; it makes no accounts of theirs here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """People of a provider are identities, never accounts."""
        return False

    def get_requests_session(self) -> Session:
        """The one way out."""
        return Session()
