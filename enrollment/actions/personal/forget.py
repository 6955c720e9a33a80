"""A person forgotten: that an enrollment happened stays, with its times and statuses; whose it was goes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from enrollment.actions.endings import expire
from enrollment.actions.invitations import revoke
from enrollment.actions.personal.accounts import forget_account
from enrollment.actions.personal.columns import DELETED, FORGOTTEN, INVITATION, NAMINGS, SIGNED_IN, Naming
from enrollment.actions.personal.facts import forget_facts
from enrollment.actions.personal.search import Subject, rows_naming
from enrollment.actions.personal.words import forget_words
from enrollment.models import Enrollment, Invitation, SamlRoundTrip
from enrollment.models.moves import OPEN
from sites_config.models import LoggedChange

WHY = "person forgotten"
Found = Mapping[Naming, list[int]]


def rows_of(subject: Subject) -> Found:
    """Primary keys, by how the rows name the person."""
    return {naming: list(rows_naming(naming, subject).values_list("pk", flat=True)) for naming in NAMINGS}


def counted(found: Found, subject: Subject) -> dict[str, int]:
    """Rows by the name of their kind."""
    pks: dict[Any, set[int]] = {}
    for naming, some in found.items():
        pks.setdefault(naming.model, set()).update(some)
    rows = {str(model._meta.verbose_name_plural): len(some) for model, some in pks.items()}
    return rows | {"staff accounts": len(subject.accounts)}


def forget_person(subject: Subject, *, now: datetime) -> dict[str, int]:
    """How many rows named them. What is under way in their name ends first."""
    found = rows_of(subject)
    told = counted(found, subject)
    _end(found, now)
    forget_facts(subject)
    forget_words(subject)
    with transaction.atomic():
        for naming, pks in found.items():
            _forget(naming, pks)
        _forget_log(found, subject)
    for account in subject.accounts:
        forget_account(account)
    return told


def _end(found: Found, now: datetime) -> None:
    """Blank, an invitation for one person would be anybody's."""
    for invitation in Invitation.objects.filter(pk__in=found[INVITATION]):
        revoke(invitation, actor=None, now=now)
    still = Q(status__in=OPEN)
    for enrollment in Enrollment.objects.filter(still, pk__in=found[SIGNED_IN]):
        expire(enrollment, still, now=now, why=WHY)


def _forget(naming: Naming, pks: list[int]) -> None:
    rows = naming.model._default_manager.filter(pk__in=pks)
    if naming.model in DELETED:
        rows.delete()
        return
    rows.update(**naming.blanked)
    if naming.model is Enrollment:
        SamlRoundTrip.objects.filter(enrollment__in=pks).delete()
        _forget_device_names(pks)


def _forget_device_names(pks: list[int]) -> None:
    """“Ana's iPhone”."""
    rows = Enrollment.objects.filter(pk__in=pks).exclude(claimed={})
    for row in rows.only("claimed"):
        claimed = {name: value for name, value in row.claimed.items() if name != "device_name"}
        Enrollment.objects.filter(pk=row.pk).update(claimed=claimed)


def _forget_log(found: Found, subject: Subject) -> None:
    """What the administration wrote of these rows, and of rows of theirs that were deleted there."""
    for naming, pks in found.items():
        entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(naming.model))
        named = Q(object_repr__in=subject.words) if naming.model in DELETED else Q(pk__in=[])
        entries.filter(Q(object_id__in=list(map(str, pks))) | named).update(
            object_repr=FORGOTTEN, change_message=""
        )
        logged = LoggedChange.objects.filter(
            kind=naming.model._meta.label_lower, object_id__in=list(map(str, pks))
        )
        logged.update(subject=FORGOTTEN, told="")
