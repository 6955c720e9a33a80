"""What the device lists say of a device: whether it is expected, and whose it is said to be."""

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from enrollment.models import (
    AssignmentSource,
    Device,
    Enrollment,
    Event,
    EventKind,
    ListedDevice,
    SignInMethod,
    Status,
)
from sites_config.changes import remember
from sites_config.models import SiteConfiguration
from sites_config.site_settings import SiteSettings, families

# Whoever turned a device away.
REFUSALS = (EventKind.DEVICE_REFUSED, EventKind.REENROLLMENT_REFUSED)


class ListedState(TextChoices):
    """What became of a listed device at the sites of its list, by the serial number that devices claimed."""

    NOT_SEEN = "not-seen", "Not seen"
    ENROLLED = "enrolled", "Enrolled"
    REFUSED = "refused", "Refused"
    LEFT = "left", "No longer enrolled"


def rows_about(site: SiteSettings, serial_number: str) -> QuerySet[ListedDevice]:
    """The rows that count for a device at the site: of its own list, and of the sites it belongs to."""
    meant = Q(meant_for=None) | Q(meant_for__in=site.lineage)
    return ListedDevice.objects.filter(meant, site__in=site.lineage, serial_number=serial_number.upper())


def listed(site: SiteSettings, serial_number: str) -> ListedDevice | None:
    """The row of the nearest list; asks nothing where there is no list, or no serial number."""
    if not serial_number or not has_list(site):
        return None
    rows = rows_about(site, serial_number)
    return min(rows, key=lambda row: site.lineage.index(row.site_id), default=None)


def has_list(site: SiteSettings) -> bool:
    lists = ListedDevice.objects.filter(site__in=site.lineage)
    return remember(("device list", site.lineage), lists.exists)


def assignment_of(enrollment: Enrollment) -> dict[str, str]:
    """Whose the device becomes: whom the enrollment names, else whom the list names, which is a claim."""
    by_directory = enrollment.signed_in_with not in (SignInMethod.NONE, SignInMethod.STAFF)
    if enrollment.assignment_source or by_directory:
        return enrollment.assignment
    site = SiteConfiguration.for_site(enrollment.site_id)
    row = listed(site, str(enrollment.claimed.get("serial_number", "")))
    if row is None or not row.has_owner:
        return enrollment.assignment
    return enrollment.assignment | {
        "assigned_user_name": row.owner_user_name,
        "assigned_full_name": row.owner_full_name,
        "assigned_email": row.owner_email,
        "assignment_source": AssignmentSource.LISTED,
    }


def with_state(rows: QuerySet[ListedDevice]) -> QuerySet[ListedDevice]:
    """Each with ``is_enrolled``, ``was_refused``, ``was_here``, for ``state_of``."""
    devices = Device.objects.annotate(said=Upper("serial_number"))
    here = devices.filter(_of_the_list(), said=OuterRef("serial_number"))
    refused = Event.objects.annotate(said=KT("data__serial_number")).filter(
        _of_the_list(), kind__in=REFUSALS, said=OuterRef("serial_number")
    )
    return rows.annotate(
        is_enrolled=Exists(here.filter(enrollment__status=Status.ENROLLED)),
        was_refused=Exists(refused),
        was_here=Exists(here),
    )


def in_state(state: ListedState) -> Q:
    """Of rows ``with_state``."""
    enrolled, refused, here = Q(is_enrolled=True), Q(was_refused=True), Q(was_here=True)
    return {
        ListedState.ENROLLED: enrolled,
        ListedState.REFUSED: ~enrolled & refused,
        ListedState.LEFT: ~enrolled & ~refused & here,
        ListedState.NOT_SEEN: ~refused & ~here,  # whatever is enrolled was here
    }[state]


def state_of(row: ListedDevice) -> ListedState:
    """Of a row ``with_state``."""
    facts = vars(row)
    if facts["is_enrolled"]:
        return ListedState.ENROLLED
    if facts["was_refused"]:
        return ListedState.REFUSED
    return ListedState.LEFT if facts["was_here"] else ListedState.NOT_SEEN


def _of_the_list() -> Q:
    """At the site of the list, or at one that belongs to it."""
    found = Q(site=OuterRef("site"))
    for parent, below in families().items():
        found |= Q(Exact(OuterRef("site"), Value(parent)), site__in=below)
    return found
