"""What Gatehouse is called at a SAML identity provider, and where people come back to."""

import uuid
from datetime import datetime

from django.conf import settings

from enrollment.actions.saml_keys import have_key
from enrollment.models import SamlIdentityProvider
from sites_config.models import SiteAddress
from sites_config.site_settings import sites_within


def prepare(row: SamlIdentityProvider, *, now: datetime) -> None:
    """Once for each row: a key, and a name that stays although the site may move to another address."""
    have_key(row, now=now)
    if not row.own_entity_id:
        known = addresses(row)
        row.own_entity_id = f"{known[0]}{row.path}metadata" if known else f"urn:uuid:{uuid.uuid4()}"
        row.save(update_fields=["own_entity_id"])


def addresses(row: SamlIdentityProvider) -> list[str]:
    """Scheme and host of each address at which people may come back; the site's own first."""
    scheme = "https" if settings.SECURE else "http"
    sites = {row.site_id, *sites_within(row.site_id)}
    hosts = SiteAddress.objects.filter(site__in=sites).order_by("pk").values_list("site", "host")
    in_order = sorted(hosts, key=lambda each: each[0] != row.site_id)
    return [f"{scheme}://{host}" for _site, host in in_order]
