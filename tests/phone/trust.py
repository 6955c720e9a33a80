"""Whether a certificate's chain leads to a root the phone trusts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

MAX_CHAIN = 6


def leads_to(roots: Sequence[bytes], certificate: bytes, others: Sequence[bytes], *, now: datetime) -> bool:
    """Follow issuers from `certificate` through `others` (what the message carried) to one of `roots`, all
    DER."""
    trusted = [x509.load_der_x509_certificate(root) for root in roots]
    carried = [x509.load_der_x509_certificate(other) for other in others]
    link = x509.load_der_x509_certificate(certificate)
    for _ in range(MAX_CHAIN):
        if not link.not_valid_before_utc <= now <= link.not_valid_after_utc:
            return False
        if link in trusted or _issuer(link, trusted, now) is not None:
            return True
        issuer = _issuer(link, carried, now)
        if issuer is None or issuer == link:
            return False
        link = issuer
    return False


def _issuer(
    link: x509.Certificate, pool: Sequence[x509.Certificate], now: datetime
) -> x509.Certificate | None:
    fitting = (candidate for candidate in pool if _issued(candidate, link))
    return next((one for one in fitting if one.not_valid_before_utc <= now <= one.not_valid_after_utc), None)


def _issued(issuer: x509.Certificate, link: x509.Certificate) -> bool:
    try:
        link.verify_directly_issued_by(issuer)
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
