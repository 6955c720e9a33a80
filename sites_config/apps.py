"""The project's own app: what a site is and what each may configure."""

from django.apps import AppConfig


class SitesConfigConfig(AppConfig):
    name = "sites_config"
    verbose_name = "Sites"

    def ready(self) -> None:
        """Connects the version that tells every process when the configuration changed."""
        from django.contrib.sites.models import Site

        from sites_config.changes import follow
        from sites_config.models import (
            Agreement,
            MessageText,
            SiteAddress,
            SiteConfiguration,
            SiteLogo,
            SiteNotice,
        )
        from sites_config.own_account import log_own_changes

        log_own_changes()

        follow(Site, SiteAddress, SiteConfiguration, SiteLogo, SiteNotice, MessageText, Agreement)
