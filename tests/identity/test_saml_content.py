"""What a provider signs may still be wrong: each part that has to be there, missing or another.

The assertions are the real provider's, changed and signed once more with its own key.
"""

import base64
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from enrollment.models import Identity, SamlIdentityProvider
from enrollment.signin.saml import xmlsec
from tests.identity.at_provider import press
from tests.identity.at_saml_provider import (
    Answer,
    AtSamlProvider,
    as_usual,
    at_provider,
    row,
    running,
    send,
)
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor, as_page

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"
LONG = "Å" * 500


def signed_again(
    answer: Answer, running: IdentityProvider, edit: Callable[[str], str], folder: Path
) -> Answer:
    """``edit`` gets the assertion without what stands before it; the response itself is not signed."""
    xml = base64.b64decode(answer.fields["SAMLResponse"]).decode()
    before, found, assertion = xml.partition("<saml:Assertion ")
    file = folder / "changed.xml"
    file.write_text(before + edit(found + assertion))
    key = str(running.folder / "first.key")
    command = ["xmlsec1", "--sign", "--privkey-pem", key, "--id-attr:ID", ASSERTION, str(file)]
    signed = subprocess.run(command, check=True, capture_output=True).stdout
    return Answer(answer.path, answer.fields | {"SAMLResponse": base64.b64encode(signed).decode()})


def without(pattern: str) -> Callable[[str], str]:
    return instead(pattern, "")


def instead(pattern: str, other: str, count: int = 0) -> Callable[[str], str]:
    def edit(xml: str) -> str:
        changed, times = re.subn(pattern, other, xml, count=count, flags=re.DOTALL)
        assert times, f"{pattern} is not in {xml}"
        return changed

    return edit


def _answer(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> tuple[Visitor, Answer]:
    running.wants(**{"saml20.sign.response": False})
    visitor = Visitor()
    return visitor, at_provider.log_in(press(visitor, f"saml-{row.pk}"))


CONDITIONS = r"<saml:Conditions .*?</saml:Conditions>"
RESTRICTION = r"<saml:AudienceRestriction>.*?</saml:AudienceRestriction>"
CONFIRMATION = r"<saml:SubjectConfirmation .*?</saml:SubjectConfirmation>"
STATEMENT = r"<saml:AuthnStatement .*?</saml:AuthnStatement>"
BEARER = r"urn:oasis:names:tc:SAML:2\.0:cm:bearer"
WRONG = {
    "no conditions": without(CONDITIONS),
    "no audience restriction": without(RESTRICTION),
    "another audience": instead(r"(<saml:Audience>)[^<]+", r"\1https://another.example/"),
    "a second restriction": instead(
        RESTRICTION,
        r"\g<0><saml:AudienceRestriction><saml:Audience>https://another.example/</saml:Audience>"
        "</saml:AudienceRestriction>",
    ),
    "conditions without an end": without(r'(?<=<saml:Conditions )(.*?) NotOnOrAfter="[^"]+"(?=>)'),
    "another recipient": instead(r'Recipient="[^"]+"', 'Recipient="https://another.example/acs"'),
    "our name as recipient": instead(r'Recipient="([^"]+)acs"', r'Recipient="\1metadata"'),
    "no recipient": without(r' Recipient="[^"]+"'),
    "another request": instead(r'InResponseTo="[^"]+"', 'InResponseTo="id-another"'),
    "no request": without(r' InResponseTo="[^"]+"'),
    "not yet": instead(r"(<saml:SubjectConfirmationData )", r'\1NotBefore="2026-01-01T00:00:00Z" '),
    "no confirmation": without(CONFIRMATION),
    "two confirmations": instead(CONFIRMATION, r"\g<0>\g<0>"),
    "somebody vouches": instead(BEARER, "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
    "holder of a key": instead(BEARER, "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    "no end of the confirmation": without(r'(?<=<saml:SubjectConfirmationData) NotOnOrAfter="[^"]+"'),
    "no log-in": without(STATEMENT),
    "two log-ins": instead(STATEMENT, r"\g<0>\g<0>"),
    "another issuer": instead(r"(<saml:Issuer>)[^<]+", r"\1https://another.example/"),
    "an older version": instead(r' Version="2\.0"', ' Version="1.1"'),
    "a time that is none": instead(r'AuthnInstant="[^"]+"', 'AuthnInstant="yesterday"'),
    "long ago": instead(r'AuthnInstant="[^"]+"', 'AuthnInstant="2020-01-01T00:00:00Z"'),
    "nobody": instead(r"(<saml:NameID [^>]*>)[^<]+", r"\1"),
    "a name without end": instead(r"(<saml:NameID [^>]*>)[^<]+", rf"\1{LONG}"),
    "advice": instead(r"</saml:AttributeStatement>", r"\g<0><saml:Advice/>"),
}


def test_what_is_only_signed_again_is_taken(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider, tmp_path: Path
) -> None:
    """Or the other stories here would show nothing."""
    visitor, answer = _answer(row, running, at_provider)
    sent = send(visitor, signed_again(answer, running, lambda xml: xml, tmp_path))

    assert visitor.get(sent.headers["Location"]).status_code == 303
    assert visitor.enrollment.signed_in_name == "Ada Ångström"


@pytest.mark.parametrize("edit", WRONG.values(), ids=WRONG)
def test_a_part_that_is_missing_or_another_logs_in_nobody(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    tmp_path: Path,
    edit: Callable[[str], str],
) -> None:
    visitor, answer = _answer(row, running, at_provider)
    sent = send(visitor, signed_again(answer, running, edit, tmp_path))
    page = as_page(visitor.get(sent.headers["Location"]))

    assert page.status == 403 and page.reference
    assert page.h1 in ("You could not be logged in", "This log-in is no longer valid")
    assert visitor.enrollment.signed_in_with == "" and not Identity.objects.exists()


def test_long_and_strange_names_are_kept_as_far_as_there_is_room(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider, tmp_path: Path
) -> None:
    """Names that would mean something in other places: LDAP filters, HTML, spreadsheets, right to left."""
    visitor, answer = _answer(row, running, at_provider)
    strange = "=cmd|' /C calc'!A0 &lt;svg onload=alert(1)&gt; *)(uid=* \u202e {{7*7}} " + LONG
    edit = instead(r"Ada Ångström", strange.replace("\\", r"\\"))
    sent = send(visitor, signed_again(answer, running, edit, tmp_path))
    assert visitor.get(sent.headers["Location"]).status_code == 303

    name = visitor.enrollment.signed_in_name
    assert len(name) == 150 and name.startswith("=cmd|' /C calc'!A0 <svg onload=alert(1)>")
    page = visitor.get(visitor.see(f"{visitor.own}/").path).content.decode()
    assert "<svg onload" not in page


def test_a_program_that_hangs_or_is_missing_is_a_page_and_nothing_is_lost(
    row: SamlIdentityProvider,
    running: IdentityProvider,
    at_provider: AtSamlProvider,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A double of xmlsec1 that never ends."""
    visitor, answer = _answer(row, running, at_provider)
    hanging = tmp_path / "xmlsec1"
    hanging.write_text('#!/bin/sh\n[ "$1" = --version ] && exec xmlsec1 --version\nexec sleep 60\n')
    hanging.chmod(0o700)
    monkeypatch.setattr(xmlsec, "LONGEST_RUN", 0.5)
    with monkeypatch.context() as patched:
        for program in (str(hanging), "/nowhere/xmlsec1"):
            patched.setattr(xmlsec.XmlSec, "__init__", _init(program))
            sent = send(visitor, answer)
            assert as_page(visitor.get(sent.headers["Location"])).h1 == "You could not be logged in"

    assert visitor.get(send(visitor, answer).headers["Location"]).status_code == 303


def _init(program: str) -> Callable[..., None]:
    def init(self: xmlsec.XmlSec, *_given: object) -> None:
        self.xmlsec, self.delete_tmpfiles = program, True

    return init
