"""A device identity certificate, recorded before it is signed."""

from django.db import models
from django.db.models import Q


class Certificate(models.Model):
    """Serial, key, transactionID and dates are committed first; ``der`` comes with the signature in one more."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.PROTECT, related_name="certificates"
    )
    authority = models.ForeignKey(
        "enrollment.Authority", on_delete=models.PROTECT, related_name="certificates"
    )
    challenge = models.OneToOneField(
        "enrollment.Challenge", on_delete=models.PROTECT, related_name="certificate"
    )
    serial_number = models.CharField(max_length=40, help_text="Hex digits.")
    key_sha256 = models.BinaryField(max_length=32)
    transaction_id = models.CharField(max_length=255)
    der = models.BinaryField(null=True)
    sha256 = models.BinaryField(max_length=32, null=True)
    reserved_at = models.DateTimeField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "enrollment"],
                condition=Q(revoked_at__isnull=True),
                name="one_unrevoked_certificate_per_enrollment",
            ),
            models.UniqueConstraint(
                fields=["site", "authority", "serial_number"], name="serial_once_per_authority"
            ),
            models.UniqueConstraint(fields=["site", "sha256"], name="certificate_fingerprint_once"),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="certificate_sha256"),
            models.Index(fields=["not_after", "id"], name="certificate_end"),
            models.Index(
                fields=["site", "not_after"], condition=Q(revoked_at__isnull=True), name="certificate_ends"
            ),
            models.Index(fields=["serial_number"], name="certificate_serial"),
        ]

    def __str__(self) -> str:
        return self.serial_number
