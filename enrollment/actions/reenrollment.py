"""What a site wants forgotten when a known device enrolls again."""

from django.db.models import Q

from enrollment.models import Command, CommandState, Device, Enrollment
from sites_config.models import ClearCommands, SiteConfiguration

# Which commands of a device's earlier enrollments go, by the site's policy.
CLEARED: dict[str, Q] = {
    ClearCommands.ERRORS: Q(state__in=(CommandState.ERROR, CommandState.FORMAT_ERROR)),
    ClearCommands.UNACKNOWLEDGED: ~Q(state=CommandState.ACKNOWLEDGED),
    ClearCommands.EVERYTHING: Q(),
}


def clear_history(enrollment: Enrollment, device: Device) -> None:
    """Of the device's earlier enrollments; these themselves stay as its history."""
    site = SiteConfiguration.for_site(enrollment.site_id)
    if site.clear_commands in CLEARED:
        earlier = Command.objects.filter(enrollment__device=device).exclude(enrollment=enrollment)
        earlier.filter(CLEARED[site.clear_commands]).delete()
    if site.clear_location_history:
        Enrollment.objects.filter(device=device).exclude(pk=enrollment.pk).update(**Enrollment().assignment)
