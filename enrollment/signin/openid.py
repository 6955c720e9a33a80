"""Signing in with an OpenID provider: allauth does the protocol, on rows of ours; no account and no session is made.

Authorization code with PKCE (RFC 7636). What was begun stands in the browser's session until the return, and names the
enrollment it was begun for.
"""

import time
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import PermissionDenied

from enrollment.actions.enrollments import SignIn
from enrollment.directories.outbound import Unreachable
from enrollment.models import CloudIdentityProvider, Enrollment, SignInMethod
from enrollment.models.cloud_identity_provider import CloudKind
from enrollment.signin import discovery
from enrollment.signin.claims import entry_of
from enrollment.signin.completed import completed
from enrollment.signin.entries import signed_in
from enrollment.signin.failures import Reason, SignInFailed
from sites_config.http import SiteRequest
from sites_config.secrets import decrypt

LEEWAY = 60  # seconds that clocks may differ
# How each kind is told to ask for the password even of somebody who is still logged in there.
# Google knows no such way: it shows which account goes on.
FRESH = {CloudKind.GOOGLE: "select_account"}


@dataclass(frozen=True)
class Returned:
    """``enrollment``: the public id of the one it was begun for."""

    enrollment: str
    who: SignIn


def begin(request: SiteRequest, row: CloudIdentityProvider, enrollment: Enrollment) -> str:
    """The address at the provider. Raises SignInFailed when it can't be reached."""
    begun = {"enrollment": enrollment.public_id, "at": time.time()}
    try:
        answer = _Provider(request, row).redirect(request, "login", data=begun)
    except (Unreachable, discovery.BadDiscovery) as error:
        raise SignInFailed(Reason.UNREACHABLE, f"{row}: {error}") from None
    return str(answer.headers["Location"])


def finish(request: SiteRequest, row: CloudIdentityProvider) -> Returned:
    """Of the provider's redirect back. Raises SignInFailed."""
    provider = _Provider(request, row)
    state = _state(request, provider)
    public_id = str(state["data"]["enrollment"])
    try:
        claims = _claims(request, provider, state)
        _check(row, claims, begun=float(state["data"]["at"]))
        who = completed(row, entry_of(row, claims), claims)
        return Returned(public_id, signed_in(SignInMethod.OIDC, who))
    except SignInFailed as failure:
        failure.enrollment = public_id
        raise


def _state(request: SiteRequest, provider: "_Provider") -> dict[str, Any]:
    """Used up by this: a second return with the same one is nobody's."""
    try:
        state: dict[str, Any] = provider.unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied:
        raise SignInFailed(Reason.OVER, f"{provider.row}: no such state in this browser") from None
    return state


def _claims(request: SiteRequest, provider: "_Provider", state: dict[str, Any]) -> dict[str, Any]:
    row = provider.row
    if "code" not in request.GET:
        denied = request.GET.get("error") == "access_denied"
        reason = Reason.CANCELLED if denied else Reason.INVALID
        raise SignInFailed(reason, f"{row}: error {request.GET.get('error', '')[:60]!r}")
    adapter = provider.get_oauth2_adapter(request)
    try:
        client = adapter.get_client(request, provider.app)
        token = adapter.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state["pkce_code_verifier"]
        )
        return adapter.claims(token)
    except (Unreachable, discovery.BadDiscovery) as error:
        raise SignInFailed(Reason.UNREACHABLE, f"{row}: {error}") from None
    except OAuth2Error as error:
        # allauth puts the provider's whole answer into the text, and that may hold a token.
        raise SignInFailed(Reason.INVALID, f"{row}: {type(error.__cause__ or error).__name__}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SignInFailed(Reason.INVALID, f"{row}: unreadable ({type(error).__name__})") from None


def _check(row: CloudIdentityProvider, claims: dict[str, Any], *, begun: float) -> None:
    for name, wanted in row.required_claims.items():
        if claims.get(name) != wanted:
            raise SignInFailed(Reason.STRANGER, f"{row}: the claim {name} is missing or another")
    logged_in = claims.get("auth_time")
    if row.fresh_login and isinstance(logged_in, int | float) and logged_in < begun - LEEWAY:
        raise SignInFailed(Reason.OVER, f"{row}: the log-in is older than this enrollment's")


def callback_path(row: CloudIdentityProvider) -> str:
    """What is registered at the provider, behind the site's address."""
    return f"/accounts/oidc/{row.pk}/return"


class _Provider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """allauth's, of a row of ours instead of its own table, which keeps secrets in clear."""

    def __init__(self, request: SiteRequest, row: CloudIdentityProvider) -> None:
        self.row = row
        super().__init__(request, _app(row))

    def get_oauth2_adapter(self, request: SiteRequest) -> "_Adapter":
        return _Adapter(request, self)

    def get_auth_params(self) -> dict[str, str]:
        kind = CloudKind(self.row.kind)
        return {"prompt": FRESH.get(kind, "login")} if self.row.fresh_login else {}


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def __init__(self, request: SiteRequest, provider: _Provider) -> None:
        self.provider = provider
        super().__init__(request, provider.app.provider_id)

    def get_provider(self) -> _Provider:
        return self.provider

    @property
    def openid_config(self) -> dict[str, Any]:
        return discovery.configuration(self.provider.row.issuer)

    def get_callback_url(self, request: SiteRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(callback_path(self.provider.row))

    def claims(self, token: dict[str, Any]) -> dict[str, Any]:
        """Of the ID token, which alone says who it is; of userinfo the rest (OpenID Connect Core, 5.3.2)."""
        proven: dict[str, Any] = self._decode_id_token(self.provider.app, token["id_token"])
        if self.provider.row.kind == CloudKind.ENTRA or "userinfo_endpoint" not in self.openid_config:
            return proven
        told: dict[str, Any] = self._fetch_user_info(token["access_token"])
        if told.get("sub") != proven["sub"]:
            raise OAuth2Error("userinfo is of somebody else")
        return told | proven


def _app(row: CloudIdentityProvider) -> SocialApp:
    """Never saved; its id is unique over all sites, because it is the row's."""
    return SocialApp(
        provider="openid_connect",
        provider_id=f"oidc-{row.pk}",
        name=row.name,
        client_id=row.client_id,
        secret=decrypt(row.client_secret_encrypted).decode() if row.client_secret_encrypted else "",
        settings={"server_url": row.issuer, "oauth_pkce_enabled": True, "scope": row.scopes.split()},
    )
