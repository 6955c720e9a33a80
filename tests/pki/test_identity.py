"""Identities that an institution brings: read, put in order and checked; openssl makes the files."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from enrollment.pki import identity, opening
from enrollment.pki.identity import BadIdentity, Identity, read_identity, shows_verified
from enrollment.pki.keys import PrivateKey
from tests.pki.openssl import openssl

NOW = dt.datetime(2026, 9, 1, 8, 3, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class Party:
    """A key and its certificate, issued by another party or by itself."""

    def __init__(
        self,
        common_name: str,
        issuer: "Party | None" = None,
        *,
        key: PrivateKey | None = None,
        begins: dt.datetime = NOW - DAY,
        ends: dt.datetime = NOW + 300 * DAY,
        may_sign: bool | None = None,
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = name(common_name)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name if issuer else self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )
        if may_sign is not None:
            usage = dict.fromkeys(
                ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
                 "encipher_only", "decipher_only"), False
            )  # fmt: skip
            builder = builder.add_extension(
                x509.KeyUsage(digital_signature=may_sign, key_encipherment=True, **usage), critical=True
            )
        self.certificate = builder.sign(issuer.key if issuer else self.key, SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: bytes = b"") -> bytes:
        hidden = BestAvailableEncryption(password) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)


ROOT = Party("Root")
MIDDLE = Party("Middle", ROOT)
LEAF = Party("mdm.example.org", MIDDLE)


def read(*parts: bytes, password: bytes | None = None) -> Identity:
    return read_identity(b"".join(parts), password, now=NOW)


def why(parts: Iterable[bytes], password: bytes | None = None) -> str:
    with pytest.raises(BadIdentity) as refused:
        read(*parts, password=password)
    return str(refused.value)


def test_pem_in_any_order_becomes_leaf_first_without_the_root() -> None:
    found = read(ROOT.pem, LEAF.key_pem(), MIDDLE.pem, LEAF.pem)

    assert found.chain == (LEAF.certificate, MIDDLE.certificate)
    assert found.key.public_key() == LEAF.key.public_key()


def test_a_certificate_that_signs_itself_stands_alone() -> None:
    assert read(ROOT.pem, ROOT.key_pem()).chain == (ROOT.certificate,)


@pytest.mark.parametrize("legacy", [False, True])
def test_pkcs12_as_openssl_writes_it(tmp_path: Path, legacy: bool) -> None:
    (tmp_path / "key.pem").write_bytes(LEAF.key_pem())
    (tmp_path / "leaf.pem").write_bytes(LEAF.pem)
    (tmp_path / "others.pem").write_bytes(MIDDLE.pem + ROOT.pem)
    old = ["-legacy"] if legacy else []
    openssl(
        "pkcs12", "-export", *old, "-inkey", tmp_path / "key.pem", "-in", tmp_path / "leaf.pem",
        "-certfile", tmp_path / "others.pem", "-passout", "pass:open sesame", "-out", tmp_path / "identity.p12",
    )  # fmt: skip
    content = (tmp_path / "identity.p12").read_bytes()

    assert read(content, password=b"open sesame").chain == (LEAF.certificate, MIDDLE.certificate)
    assert "or the password is wrong" in why([content], b"wrong")
    assert "or the password is wrong" in why([content])


def test_a_key_with_a_password() -> None:
    parts = (LEAF.pem, MIDDLE.pem, LEAF.key_pem(b"secret"))

    assert read(*parts, password=b"secret").chain[0] == LEAF.certificate
    assert why(parts) == "The key has a password, or a password was given for a key that has none."
    assert "its password is wrong" in why(parts, b"wrong")


NO_KEY = "There is no private key in the PEM text, or its password is wrong."
WEAK = Party("weak", MIDDLE, key=rsa.generate_private_key(65537, 1024))
P521 = Party("P-521", MIDDLE, key=ec.generate_private_key(ec.SECP521R1()))
OLD = Party("old", MIDDLE, begins=NOW - 2 * DAY, ends=NOW - DAY)
EARLY = Party("early", MIDDLE, begins=NOW + DAY)
ONLY_ENCRYPTS = Party("encrypts", MIDDLE, may_sign=False)
OTHER = Party("other")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([b""], "This is neither PEM nor PKCS#12, or the password is wrong."),
        ([b"\x30\x82 nonsense"], "This is neither PEM nor PKCS#12, or the password is wrong."),
        ([LEAF.pem], NO_KEY),
        ([LEAF.key_pem()], "There is no certificate in the PEM text."),
        ([OTHER.pem, LEAF.key_pem()], "None of the certificates belongs to the key."),
        ([LEAF.pem, OTHER.pem, LEAF.key_pem()], "These certificates are no part of the chain: CN=other."),
        ([OLD.pem, OLD.key_pem()], "The certificate ended on 2026-08-31."),
        ([EARLY.pem, EARLY.key_pem()], "The certificate begins on 2026-09-02 only."),
        ([ONLY_ENCRYPTS.pem, ONLY_ENCRYPTS.key_pem()], "may not be used for signatures"),
        ([WEAK.pem, WEAK.key_pem()], "Use RSA with 2048 to 4096 bits, P-256 or P-384."),
        ([P521.pem, P521.key_pem()], "Use RSA with 2048 to 4096 bits, P-256 or P-384."),
        ([LEAF.pem * 200, LEAF.key_pem()], "The file is larger than a certificate and its key ever are."),
    ],
)
def test_what_cannot_sign_profiles_is_refused_in_words(parts: list[bytes], words: str) -> None:
    assert words in why(parts)


def test_a_file_that_takes_too_long_to_open_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says itself how often its password is hashed; the other process is ended then."""
    monkeypatch.setattr(opening, "SECONDS", 0.01)
    assert why([LEAF.pem, LEAF.key_pem()]) == "It takes too long to open: export it anew with usual settings."


def test_one_file_is_opened_at_a_time() -> None:
    with opening._one_at_a_time:
        assert why([LEAF.pem, LEAF.key_pem()]) == "Another file is being opened right now: try again."
    assert read(LEAF.pem, LEAF.key_pem())


def test_what_no_library_here_reads_is_refused_too(tmp_path: Path) -> None:
    odd = openssl("ecparam", "-name", "sect163k1", "-genkey", "-noout")
    assert why([LEAF.pem, odd]) in (
        opening.UNREADABLE,
        "There is no private key in the PEM text, or its password is wrong.",
    )


def test_a_key_for_pss_only_is_refused(tmp_path: Path) -> None:
    openssl(
        "req", "-x509", "-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-nodes", "-subj", "/CN=pss",
        "-keyout", tmp_path / "key.pem", "-out", tmp_path / "pss.pem",
    )  # fmt: skip
    with pytest.raises(BadIdentity, match="RSASSA-PSS"):
        read_identity(
            (tmp_path / "pss.pem").read_bytes() + (tmp_path / "key.pem").read_bytes(),
            None,
            now=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1),
        )


def test_a_signing_certificate_that_may_sign_is_taken() -> None:
    signs = Party("signs", MIDDLE, may_sign=True)
    assert read(signs.pem, MIDDLE.pem, signs.key_pem()).chain[0] == signs.certificate


def test_verified_is_what_ends_at_a_root_that_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {ROOT.name.public_bytes(): [ROOT.certificate]}
    monkeypatch.setattr(identity, "_public_roots", lambda: known)
    impostor = Party("Middle", Party("Root"))

    assert shows_verified([LEAF.certificate, MIDDLE.certificate], now=NOW)
    assert not shows_verified([LEAF.certificate], now=NOW)  # the intermediate is missing
    assert not shows_verified([LEAF.certificate, MIDDLE.certificate], now=NOW + 400 * DAY)
    assert not shows_verified([LEAF.certificate, impostor.certificate], now=NOW)
    assert not shows_verified([impostor.certificate], now=NOW)
    assert not shows_verified([OTHER.certificate], now=NOW)


def test_the_roots_that_everybody_knows_are_there() -> None:
    names = {
        name for roots in identity._public_roots().values() for name in [roots[0].subject.rfc4514_string()]
    }

    assert len(names) > 80 and any("ISRG Root X1" in each for each in names)
