"""Keys take a moment to make: one set for all tests of this folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from enrollment.pki.authority import Authority, create_authority
from enrollment.pki.keys import new_rsa_key

from .certificates import NOW, certificate_for
from .senders import ScepClient, Signed, apple_signature, simulator_signature
from .signatures import BODY

DATA = Path(__file__).parent.parent / "data"

Certify = Callable[..., x509.Certificate]


@pytest.fixture(scope="session")
def authority() -> Authority:
    return create_authority(common_name="Northwind Device CA", organization="Northwind School", now=NOW)


@pytest.fixture(scope="session")
def foreign_authority() -> Authority:
    """Another school's, which chose the same name."""
    return create_authority(common_name="Northwind Device CA", organization="Northwind School", now=NOW)


@pytest.fixture(scope="session")
def device_key() -> RSAPrivateKey:
    return new_rsa_key()


@pytest.fixture(scope="session")
def signer_key() -> RSAPrivateKey:
    """The temporary key with which a device signs its SCEP request."""
    return new_rsa_key()


@pytest.fixture(scope="session")
def certify(authority: Authority) -> Certify:
    return partial(certificate_for, issuer_key=authority.key, issuer=authority.certificate.subject)


@pytest.fixture(scope="session")
def device_certificate(certify: Certify, device_key: RSAPrivateKey) -> x509.Certificate:
    """Its subject is empty, as that of some iPhones."""
    return certify(device_key)


@pytest.fixture(scope="session")
def scep_client(authority: Authority, device_key: RSAPrivateKey, signer_key: RSAPrivateKey) -> ScepClient:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "063D7953-1338-4BF0-8F99-913382996224")])
    signer = certificate_for(signer_key, issuer_key=signer_key, issuer=name, subject=name)
    return ScepClient(authority.certificate, device_key, signer, signer_key)


@pytest.fixture(scope="session")
def captured_request() -> bytes:
    return (DATA / "scep" / "PKCSReq.der").read_bytes()


@pytest.fixture(scope="session")
def captured_authority() -> Authority:
    """The authority that the captured request is encrypted to."""
    folder = DATA / "scep" / "testca"
    key = load_pem_private_key((folder / "ca.key.plain.pem").read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return Authority(x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()), key)


@pytest.fixture
def apple(device_certificate: x509.Certificate, device_key: RSAPrivateKey) -> Signed:
    return apple_signature(BODY, device_certificate, device_key)


@pytest.fixture
def simulator(device_certificate: x509.Certificate, device_key: RSAPrivateKey) -> Signed:
    return simulator_signature(BODY, device_certificate, device_key)


@pytest.fixture(params=["apple", "simulator"])
def signed(request: pytest.FixtureRequest) -> Signed:
    message = request.getfixturevalue(request.param)
    assert isinstance(message, Signed)
    return message
