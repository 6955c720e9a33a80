"""Signing in with a password, of a local staff account or of a directory, without opening a session."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError

from enrollment.actions.enrollments import SignIn
from enrollment.models import SignInMethod
from enrollment.signin.directory import sign_in_at_directories
from enrollment.signin.entries import LONGEST_NAME
from sites_config.http import SiteRequest
from sites_config.models import User


class WrongPassword(Exception):
    """Unknown name, wrong password or closed account: nobody is told which."""


class TooManyAttempts(Exception):
    """The limit of allauth for this site and name, or for this address, is reached; nothing was hashed."""


def check(request: SiteRequest, *, username: str, password: str) -> SignIn:
    """Who this is: staff by their account, else somebody of a directory of the host's site or of what it belongs to.

    Raises WrongPassword, TooManyAttempts, Busy, or DirectoryUnavailable.
    """
    adapter = get_adapter(request)
    try:
        user = adapter.authenticate(request, username=username, password=password)
    except ValidationError:
        raise TooManyAttempts from None
    if isinstance(user, User) and user.is_active:
        return staff_sign_in(user)
    # The password of a member of staff, mistyped, is nothing that a directory should hear.
    if not User.objects.filter(username__iexact=username.strip(), is_active=True).exists():
        who = sign_in_at_directories(
            request, frozenset(request.site.lineage), username=username, password=password
        )
        if who is not None:
            adapter.forgive(request)
            return who
    raise WrongPassword


def staff_sign_in(user: User) -> SignIn:
    """Who a member of staff is, once everything asked of them was right."""
    return SignIn(
        method=SignInMethod.STAFF,
        source="staff",
        external_id=str(user.pk),
        name=(user.get_full_name() or user.get_username())[:LONGEST_NAME],
        user=user,
    )
