"""access_groups: which groups of a directory may enroll what, and where. A rule is known by its group."""

from typing import Any

from django.contrib.sites.models import Site

from enrollment.models import AccessGroup
from enrollment.settings_file.columns import truth_of
from enrollment.settings_file.decided import keys_of
from enrollment.settings_file.nodes import Node, Wrong, entries, meant, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.rows import RowFromFile, exported_row
from enrollment.settings_file.run import CHANGE, Change, Run
from sites_config.site_settings import descendants_of

KEYS = (*keys_of("enrollment.AccessGroup"), "sites")
ORDER = ("-everybody", "group_name", "group_id")


def exported(site: Site, references: References) -> list[dict[str, Any]]:
    return [_exported(row, references) for row in AccessGroup.objects.filter(site=site).order_by(*ORDER)]


def apply(run: Run, node: Node) -> None:
    stored = {row.pk: row for row in AccessGroup.objects.filter(site=run.site).order_by(*ORDER)}
    seen: dict[int, int] = {}
    for number, each in enumerate(entries(node), start=1):
        with run.within(f"access_groups[{number}]"):
            nodes = run.fields(each, f"access_groups[{number}]", KEYS)
            row = _row(run, nodes)
            if row.pk in seen:
                raise Wrong(each, f"The same rule stands at line {seen[row.pk]} already.")
            _have(run, row, each.line, nodes, f"access_groups[{str(row) or number}]")
            seen |= {row.pk: each.line} if row.pk else {}
    for row in [row for number, row in stored.items() if number not in seen]:
        run.drop(row, f"access_groups[{row}]")


def _exported(row: AccessGroup, references: References) -> dict[str, Any]:
    found = exported_row(row, references)
    chosen = sorted(row.sites.values_list("domain", flat=True))
    return found | ({"sites": chosen} if chosen else {})


def _row(run: Run, nodes: dict[str, Node]) -> AccessGroup:
    """The stored one of the same group, or a new one."""
    wanted = AccessGroup(site=run.site)
    wanted.everybody = truth_of(nodes["everybody"], False) if "everybody" in nodes else False
    wanted.group_id = text_of(nodes["group_id"]) if "group_id" in nodes else ""
    wanted.group_name = text_of(nodes["group_name"]) if "group_name" in nodes else ""
    wanted.named_as_stored()
    rows = AccessGroup.objects.filter(site=run.site)
    if wanted.everybody:
        return rows.filter(everybody=True).first() or wanted
    if wanted.group_id:
        return rows.filter(group_id=wanted.group_id).first() or wanted
    by_name = rows.filter(group_id="", everybody=False, group_name__iexact=wanted.group_name)
    return by_name.first() or wanted


def _have(run: Run, row: AccessGroup, line: int, nodes: dict[str, Node], key: str) -> None:
    whole = RowFromFile(run, row, key, line, nodes)
    whole.take()
    there = whole.store()
    if there and ("sites" in nodes or run.prune):
        with run.within(f"{key}.sites"):
            _choose(run, row, key, entries(nodes["sites"]) if "sites" in nodes else [])


def _choose(run: Run, row: AccessGroup, key: str, wanted: list[Node]) -> None:
    within = Site.objects.in_bulk(descendants_of(run.site.pk))
    by_identifier = {site.domain: site for site in within.values()}
    for each in wanted:
        with run.within(f"{key}.sites"):
            _check(each, by_identifier)
    before = set(row.sites.values_list("domain", flat=True))
    after = {text_of(each) for each in wanted} & by_identifier.keys()
    if before != after:
        row.sites.set([by_identifier[name] for name in sorted(after)])
        told = (", ".join(sorted(names)) or "(every one)" for names in (before, after))
        run.changes.append(Change(f"{key}.sites", *told))
        run.touch(row, CHANGE, "sites")


def _check(node: Node, known: dict[str, Site]) -> None:
    name = text_of(node)
    if name not in known:
        words = f"Neither this site nor one that belongs to it has the identifier {name[:100]!r}."
        raise Wrong(node, words + meant(name, known))
