"""A row and its columns: to the file, and from the file with what changes noted and checked."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from enrollment.settings_file.columns import (
    can_go,
    column,
    default_of,
    goes_without_saying,
    in_words,
    value_of,
    written,
)
from enrollment.settings_file.decided import columns_of, keys_of, secrets_of
from enrollment.settings_file.nodes import Node, Wrong
from enrollment.settings_file.references import References, given, same, sealed
from enrollment.settings_file.run import ADDITION, CHANGE, Change, Run


def exported_row(row: Model, references: References, *words: str) -> dict[str, Any]:
    """Without what is blank in a new row too. ``words`` begin the names of variables for its secrets."""
    label = row._meta.label
    columns, secrets = columns_of(label), secrets_of(label)
    found: dict[str, Any] = {}
    for key in keys_of(label):
        if key in secrets:
            if getattr(row, secrets[key]):
                found[key] = references.to(row, key, *words)
            continue
        field, value = column(type(row), key), getattr(row, key)
        if not goes_without_saying(field, value):
            found[key] = written(field, value, listed=columns[key].listed)
    return found


class RowFromFile:
    """What the file says of one row. Call ``take`` first, then whatever else there is, and ``store`` at the end.

    ``places``: the keys of columns that do not stand below the row's own.
    """

    def __init__(
        self,
        run: Run,
        row: Model,
        key: str,
        line: int,
        nodes: dict[str, Node],
        places: dict[str, str] | None = None,
    ) -> None:
        self.run, self.key, self.line, self.nodes = run, key, line, nodes
        self.row: Any = row  # each section knows of which model
        self._places = places or {}
        self.new = row._state.adding
        self._columns = columns_of(row._meta.label)
        self._secrets = secrets_of(row._meta.label)
        self._before = self._values()
        self._changes: list[Change] = []
        self.changed: list[str] = []

    def take(self, *, fixed: dict[str, str] | None = None) -> None:
        """The columns. ``fixed``: those that never change once they are stored, and in words why."""
        for name, each in self._columns.items():
            if name in self.nodes or (self._prunes() and can_go(column(type(self.row), name))):
                with self.run.within(f"{self.key}.{name}"):
                    self._take(name, each.listed, (fixed or {}).get(name, ""))

    def _prunes(self) -> bool:
        return self.run.prune and not self.new

    def take_secrets(self, source: Model | None) -> None:
        """``source``: the row whose secrets {keep: true} means."""
        for key, name in self._secrets.items():
            if key in self.nodes:
                with self.run.within(f"{self.key}.{key}"):
                    self._take_secret(key, name, source)
            elif self.run.prune and getattr(self.row, name):
                self.set_secret(key, name, b"")

    def refuse_elsewhere(self, columns: Iterable[str]) -> None:
        """Whoever could change one of these could have a stored secret sent to a server of their own."""
        moved = [name for name in columns if not self.new and self._before[name] != getattr(self.row, name)]
        for key, name in self._secrets.items():
            stays = getattr(self.row, name) and name not in self.changed
            if moved and stays and not self._is_given(key):
                line = self.nodes[key].line if key in self.nodes else self.line
                words = f"It would go to another place now ({', '.join(moved)}): say it anew, by env or file."
                self.run.wrong(line, f"{self.key}.{key}", words)

    def set(self, name: str, value: object, *, in_full: bool = True) -> None:
        """A column that stands in the file in another form."""
        before = getattr(self.row, name)
        setattr(self.row, name, value)
        if before != value and name not in self._columns:  # those are compared when the row is stored
            told = (in_words(before), in_words(value)) if in_full else ("", "")
            self._changes.append(Change(self._places.get(name, f"{self.key}.{name}"), *told))
            self.changed.append(name)

    def set_quietly(self, name: str, value: object) -> None:
        """What follows from another change."""
        setattr(self.row, name, value)
        self.changed.append(name)

    def set_secret(self, key: str, name: str, secret: bytes) -> None:
        setattr(self.row, name, sealed(secret))
        self._changes.append(Change(f"{self.key}.{key}"))
        self.changed.append(name)

    def store(self) -> bool:
        """Whether the row is there, as the file wants it; what is wrong with it is noted."""
        if not (self.new or self.changed or self._values() != self._before):
            return True
        if not self.run.valid(self.row, self.key, self.line, self.nodes, self._places):
            return False
        moved = [name for name, value in self._values().items() if value != self._before[name]]
        if not (self.new or self.changed or moved):
            return True  # the check itself gave it the form that is stored already
        self._tell(moved)
        changed = [*moved, *self.changed]
        self.row.save(update_fields=None if self.new else changed)
        self.run.touch(self.row, ADDITION if self.new else CHANGE, *changed)
        return True

    def _tell(self, moved: Iterable[str]) -> None:
        if self.new:
            self.run.changes.append(Change(self.key, "", "new"))
        for name in moved:
            before = "" if self.new else in_words(self._before[name])
            self.run.changes.append(Change(f"{self.key}.{name}", before, in_words(getattr(self.row, name))))
        self.run.changes += self._changes

    def _take(self, name: str, listed: bool, fixed: str) -> None:
        field, before = column(type(self.row), name), getattr(self.row, name)
        node = self.nodes.get(name)
        value = default_of(field) if node is None else value_of(field, node, before, listed=listed)
        if fixed and value != before and node is not None:
            raise Wrong(node, fixed)
        if not fixed:
            setattr(self.row, name, value)

    def _take_secret(self, key: str, name: str, source: Model | None) -> None:
        secret = given(self.nodes[key], self.run.folder).secret
        if secret is None:
            stored = getattr(source, name) if source is not None else b""
            if not stored:
                raise Wrong(self.nodes[key], "There is no stored secret to keep.")
            if bytes(getattr(self.row, name)) != bytes(stored):  # another site's, in a copy
                setattr(self.row, name, bytes(stored))
                self._changes.append(Change(f"{self.key}.{key}"))
        elif not same(bytes(getattr(self.row, name)), secret):
            self.set_secret(key, name, secret)

    def _is_given(self, key: str) -> bool:
        """Anew, although it is the same as before."""
        node = self.nodes.get(key)
        return node is not None and getattr(node, "of", {}).keys() <= {"env", "file"}

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in self._columns}
