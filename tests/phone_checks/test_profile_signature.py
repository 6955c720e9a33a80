"""A profile is what was signed, and Verified only under the right root."""

from __future__ import annotations

import plistlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from tests.phone.ber import DER, oid
from tests.phone.cms_build import DATA, ENVELOPED_DATA, Identity, sign
from tests.phone.errors import PhoneError
from tests.phone_checks.authority import INTERMEDIATE, PROFILE_SIGNER, ROOT, STRANGER, Pair, pair
from tests.phone_checks.downloads import BASE, PROFILE, Clock, download, settings
from tests.phone_checks.enrollment_profile import (
    certificate_profile,
    enrollment_profile,
    sign_bytes,
    sign_plist,
)


def test_a_right_profile_is_verified() -> None:
    profile = settings().receive(download(sign_plist(enrollment_profile(BASE))))
    assert profile.verified
    assert profile.name == "Double School"


@pytest.mark.parametrize(
    ("roots", "chain"),
    [((STRANGER,), None), ((), None), ((ROOT,), ())],
    ids=["another root", "no root", "intermediate left out"],
)
def test_any_other_chain_is_not_verified(roots: tuple[Pair, ...], chain: tuple[Pair, ...] | None) -> None:
    plist = enrollment_profile(BASE)
    data = sign_plist(plist) if chain is None else sign_plist(plist, chain=chain)
    assert not settings(roots=roots).receive(download(data)).verified


def test_an_expired_signer_is_not_verified() -> None:
    clock = Clock()
    clock.now += timedelta(days=400)
    assert not settings(clock).receive(download(sign_plist(enrollment_profile(BASE)))).verified


def test_a_chain_with_an_expired_or_a_plain_certificate_in_it_is_not_verified() -> None:
    clock = Clock()
    brief = pair("Brief", INTERMEDIATE, ca=False, number=12, days=1)
    assert settings(clock).receive(download(sign_plist(enrollment_profile(BASE), brief))).verified
    clock.now += timedelta(days=2)
    assert not settings(clock).receive(download(sign_plist(enrollment_profile(BASE), brief))).verified
    below_a_leaf = pair("Below", PROFILE_SIGNER, ca=False, number=13)
    data = sign_plist(enrollment_profile(BASE), below_a_leaf, chain=(PROFILE_SIGNER, INTERMEDIATE))
    assert not settings().receive(download(data)).verified


def test_an_installed_authority_makes_its_profiles_verified() -> None:
    device = settings(roots=())
    device.receive(download(sign_plist(certificate_profile(ROOT))))
    device.install()
    assert device.receive(download(sign_plist(enrollment_profile(BASE)))).verified


def _last_bit_flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (plistlib.dumps(enrollment_profile(BASE)), "it is not signed"),
        (b"\x30\x03nop", "not the CMS message"),
        (sign_bytes(b"no property list"), "no property list"),
        (sign_plist(enrollment_profile(BASE)).replace(b"Double School", b"Dauble School"), "messageDigest"),
        (_last_bit_flipped(sign_plist(enrollment_profile(BASE))), "signature does not hold"),
    ],
    ids=["unsigned", "garbage", "no plist", "changed content", "changed signature"],
)
def test_a_profile_that_is_not_what_was_signed_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(PhoneError, match=complaint):
        settings().receive(download(data))


def _direct(digest: str) -> bytes:
    signer = Identity(PROFILE_SIGNER.der, PROFILE_SIGNER.key)
    content = plistlib.dumps(enrollment_profile(BASE))
    return sign(content, signer, digest=digest, encoding=DER)


def test_other_shapes_of_signature_are_refused() -> None:
    builder = PKCS7SignatureBuilder().set_data(plistlib.dumps(enrollment_profile(BASE)))
    once = builder.add_signer(PROFILE_SIGNER.certificate, PROFILE_SIGNER.key, SHA256())
    twice = once.add_signer(STRANGER.certificate, STRANGER.key, SHA256())
    shapes = {
        "2 signers": twice.sign(Encoding.DER, [PKCS7Options.Binary]),
        "detached": once.sign(Encoding.DER, [PKCS7Options.Binary, PKCS7Options.DetachedSignature]),
        "something else": _direct("sha256").replace(oid(DATA), oid(ENVELOPED_DATA)),
        "not SHA-2": _direct("sha1"),
    }
    assert settings().receive(download(_direct("sha256")))
    for complaint, data in shapes.items():
        with pytest.raises(PhoneError, match=complaint):
            settings().receive(download(data))


@pytest.mark.parametrize("media_type", ["application/xml", f"{PROFILE}; charset=utf-8", ""])
def test_only_the_exact_content_type_is_a_profile(media_type: str) -> None:
    with pytest.raises(PhoneError, match="is no profile"):
        settings().receive(download(sign_plist(enrollment_profile(BASE)), media_type))
