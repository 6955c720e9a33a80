"""The message that an invited person gets, through a real SMTP server."""

import re
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.invitation_sending import remind, send
from enrollment.actions.invitations import revoke, token_of
from enrollment.actions.pins import sealed
from enrollment.models import Delivery, DeliveryState, Invitation
from enrollment.outbox.worker import drain
from sites_config.models import MessageText
from tests import people
from tests.servers.smtp import SmtpServer
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
ANA = "ana@school.example"


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def mailed(smtp: SmtpServer, row: Invitation) -> EmailMessage:
    send([row], actor=None, now=timezone.now())
    drain()
    return smtp.mails[-1]


def test_it_says_what_will_happen_and_where_the_link_is(alpha: Site, smtp: SmtpServer) -> None:
    people.configure(alpha, time_zone="America/New_York")
    ends = datetime(2031, 5, 4, 12, 30, tzinfo=ZoneInfo("UTC"))
    row, token = people.invite(
        alpha, email=ANA, assigned_full_name="Ana Alvarez", login_required=True, expires_at=ends
    )

    mail = mailed(smtp, row)

    link, text = f"https://alpha.test/i/{token}", part(mail, "plain")
    assert mail["Subject"] == "Enroll your device with Alpha School"
    assert mail["From"] == "Alpha School <gatehouse@school.example>" and mail["To"] == ANA
    assert mail["Reply-To"] == "it@alpha.example" and mail["Auto-Submitted"] == "auto-generated"
    assert text.splitlines().count(link) == 1 and "Hello Ana Alvarez," in text
    assert "May 4, 2031, 8:30 a.m." in text and "Alpha School IT desk" in text
    assert "You log in with your account." in text and "Profile Downloaded" in text
    assert set(re.findall(r'href="([^"]+)"', part(mail, "html"))) == {
        link, "mailto:it@alpha.example", "tel:+1 555 0100",
    }  # fmt: skip


def test_its_code_travels_with_it_and_nothing_is_fetched(alpha: Site, smtp: SmtpServer) -> None:
    row, _token = people.invite(alpha, email=ANA)

    mail = mailed(smtp, row)

    assert mail.get_content_type() == "multipart/related"
    (image,) = [each for each in mail.walk() if each.get_content_maintype() == "image"]
    assert image["Content-ID"] == "<code>" and image.get_content()[:4] == b"\x89PNG"
    assert re.findall(r'src="([^"]+)"', part(mail, "html")) == ["cid:code"]


def test_it_speaks_the_invitations_language_and_the_sites_words(alpha: Site, smtp: SmtpServer) -> None:
    MessageText.objects.create(site=alpha, key="mail.hello", text_ar="أهلًا من ألفا")
    row, _token = people.invite(alpha, email=ANA, language="ar")

    mail = mailed(smtp, row)

    assert mail["Content-Language"] == "ar" and '<html lang="ar" dir="rtl">' in part(mail, "html")
    assert "أهلًا من ألفا" in part(mail, "plain")


def test_neither_pin_nor_a_second_line_gets_into_a_header(alpha: Site, smtp: SmtpServer) -> None:
    people.configure(alpha, organization_name="Alpha\r\nBcc: eve@evil.example")
    MessageText.objects.create(site=alpha, key="mail.subject", text_en="Come\r\nBcc: eve@evil.example")
    row, _token = people.invite(alpha, email=ANA, pin_encrypted=sealed("471100"))

    mail = mailed(smtp, row)

    assert mail["Bcc"] is None and mail["Subject"] == "Come Bcc: eve@evil.example"
    assert "471100" not in mail.as_string() and "asked for a PIN" in part(mail, "plain")


def test_markup_in_a_name_stays_text(alpha: Site, smtp: SmtpServer) -> None:
    row, _token = people.invite(alpha, email=ANA, assigned_full_name='<img src="https://evil.example/x">')

    html = part(mailed(smtp, row), "html")

    assert '<img src="https://evil' not in html and "&lt;img" in html


def test_a_reminder_goes_to_those_who_have_not_begun(alpha: Site, smtp: SmtpServer) -> None:
    row, token = people.invite(alpha, email=ANA)
    begun, _token = people.invite(alpha, email="bo@school.example", max_uses=2)
    for each in (row, begun):
        mailed(smtp, each)
    Invitation.objects.filter(pk=begun.pk).update(uses_held=1)

    assert remind([row, begun], actor=None, now=timezone.now()).number == 1
    drain()

    assert [mail["To"] for mail in smtp.mails] == [ANA, "bo@school.example", ANA]
    assert smtp.mails[-1]["Subject"].startswith("Reminder:") and token in part(smtp.mails[-1], "plain")


def test_another_address_gets_another_link(alpha: Site, smtp: SmtpServer) -> None:
    row, token = people.invite(alpha, email="wrong@school.example")
    mailed(smtp, row)
    Invitation.objects.update(email=ANA)
    row.refresh_from_db()

    mail = mailed(smtp, row)

    row.refresh_from_db()
    assert mail["To"] == ANA and token not in part(mail, "plain") and token_of(row) in part(mail, "plain")
    mail = mailed(smtp, row)
    assert token_of(row) in part(mail, "plain"), "the same address keeps its link"


def test_what_was_revoked_before_it_left_stays(alpha: Site, smtp: SmtpServer) -> None:
    row, _token = people.invite(alpha, email=ANA)
    send([row], actor=None, now=timezone.now())
    revoke(row, actor=None, now=timezone.now())

    drain()

    assert smtp.mails == [] and Delivery.objects.get().state == DeliveryState.CANCELLED


def test_nobody_is_reminded_of_what_they_did_while_the_reminder_waited(alpha: Site, smtp: SmtpServer) -> None:
    row, token = people.invite(alpha, email=ANA, max_uses=None)
    send([row], actor=None, now=timezone.now())
    drain()
    remind([row], actor=None, now=timezone.now())
    Visitor().start(token)
    drain()

    reminder = Delivery.objects.latest("pk")
    assert len(smtp.mails) == 1 and reminder.state == "failed" and "Somebody began" in reminder.error


def test_a_link_without_a_use_left_is_not_sent(alpha: Site, smtp: SmtpServer) -> None:
    row, _token = people.invite(alpha, email=ANA)
    send([row], actor=None, now=timezone.now())
    Invitation.objects.update(uses_spent=1)
    drain()

    assert smtp.mails == [] and "used up" in Delivery.objects.get().error
