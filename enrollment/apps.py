"""The enrollment app, and the admin site with our own access rule."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "Enrollment"

    def ready(self) -> None:
        """What a site issues with belongs to its configuration: a change of it reaches every process."""
        from enrollment.models import (
            AccessGroup,
            Authority,
            CloudIdentityProvider,
            PushCertificate,
            SamlIdentityProvider,
            SigningIdentity,
            Webhook,
        )
        from sites_config.changes import follow, follow_choices

        follow(
            Authority,
            SigningIdentity,
            PushCertificate,
            CloudIdentityProvider,
            SamlIdentityProvider,
            AccessGroup,
            Webhook,
        )
        follow_choices(AccessGroup.sites.through)


class GatehouseAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "enrollment.admin.site.gatehouse_site"
