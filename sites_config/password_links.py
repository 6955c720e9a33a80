"""Links by which a member of staff sets the password of their account: once, within a day."""

import smtplib
from urllib.parse import urlsplit

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from sites_config.models import User

# Not stored: Django derives it from the account's password and last login, so it ends when either changes.
_tokens = PasswordResetTokenGenerator()


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
