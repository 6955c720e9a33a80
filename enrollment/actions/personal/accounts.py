"""A staff account forgotten: closed, and its row kept without a name, because what it did stays in the log."""

import re

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction

from enrollment.actions.personal.columns import FORGOTTEN
from enrollment.models import AgreementAcceptance, Enrollment, Event, EventKind, Invitation
from sites_config.models import LoggedChange, SitePrivilege, User


def forget_account(user: User) -> None:
    """Its sessions end, at every site."""
    full_name, username = user.get_full_name(), user.username
    with transaction.atomic():
        _close(user)
        signed_in = Enrollment.objects.filter(signed_in_user=user)
        AgreementAcceptance.objects.filter(enrollment__in=signed_in).update(signed_in_name="")
        signed_in.update(signed_in_name=FORGOTTEN)
        if full_name:
            Invitation.objects.filter(invited_by__iexact=full_name).update(invited_by="")
        of_user = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User))
        of_user.filter(object_id=str(user.pk)).update(object_repr=FORGOTTEN, change_message="")
        LoggedChange.objects.filter(kind=User._meta.label_lower, object_id=str(user.pk)).update(
            subject=FORGOTTEN, told=""
        )
        _forget_given(username)
        _forget_finder(username)
    _end_sessions(user)


def _forget_given(username: str) -> None:
    """Who gave them which privilege at which site stays, without their name."""
    names = re.compile(rf"(?<!\w){re.escape(username)}(?!\w)")
    logged = LoggedChange.objects.filter(kind=SitePrivilege._meta.label_lower)
    for row in logged.filter(subject__startswith=f"{username}: "):
        row.subject, row.told = (names.sub(FORGOTTEN, text) for text in (row.subject, row.told))
        row.save(update_fields=["subject", "told"])
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(SitePrivilege))
    for entry in entries.filter(object_repr__startswith=f"{username}: "):
        entry.object_repr = names.sub(FORGOTTEN, entry.object_repr)
        entry.change_message = names.sub(FORGOTTEN, entry.change_message)
        entry.save(update_fields=["object_repr", "change_message"])


def _forget_finder(username: str) -> None:
    """Who marked a device as lost stands in what was changed."""
    for event in Event.objects.filter(
        kind__in=(EventKind.MARKED_LOST, EventKind.FOUND), data__has_key="changed"
    ):
        pair = event.data["changed"].get("lost_by", [])
        if username in pair:
            event.data["changed"]["lost_by"] = [FORGOTTEN if each == username else each for each in pair]
            event.save(update_fields=["data"])


def _close(user: User) -> None:
    user.username, user.first_name, user.last_name, user.email = f"{FORGOTTEN}-{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    for model in (SitePrivilege, Authenticator, EmailAddress):
        model.objects.filter(user=user).delete()


def _end_sessions(user: User) -> None:
    for session in Session.objects.iterator():
        held = session.get_decoded()
        waiting = held.get("account_login") or {}  # allauth's, for the second factor
        if str(user.pk) in (held.get(SESSION_KEY), str(waiting.get("user_pk"))):
            session.delete()
