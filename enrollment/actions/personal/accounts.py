"""A staff account forgotten: closed, and its row kept without a name, because what it did stays in the log."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction

from enrollment.actions.personal.columns import FORGOTTEN
from enrollment.models import AgreementAcceptance, Enrollment, Invitation
from sites_config.models import LoggedChange, SitePrivilege, User


def forget_account(user: User) -> None:
    """Its sessions end, at every site."""
    full_name = user.get_full_name()
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
    _end_sessions(user)


def _close(user: User) -> None:
    user.username, user.first_name, user.last_name, user.email = f"{FORGOTTEN}-{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    for model in (SitePrivilege, Authenticator, EmailAddress):
        model.objects.filter(user=user).delete()


def _end_sessions(user: User) -> None:
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
