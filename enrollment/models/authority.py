"""A certificate authority of a site."""

import secrets

from django.db import models


class AuthorityState(models.TextChoices):
    ISSUING = "issuing", "Issuing"
    ACCEPTED = "accepted", "Accepted (issues nothing new)"
    RETIRED = "retired", "Retired (refused)"


def new_public_id() -> str:
    """Sixteen lower-case hex digits for the SCEP URL."""
    return secrets.token_hex(8)


class Authority(models.Model):
    """The SCEP URL names it by ``public_id``. Its key signs certificates, CRLs and CertReps only."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="authorities")
    public_id = models.CharField(max_length=16, default=new_public_id, editable=False)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=AuthorityState.choices, default=AuthorityState.ISSUING)
    certificate_der = models.BinaryField()
    key_encrypted = models.BinaryField()
    not_after = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "authorities"
        constraints = [
            models.UniqueConstraint(fields=["site", "public_id"], name="authority_of_site_by_public_id"),
            models.UniqueConstraint(
                fields=["site"], condition=models.Q(state="issuing"), name="one_issuing_authority_per_site"
            ),
        ]
        indexes = [models.Index(fields=["public_id"], name="authority_public_id")]

    def __str__(self) -> str:
        return self.name
