"""staff: who may do what at this site, by user name; named sets may be written for their privileges."""

from collections.abc import Iterator
from typing import Any

from django.contrib.sites.models import Site

from enrollment.settings_file.nodes import Node, Wrong, entries, fields, meant, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.run import ADDITION, DELETION, Change, Run
from sites_config.models import SETS, Privilege, PrivilegeSet, SitePrivilege, User

KNOWN = (*Privilege.values, *PrivilegeSet.values)


def exported(site: Site, references: References) -> dict[str, Any]:
    return {name: _in_order(held) for name, held in sorted(_held(site).items())}


def apply(run: Run, node: Node) -> None:
    held, wanted = _held(run.site), fields(node)
    for name, each in wanted.items():
        with run.within(f"staff.{name}"):
            _have(run, name, each, held.get(name, set()))
    for name, privileges in sorted(held.items()):
        if name not in wanted and run.prune:
            _change(run, User.objects.get(username=name), privileges, set())
        elif name not in wanted:
            run.kept.append(f"staff.{name}")


def _have(run: Run, name: str, node: Node, held: set[str]) -> None:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise Wrong(
            node, "There is no such account. The file makes none: add it in the administration first."
        )
    _change(run, user, held, set(_privileges(run, name, node)))


def _privileges(run: Run, user: str, node: Node) -> Iterator[str]:
    for each in entries(node):
        with run.within(f"staff.{user}"):
            name = text_of(each).strip()
            if name not in KNOWN:
                raise Wrong(each, f"There is no privilege {name[:100]!r}.{meant(name, KNOWN)}")
            yield from map(str, SETS[PrivilegeSet(name)] if name in PrivilegeSet.values else (name,))


def _change(run: Run, user: User, held: set[str], wanted: set[str]) -> None:
    if held == wanted:
        return
    words = (", ".join(_in_order(each)) or "(nothing)" for each in (held, wanted))
    run.changes.append(Change(f"staff.{user.username}", *words))
    for privilege in _in_order(wanted - held):
        row = SitePrivilege.objects.create(site=run.site, user=user, privilege=privilege)
        run.touch(row, ADDITION)
    for row in SitePrivilege.objects.filter(site=run.site, user=user, privilege__in=held - wanted):
        run.touch(row, DELETION)
        row.delete()


def _held(site: Site) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = SitePrivilege.objects.filter(site=site).values_list("user__username", "privilege")
    for name, privilege in rows:
        found.setdefault(name, set()).add(privilege)
    return found


def _in_order(privileges: set[str]) -> list[str]:
    return [str(each) for each in Privilege if each in privileges]
