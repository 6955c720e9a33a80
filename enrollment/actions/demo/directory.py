"""The row that leads to the demonstration's own LDAP directory, while one runs."""

from django.contrib.sites.models import Site

from enrollment.models import DirectoryServer
from sites_config.secrets import encrypt

NAME = "The demonstration's directory"


def connect_directory(
    site: Site, *, port: int, ca_pem: str, bind_dn: str, bind_password: str, user_base: str
) -> DirectoryServer:
    """Always the same row, so that people of an earlier start are the same people now."""
    server, _made = DirectoryServer.objects.update_or_create(
        site=site,
        name=NAME,
        defaults={
            "enabled": True,
            "hosts": f"127.0.0.1:{port}",
            "ca_pem": ca_pem,
            "bind_dn": bind_dn,
            "bind_password_encrypted": encrypt(bind_password.encode()),
            "user_base": user_base,
        },
    )
    return server


def disconnect_directory(site: Site) -> None:
    """None runs, so nobody waits for it."""
    DirectoryServer.objects.filter(site=site, name=NAME).update(enabled=False)
