import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from enrollment.pki.errors import PkiError, flattened
from enrollment.pki.keys import (
    check_public_key,
    key_fingerprint,
    key_from_der,
    key_to_der,
    new_rsa_key,
    verify_signature,
)

from .senders import sign


def test_a_key_survives_storage(device_key: rsa.RSAPrivateKey) -> None:
    der = key_to_der(device_key)
    assert load_der_private_key(der, password=None).private_numbers() == device_key.private_numbers()  # type: ignore[union-attr]
    assert key_from_der(der).public_key() == device_key.public_key()


def test_a_stored_key_of_another_kind_is_no_key_of_ours() -> None:
    with pytest.raises(TypeError):
        key_from_der(key_to_der(ed25519.Ed25519PrivateKey.generate()))  # type: ignore[arg-type]


def test_a_key_is_known_by_the_digest_of_its_public_key_info(device_key: rsa.RSAPrivateKey) -> None:
    info = device_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert key_fingerprint(device_key.public_key()) == hashlib.sha256(info).digest()


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_r20_elliptic_curves_p256_and_p384_pass(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve).public_key()
    assert check_public_key(key) is key


@pytest.mark.parametrize("bits", [2048, 4096])
def test_r20_rsa_keys_of_2048_to_4096_bits_pass(bits: int) -> None:
    check_public_key(rsa.RSAPublicNumbers(65537, (1 << bits) - 1).public_key())


@pytest.mark.parametrize("bits", [512, 1024, 2047, 4097, 16384])
def test_r20_rsa_keys_of_other_sizes_are_refused(bits: int) -> None:
    with pytest.raises(PkiError, match=f"{bits} bits"):
        check_public_key(rsa.RSAPublicNumbers(65537, (1 << bits) - 1).public_key())


@pytest.mark.parametrize("exponent", [3, 17, 65539, (1 << 1024) + 1])
def test_r20_rsa_keys_with_another_exponent_are_refused(exponent: int) -> None:
    with pytest.raises(PkiError, match="exponent"):
        check_public_key(rsa.RSAPublicNumbers(exponent, (1 << 2048) - 1).public_key())


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP521R1()).public_key(),
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
        dsa.DSAPublicKey,
        None,
    ],
    ids=lambda key: type(key).__name__,
)
def test_r20_keys_of_other_kinds_are_refused(key: object) -> None:
    with pytest.raises(PkiError):
        check_public_key(key)


def test_r20_a_weak_key_is_refused_although_its_signature_is_right() -> None:
    key = new_rsa_key(1024)
    signature = sign(key, b"content", "sha256")
    with pytest.raises(PkiError, match="1024 bits"):
        verify_signature(key.public_key(), signature=signature, content=b"content", digest="sha256")


def test_an_unknown_digest_is_the_strangers_error(device_key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(PkiError):
        verify_signature(device_key.public_key(), signature=b"", content=b"", digest="md5")


def test_whatever_a_parser_raises_becomes_one_error_that_repeats_nothing_of_the_message() -> None:
    with pytest.raises(PkiError) as caught, flattened("reading"):
        int("correct horse")
    assert caught.value.reason == "reading: ValueError"
