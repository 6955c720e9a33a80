"""SCEP at its real address: every client, every cipher, and what those are answered who get nothing."""

from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.contrib.sites.models import Site
from django.http import HttpResponseBase

from enrollment.models import Authority, Certificate, Status
from tests.device.keys import pooled_key
from tests.device.phones import Phone, Phones
from tests.device.pki_messages import Asker
from tests.phone import ber
from tests.phone.csr import CsrStyle
from tests.phone.scep import GET_MESSAGES, ScepStyle, temporary_signer
from tests.phone.scep_reply import ScepFailure


def get(phone: Phone, query: str) -> HttpResponseBase:
    path = urlsplit(str(phone._installing.identity_payload["PayloadContent"]["URL"])).path
    return phone.wire.ask("GET", f"{path}?{query}")


def content_of(answer: HttpResponseBase) -> bytes:
    return bytes(getattr(answer, "content", b""))


def refused(asker: Asker, content: bytes | None = None) -> None:
    """A signed FAILURE with nonces and badRequest, and nothing else changed."""
    with pytest.raises(ScepFailure) as caught:
        asker.ask(content)
    assert caught.value.fail_info == "2"
    assert asker.phone.enrollment.status == Status.PROFILE_ISSUED
    assert not Certificate.objects.exists()


def test_r21_the_capabilities_are_these_bytes(phones: Phones) -> None:
    """No Renewal, until it is built."""
    answer = get(phones.with_profile(), "operation=GetCACaps&message=anything")
    assert answer.headers["Content-Type"] == "text/plain"
    assert content_of(answer) == b"POSTPKIOperation\nSHA-256\nSHA-512\nSHA-1\nAES\nDES3\nSCEPStandard"


def test_the_authority_comes_as_one_der_certificate(phones: Phones, alpha: Site) -> None:
    answer = get(phones.with_profile(), "operation=GetCACert")
    assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert content_of(answer) == bytes(Authority.objects.get(site=alpha).certificate_der)
    assert x509.load_der_x509_certificate(content_of(answer))


@pytest.mark.parametrize("encoding", [ber.BER, ber.DER], ids=["BER", "DER"])
@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("cipher", ["des", "3des", "aes128", "aes256"])
def test_every_cipher_and_digest_gets_a_certificate(
    phones: Phones, cipher: str, digest: str, encoding: ber.Encoding
) -> None:
    phone = phones.with_profile()
    phone.scep_style = ScepStyle(cipher=cipher, digest=digest, encoding=encoding)
    phone.obtain_certificate()
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


@pytest.mark.parametrize("method", ["POST", *GET_MESSAGES])
def test_the_message_comes_by_post_or_in_the_address(phones: Phones, method: str) -> None:
    phone = phones.with_profile()
    phone.scep_style = ScepStyle(method=method)
    phone.obtain_certificate()
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


@pytest.mark.parametrize(
    "content_type",
    [
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_the_content_type_of_a_message_decides_nothing(phones: Phones, content_type: str) -> None:
    phone = phones.with_profile()
    phone.scep_style = ScepStyle(content_type=content_type)
    phone.obtain_certificate()
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


@pytest.mark.parametrize(
    "style",
    [CsrStyle(version=2), CsrStyle(sorted_attributes=False), CsrStyle(challenge_as_utf8=True)],
    ids=["version 2", "unsorted", "UTF8String"],
)
def test_certification_requests_are_read_as_macos_and_go_write_them(phones: Phones, style: CsrStyle) -> None:
    phone = phones.with_profile()
    phone.scep_style = ScepStyle(csr=style)
    phone.obtain_certificate()
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


def test_a_key_of_1024_bits_gets_nothing(phones: Phones) -> None:
    phone = phones.with_profile()
    good = temporary_signer(pooled_key(0), phone.clock())
    refused(Asker(phone, key=pooled_key(0, 1024), signer=good))


def test_a_signer_of_1024_bits_is_outside_the_protocol(phones: Phones) -> None:
    asker = Asker(phones.with_profile(), key=pooled_key(0, 1024))
    assert asker.post(asker.message())[0] == 400


def test_the_names_in_the_request_are_not_those_in_the_certificate(phones: Phones) -> None:
    phone = phones.with_profile()
    subject = x509.load_der_x509_certificate(Asker(phone).ask()).subject
    assert subject.rfc4514_string() == f"CN={phone.enrollment.reference},O=Alpha School"


def test_the_certificate_is_for_a_client_and_for_nothing_else(phones: Phones) -> None:
    certificate = x509.load_der_x509_certificate(Asker(phones.with_profile()).ask())
    extensions = certificate.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usages = list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    assert usages == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert certificate.serial_number.bit_length() > 128


@pytest.mark.parametrize("message_type", ["3", "17", "18", "20", "21", "22", "99", "019"])
def test_r20_no_other_message_type_is_served(phones: Phones, message_type: str) -> None:
    refused(Asker(phones.with_profile(), message_type=message_type))


def test_r20_what_is_no_envelope_gets_the_same_failure(phones: Phones) -> None:
    asker = Asker(phones.with_profile())
    for content in (b"", b"plain text", asker.envelope()[:-40], asker.message()):
        refused(asker, content)


def test_outside_the_protocol_there_is_only_bad_request(phones: Phones) -> None:
    asker = Asker(phones.with_profile())
    good = asker.message()
    for message in (b"", b"\x30\x00", good[:-1], good + b"\x00", good.replace(b"anything", b"nothing!")[:-9]):
        assert asker.post(message)[0] == 400


@pytest.mark.parametrize(
    "query", ["", "operation=", "operation=GetCert", "operation=getcacaps", "operation=%00"]
)
def test_an_unknown_operation_is_a_bad_request(phones: Phones, query: str) -> None:
    assert get(phones.with_profile(), query).status_code == 400


@pytest.mark.parametrize("message", ["", "!", "MIIB", "%00", "%FF", "A" * 7000])
def test_a_get_message_that_is_none_is_a_bad_request(phones: Phones, message: str) -> None:
    assert get(phones.with_profile(), f"operation=PKIOperation&message={message}").status_code == 400


@pytest.mark.parametrize("authority", ["", "0" * 16, "x", "%00", "%FF", "..", "a/b"])
def test_an_unknown_authority_is_not_found(phones: Phones, authority: str) -> None:
    assert phones.wire.ask("GET", f"/scep/{authority}?operation=GetCACert").status_code == 404


def test_r21_a_certificate_of_ours_renews_nothing(phones: Phones) -> None:
    """Signed by the current certificate of an enrolled device, without a challenge: refused until it is built."""
    phone = phones.enrolled()
    before = phone.certificate
    for message_type in ("17", "19"):
        for challenge in ("", phone.challenge):
            asker = Asker(phone, signer=phone.identity, message_type=message_type, challenge=challenge)
            with pytest.raises(ScepFailure):
                asker.ask()
    assert phone.certificate == before
    assert phone.enrollment.status == Status.ENROLLED
