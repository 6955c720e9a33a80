"""cloud_identity_providers: OpenID."""

from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Model

from enrollment.directories.cloud.tokens import read_service_account
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import GOES_ELSEWHERE, CloudKind
from enrollment.settings_file.decided import keys_of
from enrollment.settings_file.nodes import Node, Wrong
from enrollment.settings_file.references import References
from enrollment.settings_file.rows import RowFromFile
from enrollment.settings_file.run import Run
from enrollment.settings_file.sections.named import apply_rows, exported_rows
from sites_config.secrets import decrypt

NAME = "cloud_identity_providers"
KEYS = tuple(keys_of("enrollment.CloudIdentityProvider"))


def exported(site: Site, references: References) -> list[dict[str, Any]]:
    return exported_rows(CloudIdentityProvider, site, references)


def apply(run: Run, node: Node) -> None:
    apply_rows(run, node, section=NAME, model=CloudIdentityProvider, keys=KEYS, take=_take)


def _take(whole: RowFromFile, source: Model | None) -> None:
    whole.take()
    whole.take_secrets(source)
    whole.refuse_elsewhere(GOES_ELSEWHERE)
    with whole.run.within(f"{whole.key}.service_account"):
        _check_service_account(whole)
    whole.store()


def _check_service_account(whole: RowFromFile) -> None:
    row: CloudIdentityProvider = whole.row
    node = whole.nodes.get("service_account")
    stored = row.service_account_encrypted
    if not stored:
        if row.look_up and row.kind == CloudKind.GOOGLE:
            raise Wrong(node or whole.nodes["name"], "Needed to find people: its JSON key, by env or file.")
        return
    if node is not None and "service_account_encrypted" in whole.changed:
        try:
            read_service_account(decrypt(stored).decode(errors="replace"))
        except ValueError as error:
            raise Wrong(node, str(error)) from None
