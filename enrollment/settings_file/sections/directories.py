"""directory_servers: LDAP."""

from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Model

from enrollment.models import DirectoryServer
from enrollment.models.directory_server import GOES_ELSEWHERE
from enrollment.settings_file.decided import keys_of
from enrollment.settings_file.nodes import Node
from enrollment.settings_file.references import References
from enrollment.settings_file.rows import RowFromFile
from enrollment.settings_file.run import Run
from enrollment.settings_file.sections.named import apply_rows, exported_rows

NAME = "directory_servers"
KEYS = tuple(keys_of("enrollment.DirectoryServer"))


def exported(site: Site, references: References) -> list[dict[str, Any]]:
    return exported_rows(DirectoryServer, site, references)


def apply(run: Run, node: Node) -> None:
    apply_rows(run, node, section=NAME, model=DirectoryServer, keys=KEYS, take=_take)


def _take(whole: RowFromFile, source: Model | None) -> None:
    whole.take()
    whole.take_secrets(source)
    whole.refuse_elsewhere(GOES_ELSEWHERE)
    whole.store()
