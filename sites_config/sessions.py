"""Sessions in the database under the hash of their key, so that a copy of the table opens nobody's session."""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone


class SessionStore(DatabaseStore):
    """Django's own store; the browser keeps the key, the row 160 bits of its SHA-256."""

    def _get_session_from_db(self) -> Session | None:
        if self.session_key is None:
            return None
        rows = Session.objects.filter(session_key=_at_rest(self.session_key), expire_date__gt=timezone.now())
        found = rows.first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(_at_rest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.session_key = _at_rest(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(_at_rest(key))


def _at_rest(session_key: str) -> str:
    # 40 characters, the width of Django's column.
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]
