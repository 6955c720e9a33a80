"""How the database in use is copied and put in place."""

from collections.abc import Mapping
from types import ModuleType

from django.db import connection

from enrollment.actions.backups import postgresql, sqlite

# Each has FILE, dump(folder) and loading(folder).
ENGINES: Mapping[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def engine() -> ModuleType:
    return ENGINES[connection.vendor]
