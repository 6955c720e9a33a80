"""What SAML messages may be shaped like, before anything checks a signature. Written by hand, so no provider's."""

import base64

import pytest

from enrollment.signin.saml.message import BadMessage, NotSuccessful, check_response, decoded

NAMES = (
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
)
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS = f'<samlp:Status><samlp:StatusCode Value="{STATUS}Success"/></samlp:Status>'
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
DATA = '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/>'
ENCRYPTED = f"<saml:EncryptedAssertion>{DATA}</saml:EncryptedAssertion>"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def signature(method: str = f"{MORE}rsa-sha256", digest: str = SHA256) -> str:
    return (
        f'<ds:Signature><ds:SignedInfo><ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI="#a">'
        f'<ds:DigestMethod Algorithm="{digest}"/></ds:Reference></ds:SignedInfo></ds:Signature>'
    )


def assertion(inside: str = "", number: str = "a") -> str:
    subject = "<saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject>"
    return f'<saml:Assertion ID="{number}">{signature()}{subject}{inside}</saml:Assertion>'


def response(*children: str) -> str:
    return f'<samlp:Response ID="r" {NAMES}>{SUCCESS}{"".join(children)}</samlp:Response>'


@pytest.mark.parametrize(
    "xml",
    [
        response(assertion()),
        '<?xml version="1.0" encoding="UTF-8"?>\n' + response(assertion()),
        response("<saml:EncryptedAssertion><x/></saml:EncryptedAssertion>"),
        response(ENCRYPTED),
    ],
)
def test_one_assertion_where_it_belongs_passes(xml: str) -> None:
    check_response(xml)


@pytest.mark.parametrize(
    "xml",
    [
        response(),
        response(assertion(), assertion(number="b")),
        response(assertion(), "<saml:EncryptedAssertion><x/></saml:EncryptedAssertion>"),
        response(f"<samlp:Extensions>{assertion(number='b')}</samlp:Extensions>", assertion()),
        response(f"<x>{assertion()}</x>"),
        response(f"<saml:EncryptedAssertion>{assertion()}</saml:EncryptedAssertion>"),
        response(ENCRYPTED.replace(DATA, DATA * 2)),
        response(ENCRYPTED.replace(DATA, f"<x>{DATA}</x>")),
        response(DATA, assertion()),
        response(assertion(f"<saml:EncryptedID>{DATA}</saml:EncryptedID>")),
        response(assertion(f"<ds:Object>{assertion(number='b')}</ds:Object>")),
        response(assertion("<samlp:Response>" + assertion(number="b") + "</samlp:Response>")),
        response(assertion('<Assertion xmlns="urn:example" ID="b"/>')),
        response(f"<saml:EncryptedAssertion>{assertion()}{assertion(number='b')}</saml:EncryptedAssertion>"),
        response(assertion("<saml:Advice/>")),
        response(assertion(), "<saml:Assertion/>"),
        f"<x {NAMES}>{response(assertion())}</x>",
    ],
)
def test_an_assertion_elsewhere_or_a_second_one_is_refused(xml: str) -> None:
    with pytest.raises(BadMessage):
        check_response(xml)


@pytest.mark.parametrize("spelling", ["ID", "Id", "id", "xml:id"])
def test_an_id_names_one_element(spelling: str) -> None:
    with pytest.raises(BadMessage, match="twice"):
        check_response(response(assertion(f'<x {spelling}="r"/>')))


@pytest.mark.parametrize(
    "name", ["ada<!-- -->.evil", "<![CDATA[ada]]>", "ada<?x y?>", '<?xml version="1.0"?>ada']
)
def test_a_name_is_one_text_for_every_reader(name: str) -> None:
    with pytest.raises(BadMessage):
        check_response(response(assertion()).replace(">ada<", f">{name}<"))


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE x [<!ENTITY a "ada">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0" encoding="cp037"?>',
        '<?xml version="1.0" encoding="UTF-16"?>',
    ],
)
def test_no_document_type_and_no_other_encoding(before: str) -> None:
    with pytest.raises(BadMessage):
        check_response(before + response(assertion()))


def test_an_entity_bomb_is_refused() -> None:
    lines = "".join('<!ENTITY e{} "{}">'.format(n, f"&e{n - 1};" * 10) for n in range(1, 12))
    with pytest.raises(BadMessage):
        check_response(f'<!DOCTYPE x [<!ENTITY e0 "x">{lines}]>' + response(assertion("&e11;")))


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", SHA256),
        ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", SHA256),
        (f"{MORE}hmac-sha256", SHA256),
        ("", SHA256),
        (f"{MORE}rsa-sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
    ],
)
def test_only_signatures_that_hold(method: str, digest: str) -> None:
    with pytest.raises(BadMessage):
        check_response(response(assertion().replace(signature(), signature(method, digest))))


@pytest.mark.parametrize("xml", ["<", "", "<a>" * 9, response(assertion("<x>" * 100 + "</x>" * 100)), "\0"])
def test_what_is_no_message_is_refused(xml: str) -> None:
    with pytest.raises(BadMessage):
        check_response(xml)


def test_base64_with_line_breaks_is_read_and_nothing_longer_than_the_limit() -> None:
    assert decoded(base64.encodebytes(b"<x>" * 50).decode()) == "<x>" * 50
    for bad in ("not base64!", base64.b64encode(b"\xff\xfe").decode(), "PHg+" * 400_000, "PHg+" * 349_600):
        with pytest.raises(BadMessage):
            decoded(bad)


def test_words_of_the_sender_stay_on_one_short_line_of_the_log() -> None:
    forged = "x&#10;2026-01-01 00:00:00 INFO gatehouse.signin somebody was logged in"
    code = f'<samlp:StatusCode Value="{forged}"/>'
    failed = response().replace(SUCCESS, f"<samlp:Status>{code * 1000}</samlp:Status>")
    weak = response(assertion().replace(signature(), signature(forged)))
    digest = response(assertion().replace(signature(), signature(digest=forged)))
    for xml in (failed, weak, digest):
        with pytest.raises((NotSuccessful, BadMessage)) as caught:
            check_response(xml)
        assert str(caught.value).isprintable() and len(str(caught.value)) < 300


def test_a_failure_is_told_from_an_answer() -> None:
    denied = f'<samlp:StatusCode Value="{STATUS}Responder"><samlp:StatusCode Value="{STATUS}AuthnFailed"/>'
    with pytest.raises(NotSuccessful, match="Responder AuthnFailed"):
        check_response(
            response().replace(SUCCESS, f"<samlp:Status>{denied}</samlp:StatusCode></samlp:Status>")
        )
    with pytest.raises(NotSuccessful):
        check_response(response(assertion()).replace(SUCCESS, ""))


def test_a_thousand_groups_fit_and_no_much_longer_answer() -> None:
    """What comes behind takes a second for each two thousand elements."""
    values = "<saml:AttributeValue>g</saml:AttributeValue>"
    check_response(response(assertion(f"<saml:Attribute>{values * 1000}</saml:Attribute>")))
    with pytest.raises(BadMessage, match="too many elements"):
        check_response(response(assertion(f"<saml:Attribute>{values * 2500}</saml:Attribute>")))
