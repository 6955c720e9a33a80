"""The certificate Apple gave the institution for push; its UID is the Topic of every profile."""

from django.db import models


class PushCertificate(models.Model):
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="push_certificates")
    topic = models.CharField(max_length=200)
    certificate_pem = models.TextField()
    key_encrypted = models.BinaryField()
    not_after = models.DateTimeField()
    created_at = models.DateTimeField()
    is_demo = models.BooleanField("self-made for the demonstration", default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "topic"], name="one_push_certificate_per_topic")
        ]

    def __str__(self) -> str:
        return self.topic
