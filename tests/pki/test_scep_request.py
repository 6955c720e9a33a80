"""PKCSReq: what Alice's iPhone asks for, and what is asked by those who should not get it."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from enrollment.pki.authority import Authority
from enrollment.pki.cms import read_certification_request, read_enveloped, read_signed
from enrollment.pki.errors import PkiError
from enrollment.pki.keys import new_rsa_key
from enrollment.pki.scep import BadRequest, Request, read_request

from .certificates import certificate_for
from .der import attribute, octets, printable, sequence, tlv, utf8
from .senders import CHALLENGE_PASSWORD, SCEP, ScepClient, usual_attributes


def refused(message: bytes, authority: Authority) -> str:
    """The reason, for the log, of a refusal that the protocol can express."""
    with pytest.raises(BadRequest) as caught:
        read_request(message, authority=authority)
    return caught.value.reason


def outside(message: bytes, authority: Authority) -> str:
    """The reason of a refusal that no CertRep can express."""
    with pytest.raises(PkiError) as caught:
        read_request(message, authority=authority)
    assert not isinstance(caught.value, BadRequest)
    return caught.value.reason


def test_a_request_says_who_asks_for_what(
    scep_client: ScepClient, authority: Authority, device_key: RSAPrivateKey
) -> None:
    assert read_request(scep_client.request(), authority=authority) == Request(
        transaction_id=b"0123456789ABCDEF0123456789ABCDEF01234567",
        sender_nonce=b"sixteen bytes...",
        digest="sha256",
        message_type=19,
        public_key=device_key.public_key(),
        challenge="correct horse",
        signer_certificate_der=scep_client.signer.public_bytes(Encoding.DER),
        cipher="aes128",
    )


@pytest.mark.parametrize("ber", [False, True], ids=["DER", "BER"])
@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("cipher", ["aes128", "aes256", "3des", "des"])
def test_old_and_new_clients_are_understood(
    scep_client: ScepClient, authority: Authority, cipher: str, digest: str, ber: bool
) -> None:
    client = replace(scep_client, cipher=cipher, digest=digest, ber=ber)
    request = read_request(client.request(), authority=authority)
    assert (request.cipher, request.digest, request.challenge) == (cipher, digest, "correct horse")


def test_the_request_that_a_mac_sent_in_2016_is_read(
    captured_request: bytes, captured_authority: Authority
) -> None:
    message = read_signed(captured_request)
    assert message.content is not None
    message.verify(x509.load_der_x509_certificate(message.signer_certificate).public_key(), message.content)
    envelope = read_enveloped(message.content)
    csr = read_certification_request(envelope.open(captured_authority.key))
    public_key = load_der_public_key(csr.public_key_info)
    assert (message.digest, envelope.cipher, csr.digest, csr.challenge) == ("sha1", "3des", "sha1", None)
    assert isinstance(public_key, rsa.RSAPublicKey)
    assert public_key.key_size == 1024


def test_r20_the_key_of_2016_would_not_be_certified_today(
    captured_request: bytes, captured_authority: Authority
) -> None:
    assert refused(captured_request, captured_authority) == "RSA key of 1024 bits"


def test_a_certification_request_of_version_2_is_read(scep_client: ScepClient, authority: Authority) -> None:
    csr = replace(scep_client, csr_version=2).csr()
    with pytest.raises(x509.InvalidVersion):  # the reason for a reader of our own
        x509.load_der_x509_csr(csr)
    assert read_request(scep_client.message(scep_client.envelope(csr)), authority=authority)


def test_a_certification_request_with_unsorted_attributes_is_read(
    scep_client: ScepClient, authority: Authority
) -> None:
    csr = replace(scep_client, csr_unsorted=True).csr()
    with pytest.raises(ValueError):  # the reason for a reader of our own
        list(x509.load_der_x509_csr(csr).attributes)
    assert read_request(scep_client.message(scep_client.envelope(csr)), authority=authority)


@pytest.mark.parametrize(
    ("value", "challenge"),
    [
        (printable(b"correct horse"), "correct horse"),
        (utf8("richtiges Pferd: übermäßig"), "richtiges Pferd: übermäßig"),
        (printable(b"x" * 255), "x" * 255),
    ],
    ids=["PrintableString", "UTF8String", "longest"],
)
def test_the_challenge_comes_in_either_string_type(
    scep_client: ScepClient, authority: Authority, value: bytes, challenge: str
) -> None:
    message = replace(scep_client, challenge=value).request()
    assert read_request(message, authority=authority).challenge == challenge


@pytest.mark.parametrize(
    "value",
    [None, printable(b""), printable(b"x" * 256), octets(b"secret"), tlv(0x0C, b"\xff\xfe")],
    ids=["missing", "empty", "too long", "of another type", "not UTF-8"],
)
def test_a_challenge_that_can_not_be_one_is_refused(
    scep_client: ScepClient, authority: Authority, value: bytes | None
) -> None:
    refused(replace(scep_client, challenge=value).request(), authority)


def test_two_challenges_are_refused(scep_client: ScepClient, authority: Authority) -> None:
    two = tuple(attribute(CHALLENGE_PASSWORD, printable(word)) for word in (b"right", b"wrong"))
    csr = scep_client.csr(attributes=two)
    assert refused(scep_client.message(scep_client.envelope(csr)), authority) == "attribute twice"


def test_the_challenge_appears_in_no_log(scep_client: ScepClient, authority: Authority) -> None:
    request = read_request(scep_client.request(), authority=authority)
    csr = read_certification_request(scep_client.csr())
    assert csr.challenge == "correct horse"
    assert "horse" not in repr(request) + repr(csr)


# --- what is asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [number for number in range(256) if number != 19])
def test_r20_of_256_message_types_only_19_is_accepted(
    scep_client: ScepClient, authority: Authority, number: int
) -> None:
    """CVE-2026-30836: another server asked no challenge of the types that it did not know."""
    message = replace(scep_client, message_type=str(number).encode()).request()
    assert refused(message, authority) == "messageType is not PKCSReq"


@pytest.mark.parametrize(
    "text", [b"", b"019", b" 19", b"19 ", b"+19", b"19\x00", b"1_9", b"19.0", b"0x13", b"\xff"]
)
def test_r20_what_only_resembles_19_is_refused(
    scep_client: ScepClient, authority: Authority, text: bytes
) -> None:
    refused(replace(scep_client, message_type=text).request(), authority)


def test_a_message_type_of_another_string_type_is_refused(
    scep_client: ScepClient, authority: Authority
) -> None:
    content = scep_client.envelope(scep_client.csr())
    others = scep_client.scep_attributes()[1:]
    attributes = usual_attributes(content, "sha256", attribute(SCEP + "2", utf8("19")), *others)
    refused(replace(scep_client.signed(content), attributes=attributes).encode(), authority)


def test_a_request_signed_by_another_key_is_refused(
    scep_client: ScepClient, authority: Authority, signer_key: RSAPrivateKey
) -> None:
    """Without proof of possession somebody could have another person's key certified."""
    csr = scep_client.csr(signing_key=signer_key)
    message = scep_client.message(scep_client.envelope(csr))
    assert refused(message, authority) == "signature does not match"


@pytest.mark.parametrize("bits_and_exponent", [(1024, 65537), (2048, 3)])
def test_r20_weak_keys_are_refused_before_any_calculation(
    scep_client: ScepClient, authority: Authority, bits_and_exponent: tuple[int, int]
) -> None:
    bits, exponent = bits_and_exponent
    weak = rsa.generate_private_key(public_exponent=exponent, key_size=bits)
    assert refused(replace(scep_client, key=weak).request(), authority).startswith("RSA key")
    name = scep_client.signer.subject
    signer = certificate_for(weak, issuer_key=weak, issuer=name, subject=name)
    assert outside(replace(scep_client, signer=signer, signer_key=weak).request(), authority).startswith(
        "RSA key"
    )


def test_an_elliptic_curve_key_can_be_certified(scep_client: ScepClient, authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    message = replace(scep_client, key=key).request()
    assert read_request(message, authority=authority).public_key == key.public_key()


def test_a_signer_that_could_not_open_the_reply_is_refused(
    scep_client: ScepClient, authority: Authority
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = scep_client.signer.subject
    signer = certificate_for(key, issuer_key=new_rsa_key(), issuer=name, subject=name)
    signed = replace(scep_client.signed(scep_client.envelope(scep_client.csr())), certificate=signer, key=key)
    assert outside(signed.encode(), authority) == "signer without an RSA key"


# --- outside the protocol -----------------------------------------------------------------------------------


def test_garbage_is_outside_the_protocol(authority: Authority) -> None:
    for message in (b"", b"\x00", b"GET / HTTP/1.1", b"\x30\x00", b"\x30\x80\x00\x00", bytes(4000)):
        outside(message, authority)


def test_a_broken_signature_is_outside_the_protocol(
    scep_client: ScepClient, authority: Authority, device_key: RSAPrivateKey
) -> None:
    signed = scep_client.signed(scep_client.envelope(scep_client.csr()))
    assert outside(replace(signed, key=device_key).encode(), authority) == "signature does not match"
    other = usual_attributes(b"another envelope", "sha256", *scep_client.scep_attributes())
    assert outside(replace(signed, attributes=other).encode(), authority) == "messageDigest does not match"


def test_a_message_without_attributes_or_content_is_outside_the_protocol(
    scep_client: ScepClient, authority: Authority
) -> None:
    signed = scep_client.signed(scep_client.envelope(scep_client.csr()))
    assert outside(replace(signed, attributes=None).encode(), authority) == "no PKIMessage"
    assert outside(replace(signed, attached=False).encode(), authority) == "no PKIMessage"


def test_a_digest_that_we_did_not_offer_is_outside_the_protocol(
    scep_client: ScepClient, authority: Authority
) -> None:
    assert outside(replace(scep_client, digest="sha384").request(), authority) == "no PKIMessage"


@pytest.mark.parametrize(
    "change",
    [
        {"transaction_id": b""},
        {"transaction_id": b"x" * 256},
        {"transaction_id": b"line\nbreak"},
        {"transaction_id": b"\xc3\xa4"},
        {"sender_nonce": b""},
        {"sender_nonce": b"x" * 65},
    ],
    ids=str,
)
def test_what_can_not_be_repeated_in_an_answer_is_outside_the_protocol(
    scep_client: ScepClient, authority: Authority, change: dict[str, bytes]
) -> None:
    outside(replace(scep_client, **change).request(), authority)  # type: ignore[arg-type]


def test_a_nonce_of_eight_bytes_as_old_macs_send_it_will_do(
    scep_client: ScepClient, authority: Authority
) -> None:
    message = replace(scep_client, sender_nonce=b"8 bytes.").request()
    assert read_request(message, authority=authority).sender_nonce == b"8 bytes."


def test_an_envelope_is_no_message_and_a_message_no_envelope(
    scep_client: ScepClient, authority: Authority
) -> None:
    envelope = scep_client.envelope(scep_client.csr())
    assert outside(envelope, authority) == "not signed_data"
    assert refused(scep_client.message(scep_client.message(envelope)), authority) == "not enveloped_data"


def test_what_is_not_in_the_envelope_is_refused(scep_client: ScepClient, authority: Authority) -> None:
    for content in (b"", b"plain text", scep_client.csr(), sequence()):
        refused(scep_client.message(content), authority)
