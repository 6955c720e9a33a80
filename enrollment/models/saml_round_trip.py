"""Somebody on the way to a SAML identity provider and back, and what must not come back twice."""

from django.db import models


class SamlRoundTrip(models.Model):
    """Named at the provider by a random RelayState: the POST that comes back carries no cookie of the browser.

    What it brought waits, encrypted, for the ticket with which the same browser fetches it a moment later.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        "enrollment.SamlIdentityProvider", on_delete=models.CASCADE, related_name="+"
    )
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.CASCADE, related_name="saml_round_trips"
    )
    relay_state_sha256 = models.BinaryField(max_length=32)
    request_id = models.CharField(max_length=100)
    consumer_url = models.CharField(
        max_length=400, help_text="The assertion consumer service that was asked for."
    )
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="Answers that came, right or wrong.")
    returned_at = models.DateTimeField(null=True, blank=True)
    outcome_encrypted = models.BinaryField(default=b"")
    ticket_sha256 = models.BinaryField(max_length=32, default=b"")
    ticket_expires_at = models.DateTimeField(null=True, blank=True)
    session_encrypted = models.BinaryField(default=b"", help_text="The session at the provider, to end it.")
    name_id_sha256 = models.BinaryField(
        max_length=32, default=b"", help_text="By which it is ended from there."
    )
    session_index_sha256 = models.BinaryField(max_length=32, default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["relay_state_sha256"], name="saml_relay_state_once"),
        ]
        indexes = [
            models.Index(fields=["provider", "name_id_sha256"], name="saml_session"),
            models.Index(fields=["expires_at", "id"], name="saml_round_trip_age"),
        ]

    def __str__(self) -> str:
        return f"Round trip of {self.begun_at:%Y-%m-%d %H:%M}"


class SeenSamlMessage(models.Model):
    """An assertion or request that was accepted, by its ID, for as long as it could be sent once more."""

    provider = models.ForeignKey(
        "enrollment.SamlIdentityProvider", on_delete=models.CASCADE, related_name="+"
    )
    sha256 = models.BinaryField(max_length=32, help_text="Of the ID.")
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "sha256"], name="saml_message_once"),
        ]

    def __str__(self) -> str:
        return f"Seen until {self.forget_at:%Y-%m-%d %H:%M}"
