"""The mail server, and Alpha with somebody who administers it."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from pytest_django.fixtures import Settings

from sites_config.environment import mail_server
from sites_config.models import Privilege, User
from tests import people
from tests.admin.world import logged_in
from tests.moved_clock import clock
from tests.servers.smtp import SmtpServer

__all__ = ["clock"]


@pytest.fixture
def smtp(settings: Settings) -> Iterator[SmtpServer]:
    server = SmtpServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_SERVER = mail_server(server.url)
    settings.DEFAULT_FROM_EMAIL = "Gatehouse <gatehouse@school.example>"
    yield server
    server.stop()


@pytest.fixture
def anna(alpha: Site) -> User:
    privileges = (Privilege.ADMINISTER_SITE, Privilege.SEE_INVITATION_LINKS)
    return people.staff("anna", "Anna Admin", *((alpha, each) for each in privileges), is_staff=True)


@pytest.fixture
def as_anna(anna: User, alpha: Site) -> Client:
    return logged_in(anna, alpha)
