"""What load balancers and orchestrators ask: whether the process is alive, and whether it can serve people."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from sites_config.migrated import unapplied

# A process goes with one release: once its tables were seen, they are not looked at again.
_seen_migrated = False


def healthz(_request: HttpRequest) -> HttpResponse:
    """Asks nobody: a database that is away is no reason to kill the process that waits for it."""
    return _word("ok", 200)


def readyz(_request: HttpRequest) -> HttpResponse:
    """One word, for the log of whoever asks; the reasons are for `manage.py doctor`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return _word("ok", 200) if _migrated() else _word("migrations", 503)
    except Error:
        return _word("database", 503)


def forget() -> None:
    """Looks at the migrations again."""
    global _seen_migrated
    _seen_migrated = False


def _migrated() -> bool:
    """Asked by the first probe and not at the start: gunicorn forks after it, and no connection may be open then."""
    global _seen_migrated
    _seen_migrated = _seen_migrated or not unapplied()
    return _seen_migrated


def _word(word: str, status: int) -> HttpResponse:
    return HttpResponse(word, content_type="text/plain", status=status)
