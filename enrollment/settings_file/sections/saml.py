"""saml_identity_providers. Our keys are made at each installation, and metadata with a URL is read from there."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Model

from enrollment.actions.saml_providers import prepare
from enrollment.models import SamlIdentityProvider
from enrollment.settings_file.columns import column, value_of
from enrollment.settings_file.decided import keys_of
from enrollment.settings_file.nodes import Fields, Node, Wrong, text_of
from enrollment.settings_file.references import References, named_file
from enrollment.settings_file.rows import RowFromFile, exported_row
from enrollment.settings_file.run import Run
from enrollment.settings_file.sections.named import apply_rows
from enrollment.signin.saml.metadata import LONGEST, BadMetadata, ProviderMetadata, read_metadata
from enrollment.signin.saml.refresh import columns, refresh

NAME = "saml_identity_providers"
ENDS = "metadata_valid_until"
KEYS = (*keys_of("enrollment.SamlIdentityProvider"), "own_entity_id", "metadata", ENDS)
STANDS = (
    "The row stands for the provider whose metadata was read: another one is another row, with another name."
)


def exported(site: Site, references: References) -> list[dict[str, Any]]:
    rows = SamlIdentityProvider.objects.filter(site=site).order_by("position", "pk")
    return [_exported(row, references) for row in rows]


def exported_for_copy(row: SamlIdentityProvider, entry: dict[str, Any]) -> dict[str, Any]:
    """With metadata that was fetched too, and under a name of its own at the provider."""
    return {**entry, **_metadata_of(row)} | {"own_entity_id": None}


def apply(run: Run, node: Node) -> None:
    apply_rows(run, node, section=NAME, model=SamlIdentityProvider, keys=KEYS, take=_take)


def _exported(row: SamlIdentityProvider, references: References) -> dict[str, Any]:
    found = exported_row(row, references)
    if row.own_entity_id:
        found["own_entity_id"] = row.own_entity_id
    return found | ({} if row.metadata_url else _metadata_of(row))


def _metadata_of(row: SamlIdentityProvider) -> dict[str, Any]:
    found = {"metadata": row.metadata_xml} if row.metadata_xml else {}
    until = row.metadata_valid_until
    return found | ({ENDS: until.isoformat()} if found and until is not None else {})


def _take(whole: RowFromFile, source: Model | None) -> None:
    row: SamlIdentityProvider = whole.row
    run = whole.run
    known_at = "" if whole.new else row.metadata_url
    whole.take(fixed={"entity_id": STANDS} if row.metadata_xml else {})
    with run.within(f"{whole.key}.own_entity_id"):
        # Blank never takes it away: Gatehouse is registered under it.
        if "own_entity_id" in whole.nodes and (name := text_of(whole.nodes["own_entity_id"]).strip()):
            whole.set("own_entity_id", name)
    with run.within(f"{whole.key}.metadata"):
        if "metadata" in whole.nodes:
            _take_metadata(whole, row, whole.nodes["metadata"])
        elif ENDS in whole.nodes:
            raise Wrong(whole.nodes[ENDS], f"{ENDS} belongs to metadata, which is not in the file.")
    with run.within(f"{whole.key}.metadata_url"):
        _check_url(whole, row)
    if whole.store():
        _follow_up(run, row, fetch=row.metadata_url not in ("", known_at))


def _check_url(whole: RowFromFile, row: SamlIdentityProvider) -> None:
    node = whole.nodes.get("metadata_url") or whole.nodes["name"]
    if row.metadata_url and not row.metadata_url.startswith("https://"):
        raise Wrong(node, "With https: nobody may change it on the way.")
    if not row.metadata_url and not row.metadata_xml and "metadata" not in whole.nodes:
        raise Wrong(node, "Give the URL of the metadata, or metadata itself.")


def _take_metadata(whole: RowFromFile, row: SamlIdentityProvider, node: Node) -> None:
    content = _content(node, whole.run.folder)
    until = {ENDS: _end(whole, row, whole.nodes[ENDS])} if ENDS in whole.nodes else {}
    if content.decode(errors="replace").strip() == row.metadata_xml:
        values = until
    else:
        values = columns(_read(whole, row, node, content)) | until
    anew = "metadata_xml" in values and values["metadata_xml"] != row.metadata_xml
    for name, value in values.items():
        whole.set(name, value, in_full=name != "metadata_xml")
    if anew:
        whole.set_quietly("metadata_read_at", whole.run.now)


def _read(whole: RowFromFile, row: SamlIdentityProvider, node: Node, content: bytes) -> ProviderMetadata:
    try:
        return read_metadata(content, row.entity_id, now=whole.run.now)
    except BadMetadata as reason:
        raise Wrong(node, str(reason)) from None


def _content(node: Node, folder: Path) -> bytes:
    if isinstance(node, Fields):
        if set(node.of) != {"file"}:
            raise Wrong(node, "The XML itself, or {file: PATH}.")
        return named_file(node.of["file"], folder, LONGEST)
    return text_of(node).encode()


def _end(whole: RowFromFile, row: SamlIdentityProvider, node: Node) -> object:
    found = value_of(column(SamlIdentityProvider, ENDS), node, None, listed=False)
    if found is not None and found != row.metadata_valid_until and found <= whole.run.now:
        raise Wrong(node, f"It ended on {found:%Y-%m-%d}: get the metadata anew from the provider.")
    return found


def _follow_up(run: Run, row: SamlIdentityProvider, *, fetch: bool) -> None:
    """Keys take their time, and so may the provider: nobody else shall wait for this transaction meanwhile."""
    if not row.own_entity_id or not row.keys.exists():
        run.later.append(_later(lambda: prepare(row, now=run.now)))
    if fetch:
        run.later.append(lambda: _fetched(row, run.now))


def _later(do: Callable[[], None]) -> Callable[[], str]:
    def done() -> str:
        do()
        return ""

    return done


def _fetched(row: SamlIdentityProvider, now: datetime) -> str:
    problem = refresh(row, now=now).problem
    return f"{NAME}[{row}]: {problem or 'its metadata was read.'}"
