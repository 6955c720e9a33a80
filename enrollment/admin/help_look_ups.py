"""What the box of the help desk asks for, one way after the other.

Every look-up is exact on an indexed column, or the beginning of one that is.
"""

import re
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_

from django.db.models import CharField, ExpressionWrapper, Model, Q, QuerySet, Value
from django.db.models.fields.json import KT

from enrollment.actions.device_list import REFUSALS
from enrollment.actions.tokens import digest
from enrollment.admin.reference import typed_reference
from enrollment.models import (
    Delivery,
    Device,
    Enrollment,
    Event,
    HandOver,
    Invitation,
    ListedDevice,
    Person,
)
from enrollment.models.folded import filled
from enrollment.models.person import folded

Way = Callable[[str], Iterator[QuerySet[Model]]]
SHORTEST_BEGINNING = 3
# The parts of an address that name something: of an invitation, of a link to go on, of an enrollment.
ADDRESS = re.compile(r"(?:/(i|h|enroll)/|[?&](invitation)=)([\w-]{16,100})")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,39}")
_OF_ENROLLMENTS = ("assigned_user_name", "assigned_full_name", "signed_in_name")
_OF_DEVICES = ("assigned_user_name", "assigned_full_name")
_OF_INVITATIONS = ("assigned_user_name", "assigned_full_name", "only_user_name")
_OF_THE_LIST = ("owner_user_name", "owner_full_name")


def _address(text: str) -> Iterator[QuerySet[Model]]:
    found = ADDRESS.search(text)
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
    if "@" not in text:
        return
    yield Person.objects.filter(email__iexact=text)
    yield Device.objects.filter(assigned_email__iexact=text)
    yield Enrollment.objects.filter(assigned_email__iexact=text).order_by("-started_at")
    yield Invitation.objects.filter(_any_filled(("email", "only_email"), "iexact", text))
    yield _sent_to(text)
    yield ListedDevice.objects.filter(filled("owner_email", "iexact", text))


def _device(text: str) -> Iterator[QuerySet[Model]]:
    spellings = {text, text.upper(), text.lower()}
    yield Device.objects.filter(Q(serial_number__in=spellings) | Q(udid__in=spellings))
    tag = filled("asset_tag", "iexact", text)
    yield ListedDevice.objects.filter(Q(serial_number__in=spellings) | tag)
    yield Invitation.objects.filter(filled("only_serial_number", "iexact", text))
    turned_away = attempts_turned_away(text.upper())
    yield Enrollment.objects.filter(pk__in=turned_away).annotate(named_itself=Value(text.upper()))


def _phone(text: str) -> Iterator[QuerySet[Model]]:
    if _PHONE.fullmatch(text):
        yield _sent_to(text)


def _name(text: str) -> Iterator[QuerySet[Model]]:
    yield Person.objects.filter(Q(user_name_folded__iexact=folded(text)) | Q(full_name__iexact=text))
    yield Device.objects.filter(_any(_OF_DEVICES, "iexact", text))
    yield Enrollment.objects.filter(_any(_OF_ENROLLMENTS, "iexact", text)).order_by("-started_at")
    yield from _expected(text, "iexact")


def _beginning(text: str) -> Iterator[QuerySet[Model]]:
    """Without an order: sorting would read all that begin like this."""
    if len(text) < SHORTEST_BEGINNING:
        return
    yield Person.objects.filter(_any(("user_name_folded", "full_name"), "istartswith", folded(text)))
    yield Device.objects.filter(_any(_OF_DEVICES, "istartswith", text))
    yield Enrollment.objects.filter(_any(_OF_ENROLLMENTS, "istartswith", text)).order_by()
    yield from _expected(text, "istartswith", "asset_tag")


def _expected(text: str, look_up: str, *further: str) -> Iterator[QuerySet[Model]]:
    """Whom an invitation or a list names, though nobody came yet."""
    name = Q(**{f"name__{look_up}": text})
    yield Invitation.objects.filter(name | _any_filled(_OF_INVITATIONS, look_up, text))
    yield ListedDevice.objects.filter(_any_filled((*_OF_THE_LIST, *further), look_up, text))


def _sent_to(text: str) -> QuerySet[Model]:
    """Also where the invitation names another address by now."""
    sent = Delivery.objects.filter(recipient__iexact=text, invitation__isnull=False)
    return Invitation.objects.filter(pk__in=sent.values("invitation"))


def attempts_turned_away(serial_number: str) -> QuerySet[Event, int | None]:
    """Keys of the attempts of a device that no row is of, in capitals."""
    text = ExpressionWrapper(KT("data__serial_number"), CharField())  # no JSON to compare to
    said = Event.objects.annotate(said=text)
    return said.filter(kind__in=REFUSALS, said=serial_number, device=None).values_list(
        "enrollment", flat=True
    )


def _any(columns: tuple[str, ...], look_up: str, text: str) -> Q:
    return reduce(or_, (Q(**{f"{column}__{look_up}": text}) for column in columns))


def _any_filled(columns: tuple[str, ...], look_up: str, text: str) -> Q:
    return reduce(or_, (filled(column, look_up, text) for column in columns))


# The first that finds something counts.
WAYS: tuple[Way, ...] = (_address, _code, _email, _device, _phone, _name, _beginning)
