"""What one site configures; whatever is blank comes from its parent."""

import uuid
import zoneinfo

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models

from sites_config.colors import accent_color
from sites_config.site_settings import SiteSettings, settings_for

MAX_DEPTH = 4
PHONE = RegexValidator(
    r"^\+?[0-9][0-9 ()/.-]{2,}$", "Enter a number that can be called, such as +1 555 0100."
)

OS_VERSION = RegexValidator(r"\A[0-9]{1,3}(\.[0-9]{1,3}){0,2}\Z", "Enter a version such as 17.0.")
HTTPS = URLValidator(schemes=["https"], message="Enter an address that begins with https://")


class ClearCommands(models.TextChoices):
    """What goes of the commands of a device's earlier enrollments, named as Jamf Pro names it."""

    NOTHING = "nothing", "Delete nothing"
    ERRORS = "errors", "Delete failed commands"
    UNACKNOWLEDGED = "unacknowledged", "Delete everything except acknowledged commands"
    EVERYTHING = "everything", "Delete everything"


class SiteConfiguration(models.Model):
    """One row per Site. Read it through ``for_site``, which fills the blanks from parent and grandparent."""

    site = models.OneToOneField("sites.Site", on_delete=models.CASCADE, related_name="configuration")
    parent = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="child_configurations",
        help_text="The district or institution this site belongs to. Blank settings come from there.",
    )
    organization_name = models.CharField(max_length=100, blank=True)
    support_name = models.CharField(max_length=100, blank=True)
    support_phone = models.CharField(max_length=40, blank=True, validators=[PHONE])
    support_email = models.EmailField(blank=True)
    support_url = models.CharField(
        "help page", max_length=300, blank=True, validators=[HTTPS], help_text="Its address: https://…"
    )
    privacy_url = models.CharField(
        "privacy policy", max_length=300, blank=True, validators=[HTTPS], help_text="Its address: https://…"
    )
    accent_color = models.CharField(
        max_length=7,
        blank=True,
        validators=[accent_color],
        help_text="Of buttons and links, as #0b5fd0. White letters have to be readable on it; the shade for the dark "
        "appearance is made from it.",
    )
    default_language = models.CharField(max_length=12, blank=True, choices=settings.LANGUAGES)
    languages = models.CharField(
        max_length=400,
        blank=True,
        help_text="Codes separated by commas, such as: en,de. Blank: every language that comes translated.",
    )
    time_zone = models.CharField(max_length=60, blank=True, help_text="Such as Europe/Berlin.")
    portal_open = models.BooleanField(
        null=True, blank=True, help_text="Whether people may enroll by logging in at the site's address."
    )
    password_log_in = models.BooleanField(
        "ask for user name and password",
        null=True,
        blank=True,
        help_text="No: the log-in page shows the identity providers alone, and a small link for staff.",
    )
    second_factor_for_staff = models.BooleanField(
        "staff need a second factor",
        null=True,
        blank=True,
        help_text="Yes: whoever may do something at this site sets one up before the administration opens, and enters "
        "a code when logging in to enroll.",
    )
    institutional_enrollment = models.BooleanField(
        "institutionally owned devices",
        null=True,
        blank=True,
        help_text="Whether devices of the institution may be enrolled.",
    )
    personal_enrollment = models.BooleanField(
        "personally owned devices",
        null=True,
        blank=True,
        help_text="Whether people are told how to enroll a device of their own. It never gets this site's profile.",
    )
    personal_sign_in_domain = models.CharField(
        max_length=253,
        blank=True,
        help_text="The part behind the @ of the account that people sign in with on their own device.",
    )
    account_driven_enrollment = models.BooleanField(
        "account-driven enrollment is served by this domain",
        null=True,
        blank=True,
        help_text="Tick it when https://DOMAIN/.well-known/com.apple.remotemanagement names your device management. "
        "Without it people are sent to the support contact.",
    )
    takes_devices = models.BooleanField(
        "devices may be enrolled into this site itself",
        null=True,
        blank=True,
        help_text="Not inherited. A district offers its schools, and itself only if you say yes.",
    )
    agreement_for_staff = models.BooleanField(
        "staff accept the agreement too", null=True, blank=True, help_text="For enrollments by staff."
    )
    skip_ca_certificate = models.BooleanField(
        "skip certificate installation during enrollment",
        null=True,
        blank=True,
        help_text="Off: people install the CA certificate in a profile of its own before the MDM profile.",
    )
    tls_needs_ca = models.BooleanField(
        "this server's own TLS certificate hangs on that CA",
        null=True,
        blank=True,
        help_text="People are then told to trust it in Settings, General, About, Certificate Trust Settings.",
    )
    restrict_reenrollment = models.BooleanField(
        "restrict re-enrollment to authorized users",
        null=True,
        blank=True,
        help_text="A device that is registered here is enrolled again only by staff with “Enroll Mobile Devices”, or "
        "by the person it is assigned to, logged in at the same directory.",
    )
    reenroll_without_user = models.BooleanField(
        "anyone may enroll again a device without a user",
        null=True,
        blank=True,
        help_text="Under that restriction, also one whose user named themselves. No: staff only.",
    )
    only_listed_devices = models.BooleanField(
        "only devices of the device list",
        null=True,
        blank=True,
        help_text="Yes: a device is refused unless its serial number is on the list of this site or of one it belongs "
        "to. The list lets nobody in who may not enroll. A serial number is what a device says of itself, and it says "
        "so only with the access right to query device information.",
    )
    devices_per_person = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many devices of one person may be enrolled at the same time, counted at all sites of the "
        "institution; the same device again does not count. Whoever named themselves, or stands in the device list "
        "only, is not counted.",
    )
    minimum_os = models.CharField(
        "oldest version of iOS",
        max_length=20,
        blank=True,
        validators=[OS_VERSION],
        help_text="Such as 17.0; devices with an older one are refused. A device that does not say its version passes.",
    )
    clear_location_history = models.BooleanField(
        "clear the history of users and locations when a device enrolls again",
        null=True,
        blank=True,
        help_text="The user and location themselves always come from the new enrollment only.",
    )
    clear_commands = models.CharField(
        "clear management history when a device enrolls again",
        max_length=20,
        blank=True,
        choices=ClearCommands.choices,
    )
    access_rights = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(8191)],
        help_text="Apple's AccessRights, the sum of its bits; 8191 is everything.",
    )
    device_certificate_years = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    messages_per_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="E-mails and text messages that may be ordered at each site in a day; 0 for none.",
    )
    profile_namespace = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        help_text="Never changes: profiles with the same identifiers replace each other on a device.",
    )
    archived = models.BooleanField(default=False)

    class Meta:
        verbose_name = "site configuration"

    def __str__(self) -> str:
        return self.organization_name or str(self.site)

    @classmethod
    def for_site(cls, site: Site | int) -> SiteSettings:
        """The site's settings with every blank filled; remembered per process until the configuration changes."""
        return settings_for(site if isinstance(site, int) else site.pk)

    def clean(self) -> None:
        """Refuses unknown languages and time zones, and a parent that is the site's own descendant."""
        self.languages = ",".join(code.strip() for code in self.languages.split(",") if code.strip())
        unknown = {code for code in self.languages.split(",") if code} - {
            code for code, _ in settings.LANGUAGES
        }
        if unknown:
            raise ValidationError(
                {"languages": f"Not a language of this installation: {', '.join(sorted(unknown))}."}
            )
        offered = self.languages.split(",")
        if self.default_language and self.languages and self.default_language not in offered:
            raise ValidationError({"default_language": "It must be one of the site's languages."})
        if self.time_zone and self.time_zone not in zoneinfo.available_timezones():
            raise ValidationError({"time_zone": "Enter a time zone such as Europe/Berlin."})
        rights = self.access_rights or 0
        if (rights & 2 and not rights & 1) or (rights & 128 and not rights & 64):
            raise ValidationError(
                {"access_rights": "Apple allows 2 only together with 1, and 128 only with 64."}
            )
        if self.personal_enrollment and not (self.personal_sign_in_domain and self.account_driven_enrollment):
            raise ValidationError(
                {
                    "personal_enrollment": "Personally owned devices need the sign-in domain, and the tick that "
                    "account-driven enrollment is served by it."
                }
            )
        if self.parent_id and self.site_id in self._lineage_of(self.parent_id):
            raise ValidationError(
                {"parent": "A site can't be its own parent, or the child of one of its children."}
            )

    @staticmethod
    def _lineage_of(site_id: int) -> list[int]:
        lineage: list[int] = []
        current: int | None = site_id
        while current is not None and current not in lineage and len(lineage) < MAX_DEPTH:
            lineage.append(current)
            current = SiteConfiguration.objects.filter(site=current).values_list("parent", flat=True).first()
        return lineage
