"""Two people edit one row: the second is told what the first changed, and nothing is overwritten unseen.

The page carries a short hash of each value that it was made of. Saving locks the row, compares, and only then writes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import Model
from django.forms import ModelForm, model_to_dict
from django.http import HttpRequest

from sites_config.in_words import in_words

if TYPE_CHECKING:
    _RowForm = ModelForm[Any]
else:  # generic for the type checker only
    _RowForm = ModelForm

AS_SHOWN = "as_shown"
MOST_LETTERS = 100_000
SOMEBODY = (
    "Somebody changed this meanwhile. Nothing was saved; what you entered stands below. Save again to have it as it "
    "stands below, or open the page anew to begin from theirs."
)


@dataclass(frozen=True)
class Value:
    label: str
    words: str
    sha256: str


def as_shown(model_admin: Any, request: HttpRequest, form: Any, row: Model) -> str:
    """For the page: what it was made of."""
    return json.dumps({key: value.sha256 for key, value in _values(model_admin, request, form, row).items()})


def conflicts(model_admin: Any, request: HttpRequest, form: Any, row: Model) -> list[str]:
    """What is not as the page showed it, in words. A page that carried nothing is compared with nothing."""
    sent, now = _sent(request), _values(model_admin, request, form, row)
    if not sent:
        return []
    changed = [value for key, value in now.items() if key in sent and sent[key] != value.sha256]
    added = {value.label for key, value in now.items() if key not in sent}
    theirs = [f"{each.label} is now: {each.words}." for each in changed]
    theirs += [f"{label} is new." for label in sorted(added)]
    theirs += ["A row below is gone."] if sent.keys() - now.keys() else []
    return [SOMEBODY, *theirs] if theirs else []


def _sent(request: HttpRequest) -> dict[str, str]:
    try:
        found = json.loads(request.POST.get(AS_SHOWN, "")[:MOST_LETTERS])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _values(model_admin: Any, request: HttpRequest, form: Any, row: Model) -> dict[str, Value]:
    """Of the row, and of the rows below it that the page edits."""
    found = {name: value for name, value in _of(row, form.fields, "")}
    for column in getattr(form, "secrets", {}).values():
        stored = bytes(getattr(row, column) or b"")
        label = column.removesuffix("_encrypted").replace("_", " ").capitalize()
        found[column] = Value(label, "another one", _hash(stored.hex()))
    for formset, inline in model_admin.get_formsets_with_inlines(request, row):
        if not inline.has_change_permission(request, row):
            continue
        for each in inline.get_queryset(request).filter(**{formset.fk.name: row}):
            prefix = f"{inline.opts.verbose_name} {each.pk}"
            found |= {
                f"{prefix} {name}": value for name, value in _of(each, formset.form.base_fields, str(each))
            }
    return found


def _of(row: Model, fields: dict[str, forms.Field], of: str) -> Iterator[tuple[str, Value]]:
    for name, value in model_to_dict(row, fields=list(fields)).items():
        label = str(fields[name].label or name)
        plain = sorted(each.pk for each in value) if isinstance(value, list) and _are_rows(value) else value
        words = in_words(fields[name], value)
        yield name, Value(f"{label} of {of}" if of else label, words, _hash(str(plain)))


def _are_rows(values: list[Any]) -> bool:
    return all(isinstance(each, Model) for each in values)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


class GuardedForm(_RowForm):
    """Locks its row before it is compared and written. ``before``: the row as it was, for the history."""

    page: ClassVar[tuple[Any, HttpRequest]]
    before: Model | None = None

    def clean(self) -> Any:
        # Nobody's key changes, so rows that point here need not wait.
        rows = type(self.instance)._base_manager.select_for_update(no_key=True)
        self.before = rows.filter(pk=self.instance.pk).first()
        if self.before is None:
            self.add_error(None, "Somebody deleted this meanwhile.")
        else:
            for problem in conflicts(*self.page, self, self.before):
                self.add_error(None, problem)
        return super().clean()


def guarded(form: type[Any], model_admin: Any, request: HttpRequest) -> type[Any]:
    """The form, with the lock before whatever it checks itself."""
    return type(form.__name__, (GuardedForm, form), {"page": (model_admin, request)})
