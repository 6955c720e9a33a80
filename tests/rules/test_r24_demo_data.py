"""R24: what belongs to the demonstration is worthless in an installation that real people use."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from enrollment.management.commands.demo import _arguments
from enrollment.management.demo_address import listener
from enrollment.models import Enrollment, Invitation
from sites_config.models import Privilege, User
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_user(alpha: Site) -> User:
    privilege = (alpha, Privilege.ENROLL_MOBILE_DEVICES)
    return people.staff("demo", "Dana Demo", privilege, is_demo=True, is_staff=True, is_superuser=True)


@pytest.mark.parametrize("command", ["load_demo", "demo", "waiting_profile"])
def test_r24_the_commands_of_the_demonstration_refuse(alpha: Site, command: str) -> None:
    with pytest.raises(CommandError, match="emonstration"):
        call_command(command)

    assert Site.objects.filter(name="Northwind School").count() == 0
    assert not User.objects.filter(is_demo=True).exists() and not Invitation.objects.exists()


def test_r24_a_demo_account_does_not_enroll(demo_user: User) -> None:
    answer = Visitor().log_in("demo")

    assert answer.status_code == 200 and "not right" in answer.content.decode()
    assert not Enrollment.objects.exists()


def test_r24_a_demo_account_does_not_administer(demo_user: User) -> None:
    desk = Visitor(agent="Desktop")
    desk.post("/accounts/login/", {"login": "demo", "password": people.PASSWORD})

    assert desk.get("/admin/").status_code == 302


def test_r24_a_session_from_the_demonstration_is_nobodys(demo_user: User, settings: Settings) -> None:
    desk = Visitor(agent="Desktop")
    settings.DEMO = True
    desk.log_in_to_admin("demo")
    assert desk.get("/admin/").status_code == 200
    settings.DEMO = False

    answer = desk.get("/admin/")

    assert answer.status_code == 302
    assert isinstance(answer.wsgi_request.user, AnonymousUser)  # type: ignore[attr-defined]


def test_r24_a_demo_invitation_is_unknown(alpha: Site) -> None:
    _row, token = people.invite(alpha, is_demo=True, max_uses=None)
    visitor = Visitor()

    assert visitor.see(f"/i/{token}").status == 404
    visitor.get("/enroll/")
    assert visitor.post(f"/i/{token}").status_code == 404
    assert not Enrollment.objects.exists()


def test_r24_the_demonstration_listens_on_the_loopback_alone() -> None:
    with listener("", 0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        arguments = _arguments("", listening.fileno())
        assert arguments[arguments.index("--bind") + 1] == f"fd://{listening.fileno()}"
