"""The Mdm-Signature that the phone writes, judged by openssl in both shapes."""

from __future__ import annotations

import base64
import subprocess

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from tests.phone.cms_build import Identity
from tests.phone.mdm_signature import DEVICE, SIMULATOR, SignatureShape, mdm_signature
from tests.phone_checks.authority import NOW, ROOT, STRANGER, certify, rsa_key
from tests.phone_checks.openssl import structure, verify_detached

BODY = b"<plist version='1.0'>\n<dict/>\n</plist>\n"
BOTH_SHAPES = pytest.mark.parametrize("shape", [DEVICE, SIMULATOR], ids=["device", "simulator"])


def signature(shape: SignatureShape, subject: str = "device") -> bytes:
    key = rsa_key(10)
    leaf = certify(key.public_key(), subject, ROOT, ROOT.key, ca=False)
    identity = Identity(leaf.public_bytes(Encoding.DER), key)
    return base64.b64decode(mdm_signature(BODY, identity, shape, now=NOW), validate=True)


@BOTH_SHAPES
def test_openssl_verifies_the_signature_and_its_chain(shape: SignatureShape) -> None:
    assert verify_detached(signature(shape), BODY) == BODY


@BOTH_SHAPES
def test_an_empty_subject_changes_nothing(shape: SignatureShape) -> None:
    assert verify_detached(signature(shape, subject=""), BODY) == BODY


@BOTH_SHAPES
def test_another_body_or_root_does_not_verify(shape: SignatureShape) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        verify_detached(signature(shape), BODY + b" ")
    with pytest.raises(subprocess.CalledProcessError):
        verify_detached(signature(shape), BODY, root=STRANGER)


def test_a_device_writes_indefinite_lengths_sha1_and_no_signed_attributes() -> None:
    printed = structure(signature(DEVICE))
    assert printed.splitlines()[0].rstrip().endswith("l=inf  cons: SEQUENCE")
    assert ":sha1WithRSAEncryption" in printed
    assert ":messageDigest" not in printed


def test_a_simulator_writes_der_with_signed_attributes() -> None:
    printed = structure(signature(SIMULATOR))
    assert "l=inf" not in printed
    for name in ("contentType", "messageDigest", "signingTime"):
        assert f":{name}" in printed
    signer = cms.ContentInfo.load(signature(SIMULATOR))["content"]["signer_infos"][0]
    attributes = [attribute.dump() for attribute in signer["signed_attrs"]]
    assert attributes == sorted(attributes)


def test_the_header_is_one_line_of_a_size_that_proxies_take() -> None:
    assert 1_000 < len(base64.b64encode(signature(DEVICE))) < 4_000
