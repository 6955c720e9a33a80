"""Reads the environment; whatever is missing or wrong stops the start with one sentence that says what to set."""

import ipaddress
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Connection options of libpq that may stand behind the ? of DATABASE_URL.
_LIBPQ = {
    "application_name",
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
}
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def env_bool(name: str) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0.")


def env_int(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number.")
    return int(value)


def env_days(name: str, default: int) -> int:
    """At least 1: an end may still be undone within its first day."""
    days = env_int(name, default)
    if days < 1:
        raise ImproperlyConfigured(f"{name} must be a number of days, 1 or more.")
    return days


def env_choice(name: str, choices: tuple[str, ...], *, default: str = "") -> str:
    value = os.environ.get(name, "").strip().lower() or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(choices)}.")
    return value


def env_required(name: str, why: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}.")
    return value


def env_secret(name: str) -> str:
    """Of the variable, or of the file that ``…_FILE`` names; "" where neither is set."""
    value, file = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if value and file:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not file:
        return value
    secret = private_file(Path(file)).decode("utf-8", "replace").strip()
    if not secret:
        raise ImproperlyConfigured(f"{file} is empty: {name}_FILE must hold the secret.")
    return secret


def private_file(path: Path) -> bytes:
    """The bytes of a file that holds keys; refuses one that other accounts may read."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{path} can't be read: {error.strerror}.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ImproperlyConfigured(f"{path} must belong to the service alone: chmod 600 {path}")
    return content


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for ``sqlite:///path`` or ``postgres://user:password@host:port/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)[1:]))  # four slashes: an absolute path
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(url)
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:// or postgres://.")


@dataclass(frozen=True)
class MailServer:
    """``starttls``: begins in clear and turns to TLS; ``tls``: TLS from the first byte."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False


def mail_server(url: str) -> MailServer:
    """``smtp://host:25`` for a server on this machine, ``smtp+tls://user:password@host:587``, ``smtps://…:465``."""
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ports or not parts.hostname or port == 0:
        raise ImproperlyConfigured(
            "GATEHOUSE_MAIL_URL must be smtp://, smtp+tls:// or smtps://user:password@host:port."
        )
    return MailServer(
        host=parts.hostname,
        port=port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )


def networks(name: str, *more: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Such as 10.0.0.0/8,fd00::/8; ``more`` besides what is set."""
    texts = [each.strip() for each in os.environ.get(name, "").split(",") if each.strip()]
    try:
        return tuple(ipaddress.ip_network(each) for each in (*texts, *more))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must name networks such as 10.0.0.0/8: {error}.") from None


def lies_beside(path: Path, entry: dict[str, Any]) -> bool:
    """Whether the file is in the folder of an SQLite database, where one copy would take both."""
    is_file = entry["ENGINE"].endswith("sqlite3")
    return is_file and path.resolve().parent == Path(entry["NAME"]).resolve().parent


def _sqlite(path: Path) -> dict[str, Any]:
    # IMMEDIATE: a transaction that starts by reading could otherwise fail with "locked" when it writes.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": path.with_name(f"test-{path.name}")},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL names no database.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = query.pop("host", "") or (parts.hostname or "")
    unknown = sorted(name for name, value in query.items() if name not in _LIBPQ or not value)
    if unknown:
        raise ImproperlyConfigured(f"DATABASE_URL has options that are not passed on: {', '.join(unknown)}.")
    # The pool with health checks survives a restart of the database without a failed page.
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"timeout": 8}, **query},
    }
