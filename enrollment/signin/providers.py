"""Identity providers of a site: the buttons of its log-in page and the way to each. A new kind is a file and a line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from enrollment.models import CloudIdentityProvider, Enrollment, SamlIdentityProvider, SignInMethod
from enrollment.models.identity_provider import IdentityProvider
from enrollment.signin import openid
from enrollment.signin.saml import logout
from enrollment.signin.saml import request as saml
from sites_config.changes import remember
from sites_config.http import SiteRequest, sent_id
from sites_config.site_settings import SiteSettings

# By the first half of a button's key: the table, and what begins a log-in there.
KINDS: dict[str, tuple[type[IdentityProvider], Callable[[SiteRequest, Any, Enrollment], str]]] = {
    "oidc": (CloudIdentityProvider, openid.begin),
    "saml": (SamlIdentityProvider, saml.begin),
}


@dataclass(frozen=True)
class Choice:
    """A button: ``key`` is what it sends, such as "oidc-3"."""

    key: str
    name: str


class NoSuchProvider(Exception):
    """It was switched off meanwhile, or is another site's."""


def choices(site: SiteSettings) -> tuple[Choice, ...]:
    """Of the site and of what it belongs to; remembered, because every log-in page asks."""
    return remember(("identity providers", site.site_id), lambda: _choices(site))


def _choices(site: SiteSettings) -> tuple[Choice, ...]:
    found = [
        (row.position, row.pk, Choice(f"{kind}-{row.pk}", row.name))
        for kind, (model, _begin) in KINDS.items()
        for row in _rows(model, site)
        if row.ready
    ]
    return tuple(choice for _position, _pk, choice in sorted(found, key=lambda each: each[:2]))


def _rows(model: type[Any], site: SiteSettings) -> Any:
    return model.objects.filter(site__in=site.lineage)


def provider(site: SiteSettings, key: str, *, ready: bool = True) -> Any:
    """The row behind a button of this site; with ``ready=False`` one without a button too. Raises NoSuchProvider."""
    kind, _, text = key.partition("-")
    number = sent_id(text)
    if kind not in KINDS or number is None:
        raise NoSuchProvider
    row = _rows(KINDS[kind][0], site).filter(pk=number).first()
    if row is None or (ready and not row.ready):
        raise NoSuchProvider
    return row


def begin(request: SiteRequest, key: str, enrollment: Enrollment) -> str:
    """The address at the provider that begins a log-in for this enrollment.

    Raises NoSuchProvider, SignInFailed.
    """
    row = provider(request.site, key)
    return KINDS[key.partition("-")[0]][1](request, row, enrollment)


def way_out(request: SiteRequest, enrollment: Enrollment) -> tuple[str, str] | None:
    """The name of the provider by which its person signed in and the address that logs them out there, if it has one.

    OpenID providers: none is asked.
    """
    if enrollment.signed_in_with != SignInMethod.SAML:
        return None
    return logout.begin(enrollment, request.build_absolute_uri("/").removesuffix("/"))
