"""Links by which a member of staff sets the password of their account: once, within a day."""

import smtplib
from urllib.parse import urlsplit

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from sites_config.logged_changes import log_for_sites
from sites_config.models import Restoration, SitePrivilege, User


class _Tokens(PasswordResetTokenGenerator):
    """Not stored: derived from the account's password, last login and power, so a link ends when one of them changes.
    Whoever was shown the link of a weak account must not use it once that has become a strong one. A restored backup
    brings back the password that a link has changed since, so it ends them all."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        held = SitePrivilege.objects.filter(user=user.pk).order_by("site", "privilege")
        power = (user.is_superuser, user.is_staff)
        rows = list(held.values_list("site", "privilege"))
        restored = Restoration.objects.order_by("-pk").values_list("restored_at", flat=True).first() or ""
        return f"{super()._make_hash_value(user, timestamp)}{power}{rows}{restored}"


_tokens = _Tokens()


SET_BY_LINK = "Set the password by the link."


class MailNotSent(Exception):
    """The text says why, for administrators."""


def password_link(user: User, base_url: str) -> str:
    """``base_url``: scheme and host, without a slash at its end."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return base_url + reverse("account_set_password", args=[uid, _tokens.make_token(user)])


def account_of(uid: str, token: str) -> User | None:
    """The account that such a link opens now."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
    return user if user is not None and _tokens.check_token(user, token) else None


def set_password(user: User, password: str) -> bool:
    """False: it was set by the same link a moment ago."""
    before = user.password
    user.set_password(password)
    with transaction.atomic():
        was_set = bool(User.objects.filter(pk=user.pk, password=before).update(password=user.password))
        if was_set:
            entry = LogEntry.objects.log_actions(user.pk, [user], CHANGE, SET_BY_LINK, single_object=True)
            log_for_sites([(entry, user)])
    return was_set


def mail_password_link(user: User, base_url: str) -> None:
    """Raises MailNotSent. Never call it in a transaction: a mail server may take its time."""
    if not user.email:
        raise MailNotSent("The account has no e-mail address.")
    words = {"user": user, "link": password_link(user, base_url), "host": urlsplit(base_url).netloc}
    body = render_to_string("account/password_mail.txt", words)
    try:
        send_mail(f"Your account at {words['host']}", body, None, [user.email])
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotSent(f"The mail server did not take it: {error}.") from None
