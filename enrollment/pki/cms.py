"""CMS (RFC 5652) and PKCS#10 (RFC 2986): bytes to messages and back. The one module that knows ASN.1.

Reads the BER that Apple devices send and writes DER. Of all that CMS allows, it reads one signer, named by
issuer and serial number, at most ten certificates, content of the type data, and one RSA recipient.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from asn1crypto import cms as asn1
from asn1crypto import core, csr, parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from . import ciphers
from .ber import check_ber
from .errors import PkiError, flattened
from .keys import PrivateKey, check_public_key, type_of_digest
from .messages import (
    CONTENT_TYPE,
    ID_DATA,
    MESSAGE_DIGEST,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    PRINTABLE_STRING,
    UTF8_STRING,
    CertificationRequest,
    EnvelopedMessage,
    SignedMessage,
    Value,
    signature_algorithms,
)

MAX_CERTIFICATES = 10
CHALLENGE = "1.2.840.113549.1.9.7"
SEQUENCE, SET = 16, 17  # universal tag numbers

cipher_of_algorithm = {"aes128_cbc": "aes128", "aes256_cbc": "aes256", "tripledes_3key": "3des", "des": "des"}
algorithm_of_cipher = {cipher: algorithm for algorithm, cipher in cipher_of_algorithm.items()}


def read_signed(data: bytes) -> SignedMessage:
    check_ber(data)
    with flattened("SignedData"):
        signed = _content(data, "signed_data")
        signer = _only(signed["signer_infos"], "signer")
        digest = _digest(signer)
        attributes = signer["signed_attrs"]
        present = not isinstance(attributes, core.Void)
        return SignedMessage(
            content=_signed_content(signed["encap_content_info"]),
            digest=digest,
            signer_certificate=_signer_certificate(signed["certificates"], signer["sid"]),
            signature=bytes(signer["signature"]),
            attributes=_attributes(attributes) if present else {},
            signed_attributes=_as_set(attributes) if present else None,
        )


def read_enveloped(data: bytes) -> EnvelopedMessage:
    check_ber(data)
    with flattened("EnvelopedData"):
        enveloped = _content(data, "enveloped_data")
        recipient = _only(enveloped["recipient_infos"], "recipient").chosen
        if recipient["key_encryption_algorithm"]["algorithm"].native != "rsaes_pkcs1v15":
            raise PkiError("key encryption is not RSAES-PKCS1-v1_5")
        info = enveloped["encrypted_content_info"]
        algorithm = info["content_encryption_algorithm"]
        return EnvelopedMessage(
            cipher=cipher_of_algorithm[algorithm["algorithm"].native],
            encrypted_key=bytes(recipient["encrypted_key"]),
            iv=bytes(algorithm["parameters"]),
            encrypted_content=bytes(info["encrypted_content"]),
        )


def read_certification_request(data: bytes) -> CertificationRequest:
    """Leaves alone what clients get wrong: the version, the order of attributes, the subject."""
    check_ber(data)
    with flattened("CertificationRequest"):
        request = csr.CertificationRequest.load(data)
        info = request["certification_request_info"]
        digest = signature_algorithms[request["signature_algorithm"]["algorithm"].dotted]
        if digest is None:
            raise PkiError("signature algorithm without digest")
        return CertificationRequest(
            public_key_info=info["subject_pk_info"].dump(),
            challenge=_challenge(_attributes(info["attributes"]).get(CHALLENGE)),
            digest=digest,
            signature=bytes(request["signature"]),
            signed=info.dump(),
        )


def _content(data: bytes, kind: str) -> Any:
    info = asn1.ContentInfo.load(data)
    if info["content_type"].native != kind:
        raise PkiError(f"not {kind}")
    return info["content"]


def _only(items: Any, what: str) -> Any:
    if len(items) != 1:
        raise PkiError(f"{len(items)} {what}s")
    return items[0]


def _digest(signer: Any) -> str:
    """The digest's name; the signature algorithm has to agree."""
    digest: str = signer["digest_algorithm"]["algorithm"].native
    implied = signature_algorithms[signer["signature_algorithm"]["algorithm"].dotted]
    if digest not in type_of_digest or implied not in (None, digest):
        raise PkiError(f"digest {digest} with a signature over {implied}")
    return digest


def _signed_content(info: Any) -> bytes | None:
    if info["content_type"].native != "data":
        raise PkiError("signed content is not data")
    return None if isinstance(info["content"], core.Void) else bytes(info["content"])


def _signer_certificate(certificates: Any, identifier: Any) -> bytes:
    if identifier.name != "issuer_and_serial_number" or len(certificates) > MAX_CERTIFICATES:
        raise PkiError("signer not named by issuer and serial number, or too many certificates")
    issuer, serial = identifier.chosen["issuer"].dump(), identifier.chosen["serial_number"].native
    candidates = [candidate.chosen for candidate in certificates]
    named = [each for each in candidates if (each.issuer.dump(), each.serial_number) == (issuer, serial)]
    encoded: bytes = _only(named, "certificate of the signer").dump()
    return encoded


def _attributes(attributes: Any) -> dict[str, Value]:
    """Those with a single value; PkiError when one comes twice, as two readers could take different ones."""
    types = [attribute["type"].dotted for attribute in attributes]
    if len(set(types)) != len(types):
        raise PkiError("attribute twice")
    values = [_parts(attribute["values"]) for attribute in attributes]
    return {name: found[0] for name, found in zip(types, values, strict=True) if len(found) == 1}


def _parts(element: Any) -> list[Value]:
    contents = parser.parse(element.dump())[4]
    parts = []
    while contents:
        _, _, _, header, body, trailer = parser.parse(contents)
        parts.append(Value(header[0], body))
        contents = contents[len(header) + len(body) + len(trailer) :]
    return parts


def _as_set(attributes: Any) -> bytes:
    """The attributes as they were signed: in the message they are tagged [0], under the signature SET."""
    encoded: bytes = parser.emit(0, 1, SET, parser.parse(attributes.dump())[4])
    return encoded


def _challenge(value: Value | None) -> str | None:
    if value is None:
        return None
    if value.tag not in (PRINTABLE_STRING, UTF8_STRING):
        raise PkiError("challenge of another type")
    return value.contents.decode()


def build_signed(
    content: bytes | None,
    *,
    certificate: x509.Certificate,
    key: RSAPrivateKey,
    digest: str,
    attributes: Mapping[str, Value],
) -> bytes:
    """SignedData with signed attributes: contentType and messageDigest besides the given ones.

    Without content the digest is that of no bytes.
    """
    own = {
        CONTENT_TYPE: Value(OBJECT_IDENTIFIER, ID_DATA),
        MESSAGE_DIGEST: Value(OCTET_STRING, hashlib.new(digest, content or b"").digest()),
    }
    signed_attributes = _encoded_attributes({**attributes, **own})
    encoded = certificate.public_bytes(Encoding.DER)
    signer = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": _issuer_and_serial_number(encoded)},
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": signed_attributes,
        "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
        "signature": key.sign(signed_attributes.dump(), PKCS1v15(), type_of_digest[digest]()),
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": digest}],
        "encap_content_info": {"content_type": "data"} | ({} if content is None else {"content": content}),
        "certificates": [asn1_x509.Certificate.load(encoded)],
        "signer_infos": [signer],
    }
    return _content_info("signed_data", signed)


def build_enveloped(content: bytes, *, recipient: x509.Certificate, cipher: str) -> bytes:
    """EnvelopedData that the holder of the recipient's RSA key can open; PkiError for another kind of key."""
    public_key = check_public_key(recipient.public_key())
    if not isinstance(public_key, RSAPublicKey):
        raise PkiError("only an RSA key can receive an envelope")
    key = ciphers.new_key(cipher)
    iv, encrypted = ciphers.encrypt(content, cipher=cipher, key=key)
    key_transport = {
        "version": "v0",
        "rid": {"issuer_and_serial_number": _issuer_and_serial_number(recipient.public_bytes(Encoding.DER))},
        "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
        "encrypted_key": public_key.encrypt(key, PKCS1v15()),
    }
    encrypted_content_info = {
        "content_type": "data",
        "content_encryption_algorithm": {"algorithm": algorithm_of_cipher[cipher], "parameters": iv},
        "encrypted_content": encrypted,
    }
    enveloped = {
        "version": "v0",
        "recipient_infos": [asn1.RecipientInfo("ktri", key_transport)],
        "encrypted_content_info": encrypted_content_info,
    }
    return _content_info("enveloped_data", enveloped)


def sign_attached(
    content: bytes, *, certificate: x509.Certificate, key: PrivateKey, chain: Sequence[x509.Certificate] = ()
) -> bytes:
    """A signed profile: DER SignedData around content, SHA-256, with the signer's certificate and chain.

    ValueError when the key is not that of the certificate.
    """
    if certificate.public_key() != key.public_key():
        raise ValueError("the signing key is not that of the certificate")
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, SHA256())
    for issuer in chain:  # last, because set_data and add_signer forget the certificates added before them
        builder = builder.add_certificate(issuer)
    return builder.sign(Encoding.DER, [PKCS7Options.Binary, PKCS7Options.NoCapabilities])


def _encoded_attributes(attributes: Mapping[str, Value]) -> Any:
    return asn1.CMSAttributes([_encoded_attribute(name, value) for name, value in attributes.items()])


def _encoded_attribute(name: str, value: Value) -> Any:
    values = parser.emit(0, 1, SET, parser.emit(0, 0, value.tag, value.contents))
    return asn1.CMSAttribute.load(parser.emit(0, 1, SEQUENCE, core.ObjectIdentifier(name).dump() + values))


def _issuer_and_serial_number(certificate: bytes) -> dict[str, Any]:
    parsed = asn1_x509.Certificate.load(certificate)
    return {"issuer": parsed.issuer, "serial_number": parsed.serial_number}


def _content_info(kind: str, content: dict[str, Any]) -> bytes:
    encoded: bytes = asn1.ContentInfo({"content_type": kind, "content": content}).dump()
    return encoded
