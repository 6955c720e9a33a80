"""Answers of a real provider, altered: another signature, other words, a forged assertion beside the signed one."""

import base64
import copy
import re
import zlib
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from enrollment.models import SamlIdentityProvider
from enrollment.signin.saml import response as responses
from tests.identity.at_saml_provider import (
    Answer,
    AtSamlProvider,
    as_usual,
    at_provider,
    register,
    row,
    running,
    send,
)
from tests.identity.saml_answers import (
    NOT_LOGGED_IN,
    answered,
    nobody_is_in,
    what_follows,
    with_xml,
    xml_of,
)
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


# --- signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wants",
    [
        {"saml20.sign.response": False, "saml20.sign.assertion": False},
        {"saml20.sign.assertion": False},
        {"saml20.sign.assertion": False, "assertion.encryption": True},
        {"privatekey": "next.key", "certificate": "next.pem"},
        {"signature.algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"},
    ],
    ids=["unsigned", "response alone", "response alone, encrypted", "another key", "sha-1"],
)
def test_an_assertion_has_to_be_signed_with_a_key_of_the_metadata(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    wants: dict[str, object],
) -> None:
    register(row, running, row.site, wants_signed=False)
    running.wants(**wants)
    visitor = Visitor()
    page = what_follows(visitor, answered(visitor, at_provider, row))

    assert (page.status, page.h1) == (403, NOT_LOGGED_IN)
    assert page.reference.replace("-", "") == visitor.enrollment.reference
    assert nobody_is_in(visitor)


def _replaced(old: str, new: str) -> Callable[[str], str]:
    def alter(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new)

    return alter


@pytest.mark.parametrize(
    "alter",
    [
        _replaced(">ada@northwind.example<", ">alice@northwind.example<"),
        _replaced(">ada@northwind.example<", ">ada@<!-- -->northwind.example<"),
        _replaced(">teachers<", ">heads<"),
        lambda xml: re.sub(r'NotOnOrAfter="[^"]+"', 'NotOnOrAfter="2099-01-01T00:00:00Z"', xml),
        lambda xml: re.sub(r"<ds:Signature .*?</ds:Signature>", "", xml, flags=re.DOTALL),
        lambda xml: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + re.sub(r"^<\?xml[^>]*\?>", "", xml),
        lambda xml: xml[: len(xml) // 2],
        lambda xml: "",
        lambda xml: "\0" * 1000,
        lambda xml: "<a>" * 100_000,
    ],
    ids=["name", "comment", "group", "times", "no signature", "entity", "half", "empty", "NUL", "deep"],
)
def test_whatever_was_changed_on_the_way_logs_in_nobody(
    row: SamlIdentityProvider, at_provider: AtSamlProvider, alter: Callable[[str], str]
) -> None:
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    page = what_follows(visitor, with_xml(answer, alter(xml_of(answer))))

    assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)
    assert send(visitor, answer).status_code == 303, "the right answer still counts"


def test_compressed_and_huge_answers_are_no_answers(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """The POST binding knows no compression; pysaml2 alone would inflate it to whatever length."""
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    bomb = zlib.compress(b"<" * 50_000_000)[2:-4]
    for sent in (base64.b64encode(bomb).decode(), "A" * 2_000_000, "%%%"):
        page = what_follows(visitor, Answer(answer.path, answer.fields | {"SAMLResponse": sent}))
        assert page.h1 == NOT_LOGGED_IN


# --- wrapping: the signed assertion is moved aside, and a forged one takes its place ----------------------------------


def _forged(signed: ElementTree.Element, number: str = "_forged") -> ElementTree.Element:
    forged = copy.deepcopy(signed)
    forged.set("ID", number)
    for signature in forged.findall(f"{DS}Signature"):
        forged.remove(signature)
    for value in forged.iter(f"{SAML}AttributeValue"):
        if value.text == "ada@northwind.example":
            value.text = "alice@northwind.example"
    return forged


def _before(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.insert(list(root).index(signed), _forged(signed))


def _behind(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.append(_forged(signed))


def _around(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    forged = _forged(signed)
    root.remove(signed)
    forged.append(signed)
    root.append(forged)


def _in_signature(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    """The signature goes along into the forged one, with the signed one inside of it as an Object."""
    forged = _forged(signed)
    signature = signed.find(f"{DS}Signature")
    assert signature is not None
    moved = copy.deepcopy(signature)
    ElementTree.SubElement(moved, f"{DS}Object").append(signed)
    forged.insert(1, moved)
    root.remove(signed)
    root.append(forged)


def _in_extensions(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.remove(signed)
    extensions = ElementTree.Element(f"{PROTOCOL}Extensions")
    extensions.append(signed)
    root.insert(1, extensions)
    root.append(_forged(signed))


def _same_number(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    root.insert(list(root).index(signed), _forged(signed, signed.get("ID", "")))


def _in_advice(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    forged = _forged(signed)
    ElementTree.SubElement(forged, f"{SAML}Advice").append(signed)
    root.remove(signed)
    root.append(forged)


def _signature_only(root: ElementTree.Element, signed: ElementTree.Element) -> None:
    """The forged one with the signature of the signed one, which is nowhere."""
    forged = _forged(signed)
    signature = signed.find(f"{DS}Signature")
    assert signature is not None
    forged.insert(1, signature)
    root.remove(signed)
    root.append(forged)


WRAPPINGS = [
    _before, _behind, _around, _in_signature, _in_extensions, _same_number, _in_advice, _signature_only,
]  # fmt: skip


@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize("looked_at", [True, False])
def test_a_forged_assertion_beside_the_signed_one_logs_in_nobody(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    monkeypatch: pytest.MonkeyPatch,
    wrap: Callable[[ElementTree.Element, ElementTree.Element], None],
    looked_at: bool,
) -> None:
    """Also behind our own look at the shape: it is not the only thing that stands in the way."""
    if not looked_at:
        monkeypatch.setattr(responses, "check_response", lambda xml: None)
    running.wants(**{"saml20.sign.response": False})
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    root = ElementTree.fromstring(xml_of(answer))  # noqa: S314  # of our own provider
    signed = root.find(f"{SAML}Assertion")
    assert signed is not None
    wrap(root, signed)
    page = what_follows(visitor, with_xml(answer, ElementTree.tostring(root, encoding="unicode")))

    assert page.h1 == NOT_LOGGED_IN and nobody_is_in(visitor)
