"""A new site like another one: everything it configures itself, and nothing of its people and devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.sites.models import Site

from enrollment.actions.sites import BadSite
from enrollment.models import SamlIdentityProvider
from enrollment.settings_file.applying import Wish, apply_documents, finish
from enrollment.settings_file.file import exported
from enrollment.settings_file.nodes import as_node
from enrollment.settings_file.run import BadFile, Source
from enrollment.settings_file.sections import saml
from sites_config.models import SiteConfiguration, User
from sites_config.names import ORGANIZATION

NOTHING = {"deny": False, "institutional": False, "personal": False, "agreement": True}


@dataclass(frozen=True)
class Copy:
    """``host``: "" for a site that is entered through its parent. ``staff``: their privileges too."""

    name: str
    host: str = ""
    staff: bool = False


def clone_site(source: Site, copy: Copy, *, author: User | None, now: datetime) -> Site:
    """Providers of the parent are inherited; the site's own are copied, with their secrets. Raises BadSite."""
    host, name = copy.host.strip().lower(), copy.name.strip()
    identifier = host or "-".join(name.lower().split())
    if not name:
        raise BadSite("The copy needs a name.")
    parent = SiteConfiguration.objects.filter(site=source).values_list("parent", flat=True).first()
    if not host and parent is None:
        raise BadSite(
            f"{source.name} belongs to no site through which people could enter its copy: give a host."
        )
    if Site.objects.filter(domain=identifier).exists():
        raise BadSite(f"There is a site with the identifier {identifier} already.")
    document = _document(source, copy, name=name, identifier=identifier, hosts=filter(None, [host]))
    origin = Source(f"copy of {source.name}", Path())
    wish = Wish(now=now, author=author)
    try:
        runs = apply_documents([(origin, as_node(document))], wish, secrets_of=source)
    except BadFile as error:
        words = (f"{each.key}: {each.text}" if each.key else each.text for each in error.problems)
        raise BadSite(" ".join(words)) from None
    for _said in finish(runs):
        pass
    return runs[0].site


def _document(
    source: Site, copy: Copy, *, name: str, identifier: str, hosts: Iterable[str]
) -> dict[str, Any]:
    found = exported(source, keep_secrets=True)
    found["site"] |= {"identifier": identifier, "name": name, "archived": False}
    found["settings"]["organization_name"] = name
    found["addresses"] = list(hosts)
    found["texts"].pop(ORGANIZATION.key, None)  # the other one's name
    found["staff"] = found["staff"] if copy.staff else {}
    rows = SamlIdentityProvider.objects.filter(site=source).order_by("position", "pk")
    entries = zip(rows, found[saml.NAME], strict=True)
    found[saml.NAME] = [saml.exported_for_copy(row, entry) for row, entry in entries]
    _turn_to_itself(found["access_groups"], source.domain, identifier)
    return found


def _turn_to_itself(rules: list[dict[str, Any]], before: str, after: str) -> None:
    """Of the sites of a rule the copy has only itself. A rule for sites of the other one alone lets nobody in: without
    any rule everybody might enroll, and without its sites the rule would be for every one."""
    for rule in rules:
        if before in rule.get("sites", ()):
            rule["sites"] = [after]
        elif "sites" in rule:
            rule |= {"sites": [], **NOTHING}
