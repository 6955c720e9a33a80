"""The doctor and the mail server: greeted as configured, and given no mail."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from tests.live import TestAuthority
from tests.operators.consulted import consulted
from tests.operators.mail_double import PASSWORD, MailDouble
from tests.servers.postgres import free_port

pytestmark = pytest.mark.django_db
NOWHERE = "http://alpha.test"


@pytest.fixture
def mail(tls: TestAuthority, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailDouble]:
    """Configured as GATEHOUSE_MAIL_URL=smtp+tls://gatehouse:…@localhost:PORT would."""
    double = MailDouble(tls)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", double.port
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = True, 1
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "gatehouse", PASSWORD
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.root_file))  # as a machine that knows the authority
    yield double
    double.stop()


def test_the_mail_server_is_greeted_with_tls_and_given_no_mail(alpha: Site, mail: MailDouble) -> None:
    said = consulted(NOWHERE).of("mail")

    assert said["state"] == "ok", said
    assert said["text"] == f"localhost:{mail.port} answers, with TLS, and lets us log in"
    assert mail.said == ["EHLO", "STARTTLS", "TLS", "EHLO", "AUTH", "EHLO", "QUIT"]


def test_a_wrong_password_for_the_mail_server(alpha: Site, mail: MailDouble, settings: Settings) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong-mail-password"

    told = consulted(NOWHERE)

    said = told.of("mail")
    assert told.status == 1 and "535" in said["text"] and "GATEHOUSE_MAIL_URL" in said["todo"]
    assert "wrong-mail-password" not in str(told.rows)


def test_a_mail_server_whose_certificate_nobody_knows(
    alpha: Site, mail: MailDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    assert "CERTIFICATE_VERIFY_FAILED" in consulted(NOWHERE).of("mail")["text"]


def test_a_mail_server_that_is_not_there(alpha: Site, mail: MailDouble, settings: Settings) -> None:
    settings.EMAIL_PORT = free_port()
    assert "Connection refused" in consulted(NOWHERE).of("mail")["text"]

    settings.DEMO = True
    assert consulted(NOWHERE).of("mail")["state"] == "warning", "shown on machines without one"


def test_a_mail_server_that_says_nothing(
    alpha: Site, mail: MailDouble, settings: Settings, silent: str
) -> None:
    settings.EMAIL_PORT = int(silent.rpartition(":")[2])

    assert "timed out" in consulted(NOWHERE).of("mail")["text"]
