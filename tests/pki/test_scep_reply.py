"""CertRep, opened by openssl, which shares no code with us."""

import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from enrollment.pki import scep
from enrollment.pki.authority import Authority, issue_device_certificate
from enrollment.pki.ciphers import new_key, unwrap_key
from enrollment.pki.keys import new_rsa_key
from enrollment.pki.scep import BadRequest, Request, certificate_reply, failure_reply, read_request

from .certificates import NOW
from .der import printable
from .openssl import attributes, certificates, decrypted_content, openssl, structure, verified_content
from .senders import CIPHER, RSA_ENCRYPTION, SCEP, ScepClient, algorithm

RSAES_OAEP = "1.2.840.113549.1.1.7"

MESSAGE_TYPE, PKI_STATUS, FAIL_INFO, SENDER_NONCE, RECIPIENT_NONCE, TRANSACTION_ID = (
    SCEP + str(number) for number in range(2, 8)
)


@pytest.fixture(scope="module")
def certificate_der(authority: Authority, device_key: RSAPrivateKey) -> bytes:
    return issue_device_certificate(
        authority,
        public_key=device_key.public_key(),
        serial=4711,
        common_name="8F2K4M",
        organization="Northwind School",
        not_before=NOW,
        not_after=NOW + timedelta(days=1095),
    )


@pytest.fixture(scope="module")
def request_(scep_client: ScepClient, authority: Authority) -> Request:
    return read_request(scep_client.request(), authority=authority)


def envelope_of(reply: bytes, authority: Authority, folder: Path) -> bytes:
    root_pem = authority.certificate.public_bytes(Encoding.PEM)
    return verified_content(reply, root_pem=root_pem, at=NOW, folder=folder)


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize(
    ("cipher", "replied"),
    [("aes128", "aes128"), ("aes256", "aes128"), ("3des", "3des"), ("des", "des")],
)
def test_the_device_gets_its_certificate_in_the_way_it_asked(
    scep_client: ScepClient,
    authority: Authority,
    certificate_der: bytes,
    signer_pem: bytes,
    tmp_path: Path,
    *,
    cipher: str,
    replied: str,
    digest: str,
) -> None:
    message = replace(scep_client, cipher=cipher, digest=digest, ber=cipher != "des").request()
    request = read_request(message, authority=authority)
    reply = certificate_reply(request, authority=authority, certificate_der=certificate_der)
    assert any(line.endswith(f":{digest}") for line in structure(reply, folder=tmp_path)[:8])
    envelope = envelope_of(reply, authority, tmp_path)
    assert CIPHER_NAME[replied] in "".join(structure(envelope, folder=tmp_path))
    signer_certificate = scep_client.signer.public_bytes(Encoding.PEM)
    content = decrypted_content(
        envelope, certificate_pem=signer_certificate, key_pem=signer_pem, folder=tmp_path
    )
    assert certificates(content, folder=tmp_path) == [certificate_der]


CIPHER_NAME = {"aes128": ":aes-128-cbc", "3des": ":des-ede3-cbc", "des": ":des-cbc"}


@pytest.fixture(scope="session")
def signer_pem(signer_key: RSAPrivateKey) -> bytes:
    return signer_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_the_certificate_comes_in_a_message_without_signers(
    request_: Request,
    scep_client: ScepClient,
    authority: Authority,
    certificate_der: bytes,
    signer_pem: bytes,
    tmp_path: Path,
) -> None:
    """Apple's client refuses a certs-only message that has one."""
    reply = certificate_reply(request_, authority=authority, certificate_der=certificate_der)
    content = decrypted_content(
        envelope_of(reply, authority, tmp_path),
        certificate_pem=scep_client.signer.public_bytes(Encoding.PEM),
        key_pem=signer_pem,
        folder=tmp_path,
    )
    lines = structure(content, folder=tmp_path)
    assert lines[1].endswith(":pkcs7-signedData")
    assert lines[-1] == "3 cons: SET"  # signerInfos, with nothing in it


def test_success_says_so_and_repeats_the_transaction(
    request_: Request, authority: Authority, certificate_der: bytes, tmp_path: Path
) -> None:
    reply = certificate_reply(request_, authority=authority, certificate_der=certificate_der)
    said = attributes(reply, folder=tmp_path)
    assert said[MESSAGE_TYPE] == "PRINTABLESTRING :3"
    assert said[PKI_STATUS] == "PRINTABLESTRING :0"
    assert said[TRANSACTION_ID] == f"PRINTABLESTRING :{request_.transaction_id.decode()}"
    assert said[RECIPIENT_NONCE] == f"OCTET STRING :{request_.sender_nonce.decode()}"
    assert FAIL_INFO not in said


def test_a_reply_carries_the_authoritys_certificate_and_a_nonce_of_its_own(
    request_: Request, authority: Authority, certificate_der: bytes, tmp_path: Path
) -> None:
    replies = [
        certificate_reply(request_, authority=authority, certificate_der=certificate_der) for _ in range(2)
    ]
    for reply in replies:
        own = authority.certificate.public_bytes(Encoding.DER)
        assert certificates(reply, folder=tmp_path) == [own]
    assert len({attributes(reply, folder=tmp_path)[SENDER_NONCE] for reply in replies}) == 2


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_failure_says_so_without_content(
    scep_client: ScepClient, authority: Authority, digest: str, tmp_path: Path
) -> None:
    message = replace(scep_client, digest=digest, challenge=None).request()
    with pytest.raises(BadRequest) as caught:
        read_request(message, authority=authority)
    reply = caught.value.failure(authority)
    said = attributes(reply, folder=tmp_path)
    assert said[MESSAGE_TYPE] == "PRINTABLESTRING :3"
    assert said[PKI_STATUS] == "PRINTABLESTRING :2"
    assert said[FAIL_INFO] == "PRINTABLESTRING :2"
    assert said[TRANSACTION_ID] == f"PRINTABLESTRING :{scep_client.transaction_id.decode()}"
    assert said[RECIPIENT_NONCE] == f"OCTET STRING :{scep_client.sender_nonce.decode()}"
    verify_without_content(reply, authority, tmp_path)


def verify_without_content(reply: bytes, authority: Authority, folder: Path) -> None:
    """openssl asks for the content beside a message that has none; it is empty."""
    (folder / "reply.der").write_bytes(reply)
    (folder / "root.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (folder / "nothing").write_bytes(b"")
    openssl(
        *("cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "reply.der"),
        *("-content", folder / "nothing", "-attime", str(int(NOW.timestamp()))),
        *("-CAfile", folder / "root.pem", "-purpose", "any"),
    )


def test_a_challenge_refused_by_the_caller_reads_like_any_other_failure(
    request_: Request, authority: Authority, fixed_nonce: None
) -> None:
    transaction = scep.Transaction(request_.transaction_id, request_.sender_nonce, request_.digest)
    assert failure_reply(request_, authority=authority) == BadRequest("reason", transaction).failure(
        authority
    )


@pytest.fixture
def fixed_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    """The senderNonce is all that differs between two equal answers."""
    monkeypatch.setattr(scep, "secrets", SimpleNamespace(token_bytes=bytes))


def test_r20_every_failure_behind_the_envelope_gets_the_same_answer(
    scep_client: ScepClient, authority: Authority, foreign_authority: Authority, fixed_nonce: None
) -> None:
    """Nobody may learn whether the RSA padding, the block padding, the CSR or the challenge was at fault."""
    client, csr = scep_client, scep_client.csr()
    identifier, *_ = CIPHER["aes128"]
    weak = replace(client, key=new_rsa_key(1024))
    envelopes = {
        "no RSA padding": client.envelope(csr, wrapped=secrets.token_bytes(384)),
        "RSA number too large": client.envelope(csr, wrapped=b"\xff" * 384),
        "RSA number too short": client.envelope(csr, wrapped=b"x"),
        "no key": client.envelope(csr, wrapped=b""),
        "key of another size": client.envelope(csr, wrapped=client.wrap(b"x" * 17)),
        "key of size nothing": client.envelope(csr, wrapped=client.wrap(b"")),
        "another key": client.envelope(csr, wrapped=client.wrap(b"x" * 16)),
        "for another authority": replace(client, authority=foreign_authority.certificate).envelope(csr),
        "half a block": client.enveloped(identifier, bytes(16), bytes(17), client.wrap(bytes(16))),
        "no block": client.enveloped(identifier, bytes(16), b"", client.wrap(bytes(16))),
        "no block padding": client.enveloped(identifier, bytes(16), bytes(64), client.wrap(bytes(16))),
        "short IV": client.enveloped(identifier, bytes(8), bytes(64), client.wrap(bytes(16))),
        "unknown cipher": client.enveloped("1.2.3.4", bytes(8), bytes(64), client.wrap(bytes(16))),
        "two recipients": client.enveloped(identifier, bytes(16), bytes(64), client.wrap(bytes(16)), 2),
        "key wrapped in another way": client.envelope(csr).replace(
            algorithm(RSA_ENCRYPTION), algorithm(RSAES_OAEP)
        ),
        "not a CSR": client.envelope(b"not a CSR"),
        "no CSR": client.envelope(b""),
        "bytes behind the CSR": client.envelope(csr + b"\x00"),
        "no challenge": client.envelope(replace(client, challenge=None).csr()),
        "wrong kind of challenge": client.envelope(replace(client, challenge=b"\x01\x01\xff").csr()),
        "another's key": client.envelope(client.csr(signing_key=client.signer_key)),
        "weak key": client.envelope(weak.csr()),
        "empty challenge": client.envelope(replace(client, challenge=printable(b"")).csr()),
    }
    answers = {}
    for name, envelope in envelopes.items():
        with pytest.raises(BadRequest) as caught:
            read_request(client.message(envelope), authority=authority)
        answers[name] = caught.value.failure(authority)
    assert len(set(answers.values())) == 1, answers.keys()


@pytest.mark.parametrize("cipher", CIPHER)
def test_r20_a_key_that_can_not_be_unwrapped_is_replaced_by_a_random_one(
    scep_client: ScepClient, authority: Authority, cipher: str
) -> None:
    """So that decryption goes on and fails as it does with any wrong key."""
    size = len(new_key(cipher))
    bad = [b"\xff" * 384, b"", b"x", scep_client.wrap(b""), scep_client.wrap(b"x" * 40)]
    keys = [unwrap_key(each, cipher=cipher, private_key=authority.key) for each in bad * 2]
    assert {len(key) for key in keys} == {size}
    assert len(set(keys)) == len(keys)
    no_padding = unwrap_key(bytes(383) + b"x", cipher=cipher, private_key=authority.key)
    assert len(no_padding) == size
    good = new_key(cipher)
    assert unwrap_key(scep_client.wrap(good), cipher=cipher, private_key=authority.key) == good


def test_r21_renewal_is_not_offered() -> None:
    assert scep.CAPABILITIES == b"POSTPKIOperation\nSHA-256\nSHA-512\nSHA-1\nAES\nDES3\nSCEPStandard"
