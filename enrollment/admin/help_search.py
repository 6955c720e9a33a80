"""One box for whatever somebody on the telephone can say: finds people, devices, enrollments, invitations and what a
device list names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.invitation_states import state_of
from enrollment.admin.help_look_ups import ADDRESS, WAYS
from enrollment.admin.reference import typed_reference
from enrollment.models import Device, Enrollment, Invitation, ListedDevice, Person
from enrollment.models.person import folded
from sites_config.admin.scoping import for_user
from sites_config.models import Privilege, User
from sites_config.references import spoken
from sites_config.site_settings import descendants_of

M = TypeVar("M", bound=Model)
Row = Enrollment | Device | Person | Invitation | ListedDevice
MOST = 20  # hits
LONGEST = 400  # characters
_ALSO = (Privilege.HELP_PEOPLE,)
_JOINED: dict[type[Model], tuple[str, ...]] = {Device: ("site", "enrollment")}


@dataclass(frozen=True)
class Hit:
    """``kind`` as in the URL of its story; ``about`` says which one it is, where several look alike."""

    kind: str
    row: Row
    title: str
    about: str

    @property
    def kind_in_words(self) -> str:
        return str(self.row._meta.verbose_name)

    @property
    def url(self) -> str:
        return reverse("admin:help_story", args=[self.kind, self.row.pk])


@dataclass
class Found:
    """``more``: there are others, which are not shown. ``of_a_request``: a code that no enrollment has."""

    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    of_a_request: bool = False


def scoped(rows: QuerySet[M], user: User | AnonymousUser) -> QuerySet[M]:
    """What the help desk of these sites sees."""
    return for_user(rows, user, also=_ALSO)


def search(text: str, user: User | AnonymousUser) -> Found:
    text = " ".join(text[:LONGEST].split())
    if not text or "\0" in text:
        return Found()
    for way in WAYS:
        hits = [_hit(row) for rows in way(text) for row in asked(rows, user)]
        if hits:
            kept = list(_merged(hits))
            return Found(kept[:MOST], more=len(kept) > MOST)
    return Found(of_a_request=bool(typed_reference(text)))


def asked(rows: QuerySet[Model], user: User | AnonymousUser) -> QuerySet[Model]:
    """One statement, as much of it as is shown."""
    return scoped(rows, user).select_related(*_JOINED.get(rows.model, ("site",)))[: MOST + 1]


def is_address(text: str) -> bool:
    """It names something by what may be a capability."""
    return ADDRESS.search(text) is not None


def _hit(row: Model) -> Hit:
    if isinstance(row, Enrollment):
        who = row.assigned_full_name or row.assigned_user_name or row.signed_in_name
        begun = timezone.localtime(row.started_at)
        about = f"{row.get_status_display()}, begun {begun:%Y-%m-%d %H:%M}"
        return Hit("enrollment", row, f"{spoken(row.reference)} {who}".strip(), about)
    if isinstance(row, Device):
        who = row.assigned_full_name or row.assigned_user_name
        return Hit("device", row, f"{row} {f'({who})' if who else ''}".strip(), row.serial_number or row.udid)
    if isinstance(row, Person):
        return Hit("person", row, str(row), f"{row.user_name} {row.email}".strip())
    if isinstance(row, Invitation):
        return Hit("invitation", row, row.name, _about(row))
    if isinstance(row, ListedDevice):
        owner = row.owner_full_name or row.owner_user_name
        about = ", ".join(filter(None, ("On the device list", owner and f"for {owner}")))
        return Hit("listed", row, str(row), about)
    raise TypeError(f"{row} has no story")


def _about(row: Invitation) -> str:
    whose = (
        row.sent_to, row.email, row.only_email, row.assigned_full_name, row.assigned_user_name, row.only_user_name,
        row.only_serial_number,
    )  # fmt: skip
    who, made = next(filter(None, whose), ""), timezone.localtime(row.created_at)
    parts = (state_of(row, timezone.now()).label, who and f"for {who}", f"made {made:%Y-%m-%d}")
    return ", ".join(filter(None, parts))


def _merged(hits: list[Hit]) -> Iterator[Hit]:
    """Without what the story of another hit tells, and nothing twice."""
    told = _Told([hit.row for hit in hits])
    seen = set[tuple[str, int]]()
    for hit in hits:
        key = (hit.kind, hit.row.pk)
        if key not in seen and not told.by_another(hit.row):
            seen.add(key)
            yield hit


class _Told:
    """The story of a person tells of their devices and enrollments, that of a device of its enrollments and of its
    place on a list, that of a listed device of its attempts, that of an enrollment of its invitation."""

    def __init__(self, rows: list[Row]) -> None:
        self.people = {(each.site_id, each.user_name_folded) for each in rows if isinstance(each, Person)}
        self.devices = [each for each in rows if isinstance(each, Device)]
        self.listed = [each for each in rows if isinstance(each, ListedDevice)]
        begun = [each for each in rows if isinstance(each, Enrollment)]
        begun += [each.enrollment for each in self.devices if each.enrollment is not None]
        self.invitations = {each.invitation_id for each in begun}

    def by_another(self, row: Row) -> bool:
        if isinstance(row, Invitation):
            return row.pk in self.invitations
        if isinstance(row, ListedDevice):
            theirs = (row.site_id, folded(row.owner_user_name)) in self.people
            return theirs or any(_same(row, each.serial_number, each.site_id) for each in self.devices)
        if isinstance(row, Person):
            return False
        if (row.site_id, folded(row.assigned_user_name)) in self.people:
            return True
        return isinstance(row, Enrollment) and self._of_a_device(row)

    def _of_a_device(self, row: Enrollment) -> bool:
        if any(row.device_id == each.pk for each in self.devices):
            return True
        named_itself = str(vars(row).get("named_itself", ""))
        return any(_same(each, named_itself, row.site_id) for each in self.listed)


def _same(listed: ListedDevice, serial_number: str, site_id: int) -> bool:
    """It is the device that the row names, at a site for which it counts."""
    return listed.serial_number == serial_number.upper() and site_id in descendants_of(listed.site_id)
