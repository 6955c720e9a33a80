"""A device as its own words at check-in describe it."""

from django.db import models
from django.db.models.functions import Upper

from enrollment.models.assignment import Assignment
from sites_config.models import Ownership


class Device(Assignment):
    """``enrollment`` is the current one; earlier ones stay as history. UDID and serial number are claims, not proof."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="devices")
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
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "udid"], name="one_device_per_site_and_udid")]
        indexes = [
            models.Index(Upper("serial_number"), name="device_serial"),
            models.Index(fields=["assigned_external_id"], name="device_person"),
            models.Index(Upper("assigned_user_name"), name="device_user_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.serial_number or self.udid
