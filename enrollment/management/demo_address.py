"""Where the demonstration listens: HOST and PORT of the environment, taken before anybody is told of them."""

import errno
import re
import socket
from collections.abc import Mapping

from django.core.management.base import CommandError

BACKLOG = 512  # connections that wait while the server starts
# A name or an IPv4 address: it becomes part of URLs and the name in a certificate.
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def demo_address(environment: Mapping[str, str]) -> tuple[str, int]:
    """(HOST in small letters or "", PORT or 8000). Raises CommandError."""
    host, port = environment.get("HOST", "").lower(), _port(environment.get("PORT") or "8000")
    if host and not _HOST.fullmatch(host):
        raise CommandError("HOST must be a host name or an IPv4 address, without https:// and port.")
    return host, port


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise CommandError("PORT must be a number from 1 to 65535.")
    return int(text)


def listener(host: str, port: int) -> socket.socket:
    """Listens already, so that whoever reads the address may call; for the server that takes this process over.

    Raises CommandError where nobody can listen.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As gunicorn does: connections of an earlier run that are still closing take nothing.
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host or "127.0.0.1", port))
        taken.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        taken.close()
        raise CommandError(_sentence(host, port, error)) from None
    taken.set_inheritable(True)
    return taken


def _sentence(host: str, port: int, error: Exception) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"HOST={host} can't be resolved: give this computer's name or address in the local network."
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Port {port} is taken: choose another one, for example make run PORT={port % 65535 + 1}"
    if code == errno.EADDRNOTAVAIL:
        return f"HOST={host} is no address of this computer."
    return f"{host}:{port} can't be listened on: {error}"
