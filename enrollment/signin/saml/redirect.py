"""Messages in the query of a URL: deflated, and signed over the query itself (SAML Bindings, 3.4.4)."""

import base64
import binascii
import re
import zlib
from urllib.parse import unquote_plus

from cryptography import x509

from enrollment.pki.errors import PkiError
from enrollment.pki.keys import verify_signature
from enrollment.signin.saml.message import LONGEST, BadMessage

_ALGORITHM = re.compile(r"http://www\.w3\.org/2001/04/xmldsig-more#rsa-(sha256|sha384|sha512)")
LONGEST_QUERY = 64 * 1024  # characters
IN_ORDER = ("RelayState", "SigAlg")


def signed_message(query: str, name: str, certificates: tuple[x509.Certificate, ...]) -> str:
    """The XML of the parameter ``name``, by one of these. Raises BadMessage.

    ``query`` as it was sent: what is signed is its very encoding, and providers encode in different ways.
    """
    if len(query) > LONGEST_QUERY:
        raise BadMessage("too long")
    pairs = [each.partition("=") for each in query.split("&")]
    raw = {key: value for key, _equals, value in pairs}
    if len(raw) != len(pairs) or not {name, "SigAlg", "Signature"} <= raw.keys():
        raise BadMessage("not signed, or a parameter twice")
    algorithm = _ALGORITHM.fullmatch(unquote_plus(raw["SigAlg"]))
    if algorithm is None:
        raise BadMessage("signed by something else than RSA with SHA-2")
    signed = "&".join(f"{key}={raw[key]}" for key in (name, *IN_ORDER) if key in raw)
    _check(signed.encode(), _decoded(raw["Signature"]), algorithm[1], certificates)
    return _inflated(_decoded(raw[name]))


def _check(content: bytes, signature: bytes, digest: str, certificates: tuple[x509.Certificate, ...]) -> None:
    for certificate in certificates:
        try:
            verify_signature(certificate.public_key(), signature=signature, content=content, digest=digest)
        except PkiError:
            continue
        return
    raise BadMessage("signed by no key of the metadata")


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(unquote_plus(value), validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("not base64") from None


def _inflated(content: bytes) -> str:
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = inflating.decompress(content, LONGEST + 1).decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        raise BadMessage("not deflated UTF-8") from None
    if len(text) > LONGEST:
        raise BadMessage("too long")
    return text
