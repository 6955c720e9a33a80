"""Signing in with the password of a local staff account, without opening a session."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError

from enrollment.actions.enrollments import SignIn
from enrollment.models import SignInMethod
from sites_config.http import SiteRequest
from sites_config.models import User

LONGEST_NAME = 150  # characters, the width of the enrollment's column


class WrongPassword(Exception):
    """Unknown name, wrong password or closed account: nobody is told which."""


class TooManyAttempts(Exception):
    """The limit of allauth for this site and name, or for this address, is reached; nothing was hashed."""


def check(request: SiteRequest, *, username: str, password: str) -> SignIn:
    """Who this is. Raises WrongPassword, TooManyAttempts, or Busy."""
    try:
        user = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError:
        raise TooManyAttempts from None
    if not isinstance(user, User) or not user.is_active:
        raise WrongPassword
    return SignIn(
        method=SignInMethod.STAFF,
        source="staff",
        external_id=str(user.pk),
        name=(user.get_full_name() or user.get_username())[:LONGEST_NAME],
        user=user,
    )
