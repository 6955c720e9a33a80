"""site and settings: what the site is called, what it belongs to, and what it configures itself."""

from collections.abc import Iterator
from typing import Any

from django.contrib.sites.models import Site

from enrollment.settings_file.columns import truth_of
from enrollment.settings_file.decided import keys_of
from enrollment.settings_file.nodes import Fields, Node, Wrong, fields, meant, text_of, unknown
from enrollment.settings_file.references import References
from enrollment.settings_file.rows import RowFromFile, exported_row
from enrollment.settings_file.run import ADDITION, CHANGE, Change, Run
from sites_config.models import SiteConfiguration

KEYS = ("identifier", "name", "parent", "archived")
PLACES = {"parent": "site.parent", "archived": "site.archived"}
SETTINGS = keys_of("sites_config.SiteConfiguration")


def exported(site: Site, references: References) -> dict[str, Any]:
    row = SiteConfiguration.objects.select_related("parent").get(site=site)
    about = {"identifier": site.domain, "name": site.name}
    belongs = {"parent": row.parent.domain if row.parent is not None else None, "archived": row.archived}
    return {"site": about | belongs, "settings": exported_row(row, references)}


def problems_of(about: Node) -> Iterator[Wrong]:
    """Why it is not known which site is meant, or what of it. Raises Wrong."""
    nodes = fields(about)
    yield from unknown(nodes, KEYS)
    for key in ("identifier", "name"):
        if key not in nodes or not text_of(nodes[key]).strip():
            yield Wrong(about, f"{key} is needed.", key)


def begin(run: Run, document: dict[str, Node], *, new: bool) -> None:
    """The site itself, with a configuration that says nothing yet: others of the files may belong to it."""
    about = fields(document["site"])
    site, name = run.site, text_of(about["name"]).strip()
    before = site.name
    site.name = name
    if not new and before == name:
        return
    nodes = {"name": about["name"], "domain": about["identifier"]}
    if not run.valid(site, "site", document["site"].line, nodes, {"domain": "site.identifier"}):
        return
    site.save()
    run.touch(site, ADDITION if new else CHANGE, "name")
    run.changes.append(Change("site", "", "new") if new else Change("site.name", before, name))
    if new:
        SiteConfiguration.objects.create(site=site)


def apply(run: Run, document: dict[str, Node]) -> None:
    """What it belongs to, and its settings; one row has both. Every file names its site, often without the rest, so
    nothing of that is ever pruned."""
    about = document["site"]
    settings = document.get("settings", Fields({}, about.line))
    row = SiteConfiguration.objects.select_for_update().get(site=run.site)
    of_site = fields(about)
    nodes: dict[str, Node] = {}
    with run.within("settings"):
        nodes = run.fields(settings, "settings", SETTINGS)
    whole = RowFromFile(run, row, "settings", settings.line, {**of_site, **nodes}, PLACES)
    if "settings" in document:
        whole.take()
    with run.within("site.parent"):
        if "parent" in of_site:
            whole.set("parent", _parent(of_site["parent"]))
    with run.within("site.archived"):
        if "archived" in of_site:
            whole.set("archived", truth_of(of_site["archived"], False))
    whole.store()


def _parent(node: Node) -> Site | None:
    wanted = text_of(node).strip()
    if not wanted:
        return None
    found = Site.objects.filter(domain=wanted).first()
    if found is None:
        known = Site.objects.values_list("domain", flat=True)
        raise Wrong(node, f"No site has the identifier {wanted[:100]!r}.{meant(wanted, known)}")
    return found
