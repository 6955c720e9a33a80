"""Identities that somebody brings: a private key and its certificate with the chain, from PEM or PKCS#12."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import PublicKeyAlgorithmOID

from .errors import PkiError
from .keys import PrivateKey, check_public_key, key_fingerprint
from .opening import BadIdentity, open_pem_key, open_pkcs12

__all__ = ["BadIdentity", "Identity", "read_identity", "shows_verified"]


@dataclass(frozen=True)
class Identity:
    """``chain``: the key's certificate, then the one that issued it, and so on, without the root."""

    chain: tuple[x509.Certificate, ...]
    key: PrivateKey


def read_identity(content: bytes, password: bytes | None, *, now: datetime) -> Identity:
    """``content``: PEM with certificates and key in any order, or PKCS#12. Raises BadIdentity."""
    certificates, key = _read(content, password)
    chain = _in_order(certificates, key)
    _check(chain[0], now)
    return Identity(tuple(chain), key)


def shows_verified(chain: Sequence[x509.Certificate], *, now: datetime) -> bool:
    """Whether the chain ends at a root that Apple devices know, as far as Mozilla's list of roots tells."""
    last = chain[-1]
    roots = _public_roots().get(last.issuer.public_bytes(), ())
    in_time = all(each.not_valid_before_utc <= now < each.not_valid_after_utc for each in chain)
    linked = all(_issued(child, parent) for child, parent in pairwise(chain))
    return in_time and linked and any(_issued(last, root) for root in roots)


def _read(content: bytes, password: bytes | None) -> tuple[list[x509.Certificate], PrivateKey]:
    if b"-----BEGIN" in content:
        return _certificates(content), _usable(open_pem_key(content, password))
    key, certificates = open_pkcs12(content, password)
    return certificates, _usable(key)


def _certificates(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise BadIdentity("There is no certificate in the PEM text.") from None


def _usable(key: PrivateKey) -> PrivateKey:
    try:
        check_public_key(key.public_key())
    except PkiError as error:
        wanted = "RSA with 2048 to 4096 bits, P-256 or P-384"
        raise BadIdentity(f"The key can't be used here: {error}. Use {wanted}.") from None
    return key


def _in_order(certificates: list[x509.Certificate], key: PrivateKey) -> list[x509.Certificate]:
    """The key's certificate, then the one that issued it, and so on; without the root, which devices must know."""
    leaf = next((each for each in certificates if _belongs(each, key)), None)
    if leaf is None:
        raise BadIdentity("None of the certificates belongs to the key.")
    chain = [leaf]
    while (issuer := _issuer_of(chain[-1], certificates)) is not None and issuer not in chain:
        chain.append(issuer)
    strangers = [each for each in certificates if each not in chain]
    if strangers:
        names = ", ".join(each.subject.rfc4514_string() for each in strangers)
        raise BadIdentity(f"These certificates are no part of the chain: {names}.")
    return chain if len(chain) == 1 or not _is_root(chain[-1]) else chain[:-1]


def _issuer_of(certificate: x509.Certificate, among: Sequence[x509.Certificate]) -> x509.Certificate | None:
    if _is_root(certificate):
        return None
    return next((each for each in among if _issued(certificate, each)), None)


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check(certificate: x509.Certificate, now: datetime) -> None:
    if certificate.not_valid_after_utc <= now:
        raise BadIdentity(f"The certificate ended on {certificate.not_valid_after_utc:%Y-%m-%d}.")
    if certificate.not_valid_before_utc > now:
        raise BadIdentity(f"The certificate begins on {certificate.not_valid_before_utc:%Y-%m-%d} only.")
    if certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS:
        raise BadIdentity(
            "The certificate's key is for RSASSA-PSS only, which iOS does not verify in profiles."
        )
    if not _may_sign(certificate):
        raise BadIdentity("The certificate may not be used for signatures: its key usage says so.")


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature


@cache
def _public_roots() -> dict[bytes, list[x509.Certificate]]:
    """By subject. Mozilla's list, which Apple's resembles."""
    found: dict[bytes, list[x509.Certificate]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old roots have serial numbers that are not allowed any more
        roots = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    for root in roots:
        found.setdefault(root.subject.public_bytes(), []).append(root)
    return found


def _belongs(certificate: x509.Certificate, key: PrivateKey) -> bool:
    try:
        public_key = check_public_key(certificate.public_key())
    except PkiError:
        return False
    return key_fingerprint(public_key) == key_fingerprint(key.public_key())
