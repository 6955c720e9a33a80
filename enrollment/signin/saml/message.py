"""A SAML message as it may be shaped at all, looked at before pysaml2 and xmlsec1 see it.

Stricter than SAML, as real providers are: what is refused here is what wrapping and entity attacks are made of.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

LONGEST = 1024 * 1024  # bytes of XML
DEEPEST, MOST_ELEMENTS = 60, 2500  # a thousand groups, and what else there may be
MOST_CODES, LONGEST_SHOWN = 3, 80
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"
# RSA and ECDSA with SHA-2; never HMAC, whose key would be a certificate that everybody has, and never SHA-1.
_SIGNING = re.compile(r"http://www\.w3\.org/2001/04/xmldsig-more#(rsa|ecdsa)-sha(256|384|512)")
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}
_DECLARATION = re.compile(r"""\s*<\?xml version=["']1\.0["']( encoding=["'][Uu][Tt][Ff]-8["'])?\s*\?>""")


STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


class BadMessage(Exception):
    """The text says what is wrong, and nothing of the content."""


class NotSuccessful(Exception):
    """The provider says that it logged in nobody; the text is its status (SAML Core, 3.2.2.2)."""


def decoded(form_value: str) -> str:
    """The XML of a POST binding (SAML Bindings, 3.5.4): base64 and no compression. Raises BadMessage."""
    if len(form_value) > LONGEST * 4 // 3 + LONGEST // 16:
        raise BadMessage("too long")
    try:
        content = base64.b64decode("".join(form_value.split()), validate=True)
        text = content.decode("utf-8")
    except (binascii.Error, ValueError):
        raise BadMessage("not base64 of UTF-8") from None
    if len(content) > LONGEST:
        raise BadMessage("too long")
    return text


def check_response(xml: str) -> None:
    """One assertion, in clear or encrypted, where it belongs. Raises BadMessage, NotSuccessful."""
    root = parsed(xml)
    if root.tag != f"{PROTOCOL}Response":
        raise BadMessage("not a Response")
    elements = list(_elements(root))
    _check_ids(elements)
    _check_algorithms(elements)
    _check_status(root)
    _check_assertion(root, elements)


def _check_status(root: Element) -> None:
    """Nobody vouches for a failure, and nobody has to: it only ends this way."""
    code = root.find(f"{PROTOCOL}Status/{PROTOCOL}StatusCode")
    if code is None or code.get("Value") != f"{STATUS}Success":
        codes = islice(root.iterfind(f"{PROTOCOL}Status//{PROTOCOL}StatusCode"), MOST_CODES)
        raise NotSuccessful(" ".join(shown(each.get("Value", "").removeprefix(STATUS)) for each in codes))


def _check_assertion(root: Element, elements: list[Element]) -> None:
    if any(each.tag == f"{SAML}Advice" for each in elements):
        raise BadMessage("Advice, which may hold further assertions")
    # By their local names: another namespace would be somebody's try to hide one.
    inside = [each for each in elements if _local(each) in ("Assertion", "EncryptedAssertion", "Response")]
    direct = [each for each in root if each.tag in (f"{SAML}Assertion", f"{SAML}EncryptedAssertion")]
    allowed = {id(root), *map(id, direct)}
    if len(direct) != 1 or any(id(each) not in allowed for each in inside):
        raise BadMessage("not exactly one assertion")
    encrypted = [each for each in elements if _local(each) == "EncryptedData"]
    wrapped = list(direct[0]) if _local(direct[0]) == "EncryptedAssertion" else []
    if len(encrypted) > 1 or any(each not in wrapped for each in encrypted):
        raise BadMessage("something else encrypted than the assertion")


def parsed(xml: str) -> Element:
    """Raises BadMessage."""
    body = _DECLARATION.sub("", xml, count=1) if _DECLARATION.match(xml) else xml
    if "<!" in body or "<?" in body:
        # A comment splits a name for some readers and not for others; the signature does not cover it.
        raise BadMessage("a document type, comment, CDATA section or processing instruction")
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise BadMessage("not well-formed XML") from None
    return root


def _elements(root: Element) -> Iterator[Element]:
    """Every element; without recursion, because the depth is the sender's choice."""
    waiting, seen = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_ELEMENTS:
            raise BadMessage("too deep, or too many elements")
        yield element
        waiting.extend((child, depth + 1) for child in element)


def _check_ids(elements: list[Element]) -> None:
    """xmlsec1 and pysaml2 must find the same element by an ID."""
    found = [
        value
        for element in elements
        for name, value in element.attrib.items()
        if name.rpartition("}")[2].lower() == "id"
    ]
    if len(found) != len(set(found)):
        raise BadMessage("the same ID twice")


def _check_algorithms(elements: list[Element]) -> None:
    for element in elements:
        algorithm = element.get("Algorithm", "")
        if element.tag == f"{SIGNATURE}SignatureMethod" and not _SIGNING.fullmatch(algorithm):
            raise BadMessage(f"signed by {shown(algorithm)}")
        in_reference = element.tag == f"{SIGNATURE}Reference"
        for method in element.iter(f"{SIGNATURE}DigestMethod") if in_reference else ():
            if method.get("Algorithm") not in _DIGESTS:
                raise BadMessage(f"digest by {shown(method.get('Algorithm', ''))}")


def shown(value: str) -> str:
    """Words of the sender for the log: short, and on the same line."""
    return "".join(each if each.isprintable() else "?" for each in value[:LONGEST_SHOWN])


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
