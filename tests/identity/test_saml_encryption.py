"""Encryption proves nothing: whoever knows our certificate encrypts for us whatever they like."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from enrollment.models import SamlIdentityProvider, SamlKey
from tests.identity.at_saml_provider import Answer, AtSamlProvider, as_usual, at_provider, row, running
from tests.identity.saml_answers import (
    NOT_LOGGED_IN,
    answered,
    nobody_is_in,
    what_follows,
    with_xml,
    xml_of,
)
from tests.identity.saml_encryption import (
    CBC_128,
    ELEMENT,
    GCM_128,
    OAEP,
    OAEP_MGF1P,
    TRIPLE_DES,
    VERSION_1_5,
    encrypted_data,
)
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db
ASSERTION = re.compile(r"<saml:Assertion .*</saml:Assertion>", re.DOTALL)
SIGNATURE = re.compile(r"<ds:Signature .*?</ds:Signature>", re.DOTALL)


@pytest.fixture
def own(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> tuple[Visitor, Answer]:
    """An answer for somebody who may log in; the response around it is not signed."""
    running.wants(**{"saml20.sign.response": False})
    visitor = Visitor()
    return visitor, answered(visitor, at_provider, row)


def assertion_of(xml: str) -> str:
    found = ASSERTION.search(xml)
    assert found is not None
    return found[0]


def encrypted(xml: str, data: str) -> str:
    return ASSERTION.sub(lambda found: wrapped(data), xml)


def wrapped(data: str) -> str:
    return f"<saml:EncryptedAssertion>{data}</saml:EncryptedAssertion>"


def forged(xml: str) -> str:
    assert "Ada Ångström" in xml
    return xml.replace("ada@northwind.example", "head@northwind.example").replace("Ada Ångström", "The Head")


@pytest.mark.parametrize("kind", [ELEMENT, ""], ids=["element", "no type"])
@pytest.mark.parametrize(
    ("cipher", "wrap"), [(CBC_128, OAEP_MGF1P), (GCM_128, OAEP_MGF1P), (GCM_128, OAEP), (CBC_128, OAEP)]
)
def test_what_the_provider_signed_is_taken_however_it_is_encrypted(
    own: tuple[Visitor, Answer], cipher: str, wrap: str, kind: str
) -> None:
    visitor, answer = own
    xml, key = xml_of(answer), SamlKey.objects.get()
    data = encrypted_data(key, assertion_of(xml), kind=kind, cipher=cipher, wrap=wrap)
    what_follows(visitor, with_xml(answer, encrypted(xml, data)))

    assert visitor.enrollment.signed_in_name == "Ada Ångström"


@pytest.mark.parametrize(("cipher", "wrap"), [(TRIPLE_DES, OAEP_MGF1P), (CBC_128, VERSION_1_5)])
def test_weak_encryption_is_refused(own: tuple[Visitor, Answer], cipher: str, wrap: str) -> None:
    """Of some of them the errors tell the key, bit by bit."""
    visitor, answer = own
    xml, key = xml_of(answer), SamlKey.objects.get()
    data = encrypted_data(key, assertion_of(xml)).replace(CBC_128, cipher).replace(OAEP_MGF1P, wrap)
    page = what_follows(visitor, with_xml(answer, encrypted(xml, data)))

    assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)


def test_what_is_encrypted_must_be_signed_inside(own: tuple[Visitor, Answer]) -> None:
    visitor, answer = own
    xml, key = xml_of(answer), SamlKey.objects.get()
    signed = assertion_of(xml)
    for each in (
        SIGNATURE.sub("", signed),
        forged(signed),
        signed + signed,
        signed + forged(signed).replace(' ID="', ' ID="_2'),
        wrapped(encrypted_data(key, signed)),
        f"{signed}</saml:EncryptedAssertion><saml:EncryptedAssertion>",
        signed.replace("<saml:Issuer>", "<!-- --><saml:Issuer>"),
        "",
        "nothing",
        "\udcff",
    ):
        page = what_follows(visitor, with_xml(answer, encrypted(xml, encrypted_data(key, each))))
        assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)


def test_what_is_encrypted_within_what_is_encrypted_logs_in_nobody(own: tuple[Visitor, Answer]) -> None:
    """pysaml2 looks at signatures after its first round of decryption and not after the second: without a type the
    content takes the place of the whole message, and an unsigned assertion leads it to the second round."""
    visitor, answer = own
    xml, key = xml_of(answer), SamlKey.objects.get()
    last = encrypted_data(key, encrypted(xml, forged(assertion_of(xml))), kind="")
    advice = f"<saml:Advice>{wrapped(last)}</saml:Advice>"
    unsigned = SIGNATURE.sub("", assertion_of(xml)).replace(
        "<saml:AuthnStatement", f"{advice}<saml:AuthnStatement"
    )
    first = encrypted_data(key, encrypted(xml, unsigned), kind="")
    page = what_follows(visitor, with_xml(answer, encrypted(xml, first)))

    assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)


def test_no_address_in_a_message_is_followed(own: tuple[Visitor, Answer]) -> None:
    """xmlsec1 would ask other servers, and read /dev/zero for as long as there is memory."""
    visitor, answer = own
    xml, key = xml_of(answer), SamlKey.objects.get()
    with listening() as (url, asked):
        for address in (url, "/dev/zero", "file:///etc/hostname"):
            reference = f'<xenc:CipherReference URI="{address}"/>'
            data = encrypted_data(key, "", ciphertext=reference)
            page = what_follows(visitor, with_xml(answer, encrypted(xml, data)))
            assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)

    assert asked == []


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
