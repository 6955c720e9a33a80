"""An encrypted assertion put in clear, before anything else looks at it (XML Encryption 1.1).

Encryption proves nothing, because our certificate is public. xmlsec1 would follow addresses that stand in the message,
and pysaml2 takes what it decrypts in a second round for checked.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from enrollment.signin.saml.message import ENCRYPTION, SAML, SIGNATURE, BadMessage, parsed, shown

XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
# Bytes of the key. Triple DES is left out, and RSA with PKCS #1 v1.5 below: what is wrong with it tells the key.
_CBC = {f"{XENC}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_GCM = {f"{XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,  # of no weight in OAEP, and what it means without a word
    f"{XENC}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{XENC}sha512": hashes.SHA512,
}
_MASKS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{XENC11}mgf1sha1": hashes.SHA1,
    f"{XENC11}mgf1sha256": hashes.SHA256,
    f"{XENC11}mgf1sha384": hashes.SHA384,
    f"{XENC11}mgf1sha512": hashes.SHA512,
}
VECTOR, NONCE = 16, 12  # bytes
MOST_RECIPIENTS = 4


def is_encrypted(xml: str) -> bool:
    return parsed(xml).find(f"{SAML}EncryptedAssertion") is not None


def in_clear(xml: str, keys: list[RSAPrivateKey]) -> str:
    """``xml``: as check_response lets it pass. The signature around the whole, which covers the encrypted assertion, is
    left out: check it before. Raises BadMessage."""
    root = parsed(xml)
    assertion = root.find(f"{SAML}EncryptedAssertion")
    if assertion is None:
        raise BadMessage("nothing encrypted")
    found = list(root.iter(f"{SIGNATURE}Signature"))
    if found != root.findall(f"{SIGNATURE}Signature"):
        raise BadMessage("a signature inside of what is encrypted")
    around = _with(xml, "Signature", "") if found else xml
    return _with(around, "EncryptedAssertion", _decrypted(assertion, keys))


def _with(xml: str, name: str, other: str) -> str:
    """The only element of that local name replaced, and every other byte as it was: the signature counts them.

    In XML without comments and CDATA sections "<" begins a tag wherever it stands.
    """
    begins = list(re.finditer(rf"<(?:[^\s<>/:]+:)?{name}(?=[\s>])", xml))
    ends = list(re.finditer(rf"</(?:[^\s<>/:]+:)?{name}\s*>", xml))
    if len(begins) != 1 or len(ends) != 1:
        raise BadMessage(f"not exactly one {name}")
    return xml[: begins[0].start()] + other + xml[ends[0].end() :]


def _decrypted(assertion: Element, keys: list[RSAPrivateKey]) -> str:
    data = assertion.findall(f"{ENCRYPTION}EncryptedData")
    wrapped = list(assertion.iter(f"{ENCRYPTION}EncryptedKey"))
    if len(data) != 1 or not 0 < len(wrapped) <= MOST_RECIPIENTS:
        raise BadMessage("not one EncryptedData with its key")
    method, content = _method(data[0]), _content(data[0])
    algorithm = method.get("Algorithm", "")
    for session_key in _session_keys(wrapped, keys):
        try:
            return _opened(algorithm, session_key, content).decode("utf-8").strip()
        except (ValueError, InvalidTag):
            continue
    raise BadMessage("encrypted for no key of ours, or damaged")


def _session_keys(wrapped: list[Element], keys: list[RSAPrivateKey]) -> Iterator[bytes]:
    """What each of our keys makes of each recipient's part; of a wrong one it is nothing."""
    for each in wrapped:
        padding, content = _padding(_method(each)), _content(each)
        for key in keys:
            try:
                yield key.decrypt(content, padding)
            except ValueError:
                continue


def _padding(method: Element) -> OAEP:
    algorithm = method.get("Algorithm", "")
    digest = _named(method.find(f"{SIGNATURE}DigestMethod"), _DIGESTS)
    if algorithm == f"{XENC}rsa-oaep-mgf1p":
        return OAEP(MGF1(hashes.SHA1()), digest(), None)  # noqa: S303  # the algorithm's name says so
    if algorithm == f"{XENC11}rsa-oaep":
        mask = _named(method.find(f"{{{XENC11}}}MGF"), _MASKS)
        return OAEP(MGF1(mask()), digest(), None)
    raise BadMessage(f"its key is encrypted by {shown(algorithm)}")


def _named(
    element: Element | None, known: dict[str, type[hashes.HashAlgorithm]]
) -> type[hashes.HashAlgorithm]:
    if element is None:
        return hashes.SHA1
    algorithm = element.get("Algorithm", "")
    if algorithm not in known:
        raise BadMessage(f"its key is encrypted with {shown(algorithm)}")
    return known[algorithm]


def _opened(algorithm: str, key: bytes, content: bytes) -> bytes:
    """Raises ValueError, InvalidTag, BadMessage."""
    length = (_CBC | _GCM).get(algorithm)
    if length is None:
        raise BadMessage(f"encrypted by {shown(algorithm)}")
    if len(key) != length:
        raise ValueError("a key of another length")
    if algorithm in _GCM:
        return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], None)
    decryptor = Cipher(AES(key), CBC(content[:VECTOR])).decryptor()
    padded = decryptor.update(content[VECTOR:]) + decryptor.finalize()
    if not padded or not 0 < padded[-1] <= VECTOR:
        raise ValueError("no padding")
    return padded[: -padded[-1]]


def _method(element: Element) -> Element:
    found = element.find(f"{ENCRYPTION}EncryptionMethod")
    if found is None:
        raise BadMessage("no EncryptionMethod")
    return found


def _content(element: Element) -> bytes:
    """Of the message itself: a CipherReference is never followed."""
    value = element.findtext(f"{ENCRYPTION}CipherData/{ENCRYPTION}CipherValue", "")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("no CipherValue") from None
