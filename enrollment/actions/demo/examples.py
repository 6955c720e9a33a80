"""Examples of rows that lead to others' servers, switched off: the demonstration's people stand in the table."""

from datetime import datetime

from django.contrib.sites.models import Site

from enrollment.actions.saml_providers import prepare
from enrollment.actions.webhooks import new_secret
from enrollment.models import (
    AccessGroup,
    CloudIdentityProvider,
    DirectoryServer,
    Identity,
    SamlIdentityProvider,
    Webhook,
    WebhookEvent,
)


def sign_in_examples(site: Site, now: datetime) -> None:
    """One of each kind."""
    server, _made = DirectoryServer.objects.get_or_create(
        site=site,
        name="Example: the district's LDAP",
        defaults={
            "enabled": False,
            "hosts": "ldap.northwind.example",
            "user_base": "ou=people,dc=northwind,dc=example",
            "group_base": "ou=groups,dc=northwind,dc=example",
        },
    )
    AccessGroup.objects.get_or_create(site=site, everybody=True)
    CloudIdentityProvider.objects.get_or_create(
        site=site,
        name="Northwind Account",
        defaults={"enabled": False, "issuer": "https://login.northwind.example", "client_id": "gatehouse"},
    )
    saml, made = SamlIdentityProvider.objects.get_or_create(
        site=site,
        name="Northwind Campus",
        defaults={"enabled": False, "metadata_url": "https://saml.northwind.example/metadata"},
    )
    if made:
        prepare(saml, now=now)
    Webhook.objects.get_or_create(
        site=site,
        name="Example: the inventory",
        defaults={
            "enabled": False,
            "url": "https://inventory.northwind.example/gatehouse",
            "events": [WebhookEvent.COMPLETED, WebhookEvent.CHECKED_OUT],
            "secret_encrypted": new_secret(),
        },
    )
    Identity.objects.get_or_create(
        site=site,
        source=server.source,
        external_id="6f1c1c52-0000-4000-8000-000000000001",
        defaults={"user_name": "zoe", "full_name": "Zoë Größwang", "first_seen_at": now, "last_seen_at": now},
    )
