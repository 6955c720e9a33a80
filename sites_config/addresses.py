"""Which site answers at which host."""

from sites_config.changes import remember

LONGEST_PORT = 5  # digits; a longer one is no port, and the host goes into profiles with it


def site_at(host: str) -> int | None:
    """The id of the site whose address is this host (as sent, with or without port), or None."""
    name, port = _split(host)
    if len(port) > LONGEST_PORT:
        return None
    return remember(("addresses",), _addresses).get(name.lower().rstrip("."))


def _addresses() -> dict[str, int]:
    from sites_config.models import SiteAddress

    # Those of archived sites too: their devices go on checking in, and people are told that it is closed.
    with_configuration = SiteAddress.objects.filter(site__configuration__isnull=False)
    return dict(with_configuration.values_list("host", "site_id"))


def _split(host: str) -> tuple[str, str]:
    """(name, port); an IPv6 address keeps its brackets."""
    if host.startswith("["):
        name, _, port = host.partition("]")
        return f"{name}]", port.removeprefix(":")
    name, _, port = host.partition(":")
    return name, port
