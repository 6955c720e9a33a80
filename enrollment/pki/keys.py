"""Private keys of ours, and what we demand of everybody else's public keys."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from .errors import PkiError, flattened

type_of_digest: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def new_rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def key_to_der(key: PrivateKey) -> bytes:
    """PKCS#8, DER, not encrypted: the caller encrypts it before it is stored."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def key_from_der(der: bytes) -> PrivateKey:
    """One of our own keys, never one that somebody else made: the slow check of its primes is left out."""
    key = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("only RSA and elliptic curve keys are used here")
    return key


def key_fingerprint(public_key: PublicKey) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo, 32 bytes."""
    return hashlib.sha256(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def check_public_key(key: object) -> PublicKey:
    """The key itself if it is RSA of 2048 to 4096 bits with e = 65537, P-256 or P-384; else PkiError.

    Comes before any calculation with the key: a huge modulus or exponent would cost us seconds.
    """
    if isinstance(key, rsa.RSAPublicKey):
        if not 2048 <= key.key_size <= 4096:
            raise PkiError(f"RSA key of {key.key_size} bits")
        if key.public_numbers().e != 65537:
            raise PkiError("RSA key with an unusual exponent")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
            raise PkiError(f"key on the curve {key.curve.name}")
        return key
    raise PkiError(f"key of the kind {type(key).__name__}")


def verify_signature(key: object, *, signature: bytes, content: bytes, digest: str) -> None:
    """RSASSA-PKCS1-v1_5 or ECDSA over content; PkiError for a forbidden key or a signature not its own."""
    allowed = check_public_key(key)
    with flattened("signature"):
        try:
            _verify(allowed, signature, content, type_of_digest[digest]())
        except InvalidSignature as error:
            raise PkiError("signature does not match") from error


def _verify(key: PublicKey, signature: bytes, content: bytes, algorithm: hashes.HashAlgorithm) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), algorithm)
    else:
        key.verify(signature, content, ec.ECDSA(algorithm))
