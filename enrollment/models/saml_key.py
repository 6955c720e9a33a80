"""The keys with which Gatehouse signs requests to a SAML identity provider and reads what that encrypts."""

from django.db import models


class KeyUse(models.TextChoices):
    NEXT = "next", "Next: announced, not used yet"
    CURRENT = "current", "Current"
    PREVIOUS = "previous", "Previous: still reads what is encrypted for it"


class SamlKey(models.Model):
    """Certified by itself; what counts is the metadata in which the provider finds it."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        "enrollment.SamlIdentityProvider", on_delete=models.CASCADE, related_name="keys"
    )
    use = models.CharField(max_length=10, choices=KeyUse.choices)
    certificate_pem = models.TextField()
    key_encrypted = models.BinaryField(help_text="PKCS#8, DER.")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "SAML key"
        constraints = [models.UniqueConstraint(fields=["provider", "use"], name="saml_key_of_each_use_once")]

    def __str__(self) -> str:
        return f"{self.get_use_display()} key of {self.provider}"
