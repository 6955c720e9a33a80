"""A device as its own words at check-in describe it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from enrollment.models.assignment import Assignment
from enrollment.models.folded import folded_index
from sites_config.models import Ownership


class Device(Assignment):
    """``enrollment`` is the current one; earlier ones stay as history. UDID and serial number are claims, not proof."""

    # The indexes below begin with it.
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="devices", db_index=False)
    udid = models.CharField("UDID", max_length=64)
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    serial_number = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=100, blank=True)
    model_name = models.CharField(max_length=100, blank=True)
    product_name = models.CharField(max_length=100, blank=True)
    os_version = models.CharField("OS version", max_length=40, blank=True)
    build_version = models.CharField(max_length=40, blank=True)
    imei = models.CharField("IMEI", max_length=40, blank=True)
    wifi_mac = models.CharField("Wi-Fi address", max_length=40, blank=True)
    is_supervised = models.BooleanField(null=True, blank=True)
    passcode_present = models.BooleanField(null=True, blank=True)
    capacity_gb = models.FloatField("capacity in GB", null=True, blank=True)
    battery_level = models.FloatField(null=True, blank=True)
    profiles = models.JSONField(
        default=list, blank=True, help_text="Identifiers and names of installed profiles."
    )
    ownership = models.CharField(max_length=20, choices=Ownership.choices, blank=True)
    user_removed_at = models.DateTimeField(
        null=True, blank=True, help_text="Staff took its user away: anyone may enroll it again, once."
    )
    stands_at = models.ForeignKey(
        "sites.Site",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="assigned site",
        help_text="Where it is used, if that is another site than the one it was enrolled at.",
    )
    lost_at = models.DateTimeField("lost since", null=True, blank=True)
    lost_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="marked lost by",
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "udid"], name="one_device_per_site_and_udid")]
        indexes = [
            models.Index(
                fields=["last_seen_at", "id"],
                condition=models.Q(enrollment__isnull=True),
                name="device_never_enrolled",
            ),
            models.Index(fields=["udid"], name="device_udid"),
            folded_index("assigned_user_name", "device_user_name"),
            folded_index("assigned_full_name", "device_full_name"),
            folded_index("assigned_email", "device_email"),
            models.Index(fields=["last_seen_at", "id"], name="device_seen"),
            models.Index(fields=["site", "last_seen_at", "id"], name="device_site_seen"),
            models.Index(
                fields=["stands_at", "last_seen_at", "id"],
                condition=Q(stands_at__isnull=False),
                name="device_stands_at",
            ),
            models.Index(fields=["serial_number", "id"], name="device_serial"),
            models.Index(fields=["assigned_user_name", "id"], name="device_user"),
            models.Index(fields=["lost_at"], condition=Q(lost_at__isnull=False), name="device_lost"),
            models.Index(Upper("serial_number"), name="device_serial_upper"),
            models.Index(fields=["assigned_external_id"], name="device_person"),
        ]

    def __str__(self) -> str:
        return self.name or self.serial_number or self.udid
