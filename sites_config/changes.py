"""What a process remembers of the configuration, and when it forgets it.

Every save or delete of a configuration row changes one number in the database. A process asks for that number at most
once in ``CONFIGURATION_CHECK_SECONDS`` and drops what it remembers when it changed.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

T = TypeVar("T")


class _Memory:
    """Values kept for one version of the configuration; replaced as a whole, so threads need no lock."""

    def __init__(self, version: int, checked: float) -> None:
        self.version = version
        self.checked = checked
        self.values: dict[tuple[object, ...], Any] = {}


_memory: _Memory | None = None


def remember(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """The remembered value of the key in the current version, made when there is none."""
    memory = _current()
    if key not in memory.values:
        memory.values[key] = make()
    value: T = memory.values[key]
    return value


def forget() -> None:
    """Drops everything remembered by this process."""
    global _memory
    _memory = None


def _current() -> _Memory:
    global _memory
    memory, now = _memory, time.monotonic()
    if memory is not None and now - memory.checked < settings.CONFIGURATION_CHECK_SECONDS:
        return memory
    version = _version()
    if memory is None or memory.version != version:
        memory = _Memory(version, now)
    memory.checked = now
    _memory = memory
    return memory


def _version() -> int:
    numbers = _version_row().objects.values_list("number", flat=True)
    return numbers.first() or 0


def raise_version(**_signal: object) -> None:
    """Tells every process of a change; call it after ``queryset.update()``, which sends no signal."""
    rows = _version_row().objects
    # Random, not one more: a change that is rolled back must not leave the number that the next change gets.
    number = secrets.randbits(62)
    if not rows.filter(pk=1).update(number=number):
        rows.get_or_create(pk=1, defaults={"number": number})
    forget()


def _version_row() -> Any:
    return apps.get_model("sites_config", "ConfigurationVersion")  # by name: the models import this module


def follow(*models: type[Model]) -> None:
    """Counts every save and delete of these models as a change of the configuration."""
    for model in models:
        for signal in (post_save, post_delete):
            signal.connect(
                raise_version, sender=model, dispatch_uid=f"{model.__name__} changes configuration"
            )


def follow_choices(through: type[Model]) -> None:
    """Likewise for what a many-to-many field holds; its rows are saved after the row that has the field."""
    m2m_changed.connect(
        raise_version, sender=through, dispatch_uid=f"{through.__name__} changes configuration"
    )
