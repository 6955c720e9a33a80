"""A second opinion on what the live server hands out: OpenSSL verifies the profile and every chain in it."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.models import Authority, SigningIdentity
from enrollment.pki.keys import key_to_der
from sites_config.secrets import encrypt
from tests import people
from tests.conftest import MakePhone
from tests.device.keys import any_key, pooled_key
from tests.live import LiveServer
from tests.phone.profile import Profile


def downloaded(site: Site, live: LiveServer, phone: MakePhone) -> tuple[Profile, bytes]:
    """The profile at the end of the pages, and its bytes as Safari got them."""
    _row, token = people.invite(site)
    iphone = phone(key_maker=any_key)
    iphone.open(live.url(path=f"/i/{token}"))
    profile = iphone.journey.to_management_profile({})
    return profile, iphone.safari.downloads[-1].body


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False, timeout=30)


def verified(folder: Path, signed: bytes, root: x509.Certificate) -> bytes:
    """The content, if OpenSSL finds a chain to the root with what the message brings along."""
    (folder / "profile").write_bytes(signed)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    asked = ("cms", "-verify", "-inform", "DER", "-in", folder / "profile", "-CAfile", folder / "root.pem")
    done = openssl(*asked, "-purpose", "any", "-out", folder / "content")
    assert done.returncode == 0, done.stderr.decode()
    return (folder / "content").read_bytes()


def test_openssl_verifies_the_profile_by_the_sites_authority(
    alpha: Site, live: LiveServer, phone: MakePhone, tmp_path: Path
) -> None:
    profile, signed = downloaded(alpha, live, phone)
    root = x509.load_der_x509_certificate(bytes(Authority.objects.get(site=alpha).certificate_der))
    content = verified(tmp_path, signed, root)
    assert content.startswith(b"<?xml")
    assert str(profile.content["PayloadUUID"]).encode() in content


def test_openssl_verifies_an_uploaded_identity_through_its_intermediate(
    alpha: Site, live: LiveServer, phone: MakePhone, tmp_path: Path
) -> None:
    """The root alone is trusted: the intermediate has to come with the signature."""
    root, chain = identity_with_intermediate(alpha)
    _profile, signed = downloaded(alpha, live, phone)
    assert verified(tmp_path, signed, root)
    assert chain[1].public_bytes(Encoding.DER) in signed
    assert root.public_bytes(Encoding.DER) not in signed


def test_openssl_refuses_a_profile_with_one_byte_changed(
    alpha: Site, live: LiveServer, phone: MakePhone, tmp_path: Path
) -> None:
    _profile, signed = downloaded(alpha, live, phone)
    root = x509.load_der_x509_certificate(bytes(Authority.objects.get(site=alpha).certificate_der))
    with pytest.raises(AssertionError, match=r"digest|verification"):
        verified(tmp_path, signed.replace(b"Alpha", b"Alphb", 1), root)


def test_openssl_reads_the_device_certificate_and_its_authority(
    alpha: Site, live: LiveServer, phone: MakePhone, tmp_path: Path
) -> None:
    _row, token = people.invite(alpha)
    iphone = phone(key_maker=any_key)
    enrolled = iphone.enroll(live.url(path=f"/i/{token}"))
    (tmp_path / "leaf.pem").write_bytes(pem(enrolled.certificate))
    (tmp_path / "root.pem").write_bytes(pem(bytes(Authority.objects.get(site=alpha).certificate_der)))
    asked = ("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", tmp_path / "root.pem")
    done = openssl(*asked, tmp_path / "leaf.pem")
    assert done.returncode == 0, done.stderr.decode()


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def identity_with_intermediate(site: Site) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """(root, (signer, intermediate)); the latter two become the newest signing identity of the site."""
    root = certificate("Root", pooled_key(0), "Root", pooled_key(0), ca=True)
    intermediate = certificate("Intermediate", pooled_key(1), "Root", pooled_key(0), ca=True)
    signer = certificate("Signer", pooled_key(2), "Intermediate", pooled_key(1), ca=False)
    SigningIdentity.objects.create(
        site=site,
        certificates_pem="".join(each.public_bytes(Encoding.PEM).decode() for each in (signer, intermediate)),
        key_encrypted=encrypt(key_to_der(pooled_key(2))),
        not_after=signer.not_valid_after_utc,
        created_at=timezone.now(),
    )
    return root, (signer, intermediate)


def certificate(
    name: str, key: RSAPrivateKey, issuer: str, issuer_key: RSAPrivateKey, *, ca: bool
) -> x509.Certificate:
    now = timezone.now()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, SHA256())
    )
