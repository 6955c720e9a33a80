"""The steps that a mail names are the screens that whoever follows its link then sees, in their order."""

import re
from collections.abc import Mapping

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.invitation_sending import send
from enrollment.models import Invitation
from enrollment.outbox.worker import drain
from sites_config.models import Privilege
from tests import people
from tests.identity.conftest import MakeServer
from tests.identity.district import district, rule
from tests.invitations.conftest import smtp
from tests.invitations.test_mail import part
from tests.servers.slapd import SUFFIX
from tests.servers.smtp import SmtpServer
from tests.visitor import Visitor

__all__ = ["smtp"]
pytestmark = pytest.mark.django_db(transaction=True)
GRETA = {"username": "greta", "password": "greta's password"}
PERHAPS = " (Not everybody is asked this.)"
NAMED = {
    "You log in with your account.": "log-in",
    "You say who will use the device, or that it is for nobody in particular.": "assign",
    "You choose where the device belongs.": "site",
    "You read and accept the terms of use.": "agreement",
    "The device downloads a certificate. Tap Allow, then install it in Settings.": "ca-certificate",
    "The device downloads a profile. Tap Allow.": "mdm-profile",
    "In Settings, tap Profile Downloaded, then Install.": "install",
    "Return to Safari: the page says that enrollment is complete.": "complete",
}


def named(smtp: SmtpServer, row: Invitation) -> list[str]:
    """By the mail, in text and in HTML alike; those that not everybody sees with a question mark."""
    send([row], actor=None, now=timezone.now())
    drain()
    listed = [line[2:] for line in part(smtp.mails[-1], "plain").splitlines() if line.startswith("- ")]
    html = re.sub(r"</?bdi>", "", part(smtp.mails[-1], "html"))
    assert re.findall(r"<li>(.*?)</li>", html) == listed
    return [NAMED[step.removesuffix(PERHAPS)] + "?" * step.endswith(PERHAPS) for step in listed]


def seen(token: str, answers: Mapping[str, str]) -> list[str]:
    """The screens of somebody who begins, and the last, which needs a device."""
    visitor, screens = Visitor(), []
    visitor.start(token)
    for _screen in range(12):
        page = visitor.see(f"{visitor.own}/")
        slug = page.path.removeprefix(f"{visitor.own}/").strip("/")
        if slug == "install":
            break
        screens.append(slug)
        visitor.answer(page, answers)
    return [*screens, "install", "complete"]


def test_without_anything_special(alpha: Site, smtp: SmtpServer) -> None:
    row, token = people.invite(alpha, email="ana@school.example")

    assert named(smtp, row) == seen(token, {}) == ["mdm-profile", "install", "complete"]


def test_nobody_is_named_and_the_school_is_a_choice(alpha: Site, smtp: SmtpServer) -> None:
    for name in ("North School", "South School"):
        people.new_site(name, parent=alpha, ready=False)
    people.publish(alpha)
    row, token = people.invite(
        alpha, email="ana@school.example", assigned_user_name="", ask_for_agreement=True
    )

    assert named(smtp, row) == seen(token, {"user_name": ""})
    assert named(smtp, row)[:3] == ["assign", "site", "agreement"]


def test_a_directory_person_reads_the_agreement_unasked(
    alpha: Site, connect: MakeServer, smtp: SmtpServer
) -> None:
    connect(alpha)
    people.publish(alpha)
    row, token = people.invite(alpha, email="greta@northwind.example", login_required=True)

    assert named(smtp, row) == seen(token, GRETA)
    assert named(smtp, row) == ["log-in", "agreement", "mdm-profile", "install", "complete"]


def test_the_certificate_comes_before_the_profile(alpha: Site, smtp: SmtpServer) -> None:
    people.configure(alpha, skip_ca_certificate=False)
    row, token = people.invite(alpha, email="ana@school.example")

    assert named(smtp, row) == seen(token, {}) == ["ca-certificate", "mdm-profile", "install", "complete"]


def test_staff_where_there_is_no_directory(alpha: Site, smtp: SmtpServer) -> None:
    people.staff("alice", "Alice", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    people.publish(alpha)
    row, token = people.invite(
        alpha, email="alice@school.example", login_required=True, assigned_user_name=""
    )
    alice = {"username": "alice", "password": people.PASSWORD}

    assert named(smtp, row) == ["log-in", "assign?", "mdm-profile", "install", "complete"]
    assert seen(token, alice) == ["log-in", "mdm-profile", "install", "complete"]
    only, token = people.invite(
        alpha,
        email="alice@school.example",
        login_required=True,
        assigned_user_name="",
        only_user_name="alice",
    )
    assert named(smtp, only) == seen(token, alice)


def test_what_depends_on_the_school_and_the_group_is_told_as_such(
    alpha: Site, connect: MakeServer, smtp: SmtpServer
) -> None:
    connect(alpha, group_base=f"ou=groups,{SUFFIX}")
    schools = district(alpha)
    rule(alpha, "teachers", schools.north)
    rule(alpha, "choir (100%)", schools.south)
    people.publish(schools.north)
    row, token = people.invite(alpha, email="greta@northwind.example", login_required=True)

    told = named(smtp, row)

    assert told == ["log-in", "site?", "agreement?", "mdm-profile", "install", "complete"]
    certain = [each for each in told if not each.endswith("?")]
    possible = [each.removesuffix("?") for each in told]
    screens = seen(token, GRETA)
    assert [each for each in screens if each in certain] == certain
    assert [each for each in possible if each in screens] == screens, "none that was not named"
