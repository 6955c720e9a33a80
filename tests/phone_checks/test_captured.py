"""The phone's own CMS reader on messages of a real client and its server (tests/data/scep/SOURCES.md)."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.phone import tlv
from tests.phone.cms_build import DATA, Identity
from tests.phone.cms_read import only_signer, open_envelope, read_signed_data, verify
from tests.phone.scep_reply import MESSAGE_TYPE, TRANSACTION_ID

CAPTURED = Path(__file__).parent.parent / "data" / "scep"


def test_the_request_of_2016_is_read_and_opened_with_its_authority() -> None:
    message = read_signed_data((CAPTURED / "PKCSReq.der").read_bytes())
    signer, certificate = only_signer(message)
    assert message.content is not None
    assert signer.attributes is not None
    verify(signer, message.content, DATA, certificate)
    assert signer.attributes[MESSAGE_TYPE].printable == "19"
    assert len(signer.attributes[TRANSACTION_ID].printable) == 40
    request = tlv.read(open_envelope(message.content, _authority()))
    assert request[0][0].integer == 2  # the version that is none


def test_the_reply_of_2016_verifies() -> None:
    message = read_signed_data((CAPTURED / "CertRep.der").read_bytes())
    signer, certificate = only_signer(message)
    verify(signer, message.content or b"", DATA, certificate)
    assert signer.attributes is not None
    assert signer.attributes[MESSAGE_TYPE].printable == "3"


def _authority() -> Identity:
    certificate = x509.load_pem_x509_certificate((CAPTURED / "testca" / "ca.pem").read_bytes())
    key = load_pem_private_key((CAPTURED / "testca" / "ca.key.plain.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return Identity(certificate.public_bytes(Encoding.DER), key)
