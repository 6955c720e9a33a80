"""The parts of a settings file in their order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.sites.models import Site

from enrollment.settings_file.nodes import Node
from enrollment.settings_file.references import References
from enrollment.settings_file.run import Run
from enrollment.settings_file.sections import (
    access_groups,
    addresses,
    agreements,
    ca_certificate,
    cloud,
    directories,
    logos,
    saml,
    site,
    staff,
    texts,
    webhooks,
)

VERSION = 1


@dataclass(frozen=True)
class Section:
    name: str
    exported: Callable[[Site, References], Any]
    apply: Callable[[Run, Node], None]


SECTIONS = (
    Section("addresses", addresses.exported, addresses.apply),
    Section("logos", logos.exported, logos.apply),
    Section("texts", texts.exported, texts.apply),
    Section("agreements", agreements.exported, agreements.apply),
    Section("ca_certificate", ca_certificate.exported, ca_certificate.apply),
    Section("access_groups", access_groups.exported, access_groups.apply),
    Section(directories.NAME, directories.exported, directories.apply),
    Section(saml.NAME, saml.exported, saml.apply),
    Section(cloud.NAME, cloud.exported, cloud.apply),
    Section(webhooks.NAME, webhooks.exported, webhooks.apply),
    Section("staff", staff.exported, staff.apply),
)
KEYS = ("version", "site", "settings", *(section.name for section in SECTIONS))


def exported(of: Site, *, keep_secrets: bool = False) -> dict[str, Any]:
    """Everything that the site configures itself, as ``write`` takes it; each part is there, empty or not."""
    references = References(keep=keep_secrets)
    parts = {section.name: section.exported(of, references) for section in SECTIONS}
    return {"version": VERSION, **site.exported(of, references), **parts}
