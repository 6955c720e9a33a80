"""Second factors of staff as allauth keeps them: secrets encrypted, names and addresses by our own table of sites."""

import json
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.models import Authenticator

from enrollment.signin.password import TooManyAttempts
from sites_config.models import User
from sites_config.second_factor import FACTORS, needs_second_factor
from sites_config.secrets import Undecryptable, decrypt, encrypt
from sites_config.site_settings import SiteSettings

# What fido2 raises for an answer that no authenticator gives.
MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    def encrypt(self, text: str) -> str:
        """TOTP secrets and seeds of recovery codes, as they stand in the database."""
        return encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Undecryptable."""
        return decrypt(encrypted_text.encode("ascii")).decode()

    def get_totp_label(self, user: User) -> str:
        """The name to log in with; an e-mail address may be anybody's."""
        return user.get_username()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """For a passkey without a name of its own."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def _get_user_identifier(self, user: User) -> str:
        return user.get_username()

    def _get_site_name(self) -> str:
        # allauth's would ask Site.domain for the host, which may be another address of the site.
        name: str = context.request.site.organization_name
        return name


def sealed(user: User, secret: str) -> str:
    """A TOTP secret on its way through the form of the page that shows it, for this account alone.

    allauth keeps it in the session, in clear, and puts it there at every GET.
    """
    return encrypt(json.dumps([user.pk, secret]).encode()).decode("ascii")


def opened(user: User, seal: str) -> str | None:
    """What ``sealed`` closed; None for anything else."""
    try:
        account, secret = json.loads(decrypt(seal.encode()))
    except (Undecryptable, ValueError):
        return None
    return str(secret) if account == user.pk else None


class WrongCode(Exception):
    """Neither the code of this half minute, unused, nor a recovery code that is left."""


class NoSecondFactor(Exception):
    """One is required here, and the account has none."""


def asks_for_code(user: User, site: SiteSettings) -> bool:
    """Whether the portal wants a code after the password: the account has an app, or a site requires it.

    Raises NoSecondFactor.
    """
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if Authenticator.Type.TOTP in types:
        return True
    needed = needs_second_factor(user, site)
    if needed and not types & set(FACTORS):
        raise NoSecondFactor
    return needed


def check_code(user: User, code: str) -> None:
    """A code of the app or a recovery code, which counts as used from now on. Raises WrongCode, TooManyAttempts.

    allauth's form, for its limit by account and for its memory of used codes; nothing goes into a session.
    """
    form = BaseAuthenticateForm(data={"code": code}, user=user)
    if form.is_valid():
        form.authenticator.record_usage()
        return
    too_many = form.has_error("code", "too_many_login_attempts")
    raise TooManyAttempts if too_many else WrongCode


def factors_of(user: User) -> dict[str, Any]:
    """What the account has, as the pages list it: TOTP or not, its passkeys, how many recovery codes are left."""
    rows = list(Authenticator.objects.filter(user=user).order_by("pk"))
    by_type = {row.type: row for row in rows}
    left = by_type.get(Authenticator.Type.RECOVERY_CODES)
    return {
        "app": by_type.get(Authenticator.Type.TOTP),
        "passkeys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(left.wrap().get_unused_codes()) if left else None,
    }
