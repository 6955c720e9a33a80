"""The enrollment app, and the admin site with our own access rule."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_save


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "Enrollment"

    def ready(self) -> None:
        """What a site issues with belongs to its configuration: a change of it reaches every process."""
        from enrollment.models import (
            AccessGroup,
            Authority,
            CloudIdentityProvider,
            ListedDevice,
            PushCertificate,
            SamlIdentityProvider,
            SigningIdentity,
            Webhook,
        )
        from sites_config.changes import follow, follow_choices, raise_version

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
        # Remembered is whether there is a list at all. That the last row went only costs a look in vain, and thousands
        # may go at once.
        post_save.connect(raise_version, sender=ListedDevice, dispatch_uid="a device list begins")


class GatehouseAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "enrollment.admin.site.gatehouse_site"
