"""What people of the staff change of their own account stands in the log as what an administrator changes of it."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.admin.models import CHANGE, LogEntry
from django.dispatch import Signal

from sites_config.in_words import NOT_SHOWN, NOTHING
from sites_config.logged_changes import log_for_sites
from sites_config.models import User
from sites_config.second_factor import NAMES
from sites_config.stored_values import told


def log_own_changes() -> None:
    """Connects to what allauth says it has done."""
    receivers: dict[Signal, Any] = {
        password_changed: _password,
        authenticator_added: _added,
        authenticator_removed: _removed,
        authenticator_reset: _renewed,
    }
    for signal, receiver in receivers.items():
        signal.connect(receiver, dispatch_uid=f"own account: {receiver.__name__}")


def _password(user: User, **_signal: object) -> None:
    _log(user, "Password", NOT_SHOWN, NOT_SHOWN)


def _added(user: User, authenticator: Any, **_signal: object) -> None:
    _log(user, "Second factors", NOTHING, NAMES[authenticator.type])


def _removed(user: User, authenticator: Any, **_signal: object) -> None:
    _log(user, "Second factors", NAMES[authenticator.type], NOTHING)


def _renewed(user: User, authenticator: Any, **_signal: object) -> None:
    name = NAMES[authenticator.type]
    _log(user, "Second factors", name, f"other {name}")


def _log(user: User, field: str, old: str, new: str) -> None:
    facts = told([{"field": field, "old": old, "new": new}])
    entry = LogEntry.objects.log_actions(user.pk, [user], CHANGE, facts, single_object=True)
    log_for_sites([(entry, user)])
