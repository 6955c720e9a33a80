"""addresses: host names, one a line."""

from django.contrib.sites.models import Site

from enrollment.settings_file.nodes import Node, entries, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.run import ADDITION, Change, Run
from sites_config.models import SiteAddress


def exported(site: Site, references: References) -> list[str]:
    return list(site.addresses.order_by("host").values_list("host", flat=True))


def apply(run: Run, node: Node) -> None:
    wanted = set()
    for number, each in enumerate(entries(node), start=1):
        with run.within(f"addresses[{number}]"):
            wanted.add(_have(run, f"addresses[{number}]", each))
    for row in run.site.addresses.order_by("host").exclude(host__in=wanted):
        _left_over(run, row)


def _have(run: Run, key: str, node: Node) -> str:
    row = SiteAddress(site=run.site, host=text_of(node))
    own = run.site.addresses.filter(host=row.host.strip().lower().rstrip(".")).first()
    if own is not None:
        return own.host
    if run.valid(row, key, node.line, {}):
        row.save()
        run.touch(row, ADDITION)
        run.changes.append(Change(f"addresses[{row.host}]", "", "new"))
    return row.host


def _left_over(run: Run, row: SiteAddress) -> None:
    key = f"addresses[{row.host}]"
    # Asked anew: a profile may be issued at this moment.
    if not run.prune or SiteAddress.objects.filter(pk=row.pk, in_use_by_profiles=False).exists():
        run.drop(row, key)
    else:
        run.kept.append(f"{key}: enrolled devices call it for years")
