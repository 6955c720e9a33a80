"""webhooks: which program is told of what. One without a secret gets a new one."""

from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Model

from enrollment.actions.webhooks import BadSecret, check_secret, new_secret
from enrollment.models import Webhook
from enrollment.settings_file.decided import keys_of
from enrollment.settings_file.nodes import Node, Wrong
from enrollment.settings_file.references import References
from enrollment.settings_file.rows import RowFromFile
from enrollment.settings_file.run import Run
from enrollment.settings_file.sections.named import apply_rows, exported_rows

NAME = "webhooks"
KEYS = tuple(keys_of("enrollment.Webhook"))


def exported(site: Site, references: References) -> list[dict[str, Any]]:
    return exported_rows(Webhook, site, references)


def apply(run: Run, node: Node) -> None:
    apply_rows(run, node, section=NAME, model=Webhook, keys=KEYS, take=_take)


def _take(whole: RowFromFile, source: Model | None) -> None:
    whole.take()
    whole.take_secrets(source)
    with whole.run.within(f"{whole.key}.secret"):
        _have_secret(whole)
    whole.store()


def _have_secret(whole: RowFromFile) -> None:
    row: Webhook = whole.row
    if not row.secret_encrypted:
        whole.set_quietly("secret_encrypted", new_secret())
    elif "secret_encrypted" in whole.changed:
        try:
            check_secret(row)
        except BadSecret as error:
            raise Wrong(whole.nodes["secret"], str(error)) from None
