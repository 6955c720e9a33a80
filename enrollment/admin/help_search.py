"""One box for whatever somebody on the telephone can say: finds people, devices, enrollments and invitations.

Every look-up is exact on an indexed column, or the beginning of one that is; the first that finds something counts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from enrollment.actions.tokens import digest
from enrollment.admin.reference import typed_reference
from enrollment.models import Device, Enrollment, HandOver, Invitation, Person
from enrollment.models.person import folded
from sites_config.admin.scoping import for_user
from sites_config.models import Privilege, User
from sites_config.references import spoken

M = TypeVar("M", bound=Model)
MOST = 20  # hits
LONGEST = 400  # characters
SHORTEST_BEGINNING = 3
# The parts of an address that name something: of an invitation, of a link to go on, of an enrollment.
_ADDRESS = re.compile(r"(?:/(i|h|enroll)/|[?&](invitation)=)([\w-]{16,100})")
_ALSO = (Privilege.HELP_PEOPLE,)
_OF_ENROLLMENTS = ("assigned_user_name", "assigned_full_name", "signed_in_name")
_OF_DEVICES = ("assigned_user_name", "assigned_full_name")


@dataclass(frozen=True)
class Hit:
    """``kind`` as in the URL of its story; ``about`` says which one it is, where several look alike."""

    kind: str
    row: Enrollment | Device | Person | Invitation
    title: str
    about: str

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
    ways: tuple[Callable[[str], Iterator[QuerySet[Model]]], ...] = (
        _address,
        _code,
        _email,
        _device,
        _name,
        _beginning,
    )
    for way in ways:
        hits = [
            _hit(row) for rows in way(text) for row in scoped(rows, user).select_related("site")[: MOST + 1]
        ]
        if hits:
            kept = list(_merged(hits))
            return Found(kept[:MOST], more=len(kept) > MOST)
    return Found(of_a_request=bool(typed_reference(text)))


def is_address(text: str) -> bool:
    """It names something by what may be a capability."""
    return _ADDRESS.search(text) is not None


def _address(text: str) -> Iterator[QuerySet[Model]]:
    found = _ADDRESS.search(text)
    if found is None:
        return
    kind, token = found[1] or found[2], found[3]
    if kind == "enroll":
        yield Enrollment.objects.filter(public_id=token)
    elif kind == "h":
        over = HandOver.objects.filter(token_sha256=digest(token))
        yield Enrollment.objects.filter(pk__in=over.values("enrollment"))
    else:
        yield Invitation.objects.filter(token_sha256=digest(token))


def _code(text: str) -> Iterator[QuerySet[Model]]:
    reference = typed_reference(text)
    if reference:
        yield Enrollment.objects.filter(reference=reference)


def _email(text: str) -> Iterator[QuerySet[Model]]:
    if "@" in text:
        yield Person.objects.filter(email__iexact=text)
        yield Device.objects.filter(assigned_email__iexact=text)
        yield Enrollment.objects.filter(assigned_email__iexact=text).order_by("-started_at")


def _device(text: str) -> Iterator[QuerySet[Model]]:
    spellings = {text, text.upper(), text.lower()}
    yield Device.objects.filter(Q(serial_number__in=spellings) | Q(udid__in=spellings))


def _name(text: str) -> Iterator[QuerySet[Model]]:
    yield Person.objects.filter(Q(user_name_folded__iexact=folded(text)) | Q(full_name__iexact=text))
    yield Device.objects.filter(_any(_OF_DEVICES, "iexact", text))
    yield Enrollment.objects.filter(_any(_OF_ENROLLMENTS, "iexact", text)).order_by("-started_at")
    yield Invitation.objects.filter(name__iexact=text)


def _beginning(text: str) -> Iterator[QuerySet[Model]]:
    """Without an order: sorting would read all that begin like this."""
    if len(text) < SHORTEST_BEGINNING:
        return
    yield Person.objects.filter(_any(("user_name_folded", "full_name"), "istartswith", folded(text)))
    yield Device.objects.filter(_any(_OF_DEVICES, "istartswith", text))
    yield Enrollment.objects.filter(_any(_OF_ENROLLMENTS, "istartswith", text)).order_by()
    yield Invitation.objects.filter(name__istartswith=text)


def _any(columns: tuple[str, ...], look_up: str, text: str) -> Q:
    return reduce(or_, (Q(**{f"{column}__{look_up}": text}) for column in columns))


def _hit(row: Model) -> Hit:
    if isinstance(row, Enrollment):
        who = row.assigned_full_name or row.assigned_user_name or row.signed_in_name
        about = f"{row.get_status_display()}, begun {row.started_at:%Y-%m-%d %H:%M}"
        return Hit("enrollment", row, f"{spoken(row.reference)} {who}".strip(), about)
    if isinstance(row, Device):
        who = row.assigned_full_name or row.assigned_user_name
        return Hit("device", row, f"{row} {f'({who})' if who else ''}".strip(), row.serial_number or row.udid)
    if isinstance(row, Person):
        return Hit("person", row, str(row), f"{row.user_name} {row.email}".strip())
    if isinstance(row, Invitation):
        return Hit("invitation", row, row.name, f"made {row.created_at:%Y-%m-%d}")
    raise TypeError(f"{row} has no story")


def _merged(hits: list[Hit]) -> Iterator[Hit]:
    """The story of a person tells of their devices and enrollments, that of a device of its enrollments."""
    people = {(each.row.site_id, each.row.user_name_folded) for each in hits if isinstance(each.row, Person)}
    devices = {each.row.pk for each in hits if isinstance(each.row, Device)}
    for hit in hits:
        row = hit.row
        if isinstance(row, Device | Enrollment) and (row.site_id, folded(row.assigned_user_name)) in people:
            continue
        if isinstance(row, Enrollment) and row.device_id in devices:
            continue
        yield hit
