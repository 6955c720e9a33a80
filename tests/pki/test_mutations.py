"""Whatever is done to real messages: PkiError, or an answer; never another exception."""

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.pki.authority import Authority
from enrollment.pki.cms import read_certification_request, read_enveloped, read_signed
from enrollment.pki.errors import PkiError
from enrollment.pki.scep import read_request
from enrollment.pki.signature import DeviceSignature

from .certificates import NOW
from .conftest import DATA
from .senders import ScepClient, Signed, apple_signature, simulator_signature

Mutation = Callable[[bytes], bytes]

patient = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    derandomize=True,
    database=None,
)

places = st.floats(min_value=0, max_value=1, exclude_max=True)


def overwrite(place: float, value: bytes) -> Mutation:
    return lambda message: _splice(message, place, len(value), value)


def insert(place: float, value: bytes) -> Mutation:
    return lambda message: _splice(message, place, 0, value)


def remove(place: float, length: int) -> Mutation:
    return lambda message: _splice(message, place, length, b"")


def repeat(place: float, length: int) -> Mutation:
    def mutated(message: bytes) -> bytes:
        at = int(place * len(message))
        return message[: at + length] + message[at:]

    return mutated


def _splice(message: bytes, place: float, length: int, value: bytes) -> bytes:
    at = int(place * len(message))
    return message[:at] + value + message[at + length :]


# Tags, lengths and ends are what makes a parser stumble.
interesting = st.sampled_from(
    [bytes([octet]) for octet in b"\x00\x01\x02\x05\x06\x0c\x30\x31\x7f\x80\x81\x84\xa0\xff"]
)
values = interesting | st.binary(min_size=1, max_size=8)
mutations = st.lists(
    st.builds(overwrite, places, values)
    | st.builds(insert, places, values)
    | st.builds(remove, places, st.integers(1, 40))
    | st.builds(repeat, places, st.integers(1, 400)),
    min_size=1,
    max_size=4,
)


def mutated(message: bytes, changes: list[Mutation]) -> bytes:
    for change in changes:
        message = change(message)
    return message


@patient
@given(
    message=st.binary(max_size=300) | st.builds(bytes.__add__, st.just(b"\x30\x80"), st.binary(max_size=300))
)
def test_noise_is_refused(message: bytes) -> None:
    for read in (read_signed, read_enveloped, read_certification_request):
        with suppress(PkiError):
            read(message)


@patient
@given(changes=mutations)
def test_captured_requests_survive_damage(
    captured_request: bytes, captured_authority: Authority, changes: list[Mutation]
) -> None:
    with suppress(PkiError):
        read_request(mutated(captured_request, changes), authority=captured_authority)


@patient
@given(changes=mutations)
def test_captured_replies_survive_damage(changes: list[Mutation]) -> None:
    with suppress(PkiError):
        read_signed(mutated((DATA / "scep" / "CertRep.der").read_bytes(), changes))


@patient
@given(changes=mutations, ber=st.booleans())
def test_damaged_envelopes_under_a_good_signature_are_refused(
    scep_client: ScepClient, authority: Authority, changes: list[Mutation], ber: bool
) -> None:
    client = replace(scep_client, ber=ber)
    envelope = mutated(client.envelope(client.csr()), changes)
    with suppress(PkiError):
        read_request(client.message(envelope), authority=authority)


@patient
@given(changes=mutations)
def test_damaged_certification_requests_in_a_good_envelope_are_refused(
    scep_client: ScepClient, authority: Authority, changes: list[Mutation]
) -> None:
    envelope = scep_client.envelope(mutated(scep_client.csr(), changes))
    with suppress(PkiError):
        read_request(scep_client.message(envelope), authority=authority)


@patient
@given(changes=mutations, shape=st.sampled_from([apple_signature, simulator_signature]))
def test_damaged_signatures_are_refused(
    device_certificate: x509.Certificate,
    device_key: RSAPrivateKey,
    authority: Authority,
    changes: list[Mutation],
    shape: Callable[[bytes, x509.Certificate, RSAPrivateKey], Signed],
) -> None:
    signed = shape(b"body", device_certificate, device_key).encode()
    with suppress(PkiError):
        signature = read_damaged(mutated(signed, changes))
        signature.verify(b"another body", issuer=authority.certificate, now=NOW)
        raise AssertionError("a signature over one body passed for another")


def read_damaged(message: bytes) -> DeviceSignature:
    return DeviceSignature.parse(base64.b64encode(message).decode())
