"""Access tokens for a directory, kept until shortly before they expire."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from enrollment.directories.cloud.asking import Refused, ask
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.models import CloudIdentityProvider, cloud_look_up
from sites_config.secrets import decrypt

EARLY = 60.0  # seconds before its end in which a token is not used any more
LONGEST = 3600.0  # seconds
BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523, 2.1
SCOPES = (
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.readonly",
)
SIGNED_FOR = 600  # seconds
# By row: what it was asked with, until when, the token.
_known: dict[int, tuple[tuple[object, ...], float, str]] = {}


@dataclass(frozen=True)
class ServiceAccount:
    """Of the JSON that Google's console hands out; of it only these count, no address."""

    email: str
    key: str = field(repr=False)
    key_id: str = ""


def read_service_account(text: str) -> ServiceAccount:
    """Raises ValueError, whose text is for administrators and holds nothing of the key."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("It is not JSON.") from None
    values = [document.get(name) for name in ("client_email", "private_key")] if _is_dict(document) else []
    if not values or not all(isinstance(value, str) and value for value in values):
        raise ValueError("The JSON of a service account has client_email and private_key.")
    try:
        key = load_pem_private_key(str(values[1]).encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("Its private_key is no RSA key in PEM.")
    return ServiceAccount(str(values[0]), str(values[1]), str(document.get("private_key_id", "")))


def _is_dict(document: object) -> bool:
    return isinstance(document, dict)


def asked_with_token(
    row: CloudIdentityProvider, url: str, token: Callable[[CloudIdentityProvider], str], **options: Any
) -> dict[str, Any] | None:
    """A GET with the row's token, which is thrown away when it is not taken. Raises DirectoryUnavailable."""
    headers = {"Authorization": f"Bearer {token(row)}", **options.pop("headers", {})}
    try:
        return ask(row, "GET", url, headers=headers, **options)
    except Refused:
        _known.pop(row.pk, None)
        raise


def of_entra(row: CloudIdentityProvider) -> str:
    """Client credentials (RFC 6749, 4.4); https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow

    Raises DirectoryUnavailable.
    """
    secret = bytes(row.client_secret_encrypted)
    if not secret:
        raise DirectoryUnavailable(f"{row.name}: there is no client secret")
    url = row.issuer.rstrip("/").removesuffix(cloud_look_up.VERSION_2) + "/oauth2/v2.0/token"
    return _token(row, (row.issuer, row.client_id, secret), url, lambda: _entra_form(row, secret))


def _entra_form(row: CloudIdentityProvider, secret: bytes) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": row.client_id,
        "client_secret": decrypt(secret).decode(),
        "scope": f"{graph_of(row)}/.default",
    }


def graph_of(row: CloudIdentityProvider) -> str:
    """The address of the row's Graph. Raises DirectoryUnavailable."""
    host = urlsplit(row.issuer).netloc
    if host not in cloud_look_up.GRAPH or not cloud_look_up.tenant_path(row.issuer):
        raise DirectoryUnavailable(f"{row.name}: {row.issuer} is no issuer of Entra")
    return cloud_look_up.GRAPH[host]


def of_google(row: CloudIdentityProvider) -> str:
    """A signed JWT in the name of the administrator (RFC 7523);
    https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests

    Raises DirectoryUnavailable.
    """
    stored = bytes(row.service_account_encrypted)
    if not stored or not row.delegated_admin:
        raise DirectoryUnavailable(f"{row.name}: there is no service account with an administrator")
    form = _Google(row, stored)
    return _token(row, (row.delegated_admin, stored), cloud_look_up.GOOGLE_TOKENS, form)


@dataclass(frozen=True)
class _Google:
    row: CloudIdentityProvider
    stored: bytes

    def __call__(self) -> dict[str, str]:
        try:
            account = read_service_account(decrypt(self.stored).decode())
        except ValueError as error:
            raise DirectoryUnavailable(
                f"{self.row.name}: the service account can't be read. {error}"
            ) from None
        now = int(time.time())
        claims = {
            "iss": account.email,
            "sub": self.row.delegated_admin,
            "scope": " ".join(SCOPES),
            "aud": cloud_look_up.GOOGLE_TOKENS,
            "iat": now,
            "exp": now + SIGNED_FOR,
        }
        headers = {"kid": account.key_id} if account.key_id else None
        signed = jwt.encode(claims, account.key, algorithm="RS256", headers=headers)
        return {"grant_type": BEARER_GRANT, "assertion": signed}


def _token(
    row: CloudIdentityProvider, asked_with: tuple[object, ...], url: str, form: Callable[[], dict[str, str]]
) -> str:
    known = _known.get(row.pk)
    if known and known[0] == asked_with and time.monotonic() < known[1]:
        return known[2]
    answer = ask(row, "POST", url, data=form())
    token = (answer or {}).get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise DirectoryUnavailable(f"{row.name}: it gives no access token")
    lasts = (answer or {}).get("expires_in")
    seconds = min(float(lasts), LONGEST) if isinstance(lasts, int) else 0.0
    _known[row.pk] = (asked_with, time.monotonic() + seconds - EARLY, token)
    return token


def forget() -> None:
    """For a test of the connection, which wants to know how it is now."""
    _known.clear()
