"""Files on this machine: the field keys, the folder for static files."""

import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from enrollment.doctor.finding import Asked, Finding, State
from enrollment.models import Authority, PushCertificate, SigningIdentity
from sites_config.environment import lies_beside, private_file


def field_keys(_asked: Asked) -> Iterator[Finding]:
    """Read anew: what the service read at its start may be another file by now."""
    path = settings.FIELD_KEY_FILE
    try:
        keys = [Fernet(line) for line in private_file(path).split()]
    except ImproperlyConfigured as error:
        yield Finding(State.FAILED, str(error), todo="then restart; look at who could read it meanwhile")
        return
    except ValueError:
        keys = []
    if not keys:
        todo = "put it back from where you keep it: the database's secrets open with it alone"
        yield Finding(State.FAILED, f"{path} holds no Fernet keys, one a line", todo=todo)
        return
    yield _beside(path) or Finding(State.OK, f"{path}, keys: {len(keys)}, readable by the service alone")
    yield _opened(MultiFernet(keys))


def _beside(path: Path) -> Finding | None:
    if not lies_beside(path, settings.DATABASES["default"]):
        return None
    state = State.WARNING if settings.DEMO else State.FAILED
    return Finding(state, f"{path} lies beside the database it protects", todo="move it to another folder")


def _opened(keys: MultiFernet) -> Finding:
    closed, total = [], 0
    for model in (Authority, SigningIdentity, PushCertificate):
        for row in model._default_manager.order_by("pk"):
            total += 1
            try:
                keys.decrypt(bytes(row.key_encrypted))
            except InvalidToken:
                closed.append(f"{model._meta.verbose_name} “{row}”")
    if closed:
        todo = "add the field key of the time when these were stored below the others, and restart"
        text = f"{len(closed)} of {total} private keys open with none of them: {', '.join(closed[:3])}"
        return Finding(State.FAILED, text, "stored keys", todo)
    return Finding(State.OK, f"{total} private keys in the database open", "stored keys")


def folders(_asked: Asked) -> Iterator[Finding]:
    var, static = Path(settings.VAR_DIR), Path(settings.STATIC_ROOT)
    if not (static / "admin").is_dir():
        text = f"{static} lacks the administration's files: it has no layout"
        yield Finding(State.WARNING, text, todo="manage.py collectstatic --noinput, then restart")
    for folder in (var, static, settings.FIELD_KEY_FILE.parent):
        if folder.is_dir() and folder.stat().st_mode & stat.S_IWOTH:
            text = f"everybody on this machine may change what is in {folder}"
            yield Finding(State.FAILED, text, todo=f"chmod o-w {folder}")
            return
    yield Finding(State.OK, f"{var} can be changed by its owner and group alone")
