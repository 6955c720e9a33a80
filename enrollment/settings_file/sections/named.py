"""Lists of directories, providers, webhooks: rows that are known by their names."""

from collections.abc import Callable
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Model, QuerySet

from enrollment.models import Device, Enrollment, Identity
from enrollment.settings_file.nodes import Node, Wrong, entries, fields, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.rows import RowFromFile, exported_row
from enrollment.settings_file.run import CHANGE, Change, Run

Take = Callable[[RowFromFile, Model | None], None]


def exported_rows(model: type[Model], site: Site, references: References) -> list[dict[str, Any]]:
    """In the order in which they are asked or shown, which counts between equal positions too."""
    return [exported_row(row, references, site.domain) for row in _rows(model, site)]


def _rows(model: type[Model], site: Site) -> QuerySet[Any]:
    has_position = any(field.name == "position" for field in model._meta.concrete_fields)
    order = ("position", "pk") if has_position else ("name",)
    return model._default_manager.filter(site=site).order_by(*order)


def apply_rows(
    run: Run, node: Node, *, section: str, model: type[Model], keys: tuple[str, ...], take: Take
) -> None:
    """``take(row, source)``: what the file says of the row; ``source`` has the secrets that {keep: true} means."""
    stored = _by_name(model, run.site)
    sources = _by_name(model, run.secrets_of)
    seen: dict[str, int] = {}
    for number, each in enumerate(entries(node), start=1):
        with run.within(f"{section}[{number}]"):
            name = _name(each)
            if name in seen:
                raise Wrong(each, f"The same name stands at line {seen[name]} already.", "name")
            seen[name] = each.line
            row = stored.get(name) or model(site=run.site, name=name)
            key = f"{section}[{name}]"
            take(RowFromFile(run, row, key, each.line, run.fields(each, key, keys)), sources.get(name))
    for name, row in stored.items():
        if name not in seen:
            _left_over(run, row, f"{section}[{name}]")


def _name(node: Node) -> str:
    nodes = fields(node)
    if "name" not in nodes or not text_of(nodes["name"]).strip():
        raise Wrong(node, "It needs a name.", "name")
    return text_of(nodes["name"]).strip()


def _by_name(model: type[Model], site: Site) -> dict[str, Any]:
    return {str(row): row for row in _rows(model, site)}


def _left_over(run: Run, row: Any, key: str) -> None:
    """Whoever logged in by it is known by its number: it is switched off then, as in the administration."""
    if not run.prune or not _has_history(getattr(row, "source", "")):
        run.drop(row, key)
    elif row.enabled:
        row.enabled = False
        row.save(update_fields=["enabled"])
        run.touch(row, CHANGE, "enabled")
        run.changes.append(Change(f"{key}.enabled", "true", "false (people are known by it, so it stays)"))
    else:
        run.kept.append(f"{key}: switched off, and people are known by it")


def _has_history(source: str) -> bool:
    """``source``: as people are known by it, "" where nobody is."""
    return bool(source) and (
        Identity.objects.filter(source=source).exists()
        or Enrollment.objects.filter(signed_in_source=source).exists()
        or Device.objects.filter(assigned_source=source).exists()
    )
