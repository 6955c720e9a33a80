"""manage.py create_site: from an empty installation to a district with a school and somebody who runs it."""

import re

import pytest
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.utils import timezone

from enrollment.actions.readiness import State, readiness
from enrollment.models import Authority
from sites_config import changes
from sites_config.models import SETS, PrivilegeSet, SiteAddress, SiteConfiguration, SitePrivilege, User
from tests.admin.test_accounts import browser, post
from tests.admin.test_password_links import NEW

pytestmark = pytest.mark.django_db


def run(*arguments: str, capsys: pytest.CaptureFixture[str], **options: str) -> dict[str, str]:
    """What it prints, by the first word of each line."""
    call_command("create_site", *arguments, **options)
    lines = capsys.readouterr().out.splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_a_district_and_a_school(capsys: pytest.CaptureFixture[str]) -> None:
    run("MDM.Example.org", organization="Northwind District", capsys=capsys)
    run(organization="North School", parent="mdm.example.org", capsys=capsys)

    district, school = Site.objects.get(name="Northwind District"), Site.objects.get(name="North School")
    assert SiteConfiguration.for_site(school).lineage == (school.pk, district.pk)
    assert list(SiteAddress.objects.values_list("host", "site")) == [("mdm.example.org", district.pk)]
    assert [row.site for row in Authority.objects.all()] == [district]
    assert not Site.objects.filter(domain="example.com").exists()
    missing = {each.subject for each in readiness(SiteConfiguration.for_site(district), now=timezone.now())
               if each.state == State.MISSING}  # fmt: skip
    assert missing == {"log-in", "topic"}


def test_its_administrator_sets_a_password_and_logs_in(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(
        "mdm.example.org",
        organization="Northwind District",
        admin="dora",
        email="dora@example.org",
        capsys=capsys,
    )

    user = User.objects.get(username="dora")
    held = SitePrivilege.objects.filter(user=user, site__name="Northwind District")
    assert set(held.values_list("privilege", flat=True)) == SETS[PrivilegeSet.ADMINISTRATOR]
    assert user.is_staff and not user.is_superuser
    link = re.match(r"https://mdm\.example\.org(/\S+)", said["password"])
    assert link
    changes.forget()
    client = browser("mdm.example.org")
    assert post(client, link[1], NEW).status_code == 200
    values = {"login": "dora", "password": NEW["new_password1"]}
    assert post(client, "/accounts/login/", values).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_somebody_who_is_there_becomes_its_administrator_and_keeps_their_password(
    capsys: pytest.CaptureFixture[str], bob: User
) -> None:
    before = bob.password

    said = run("mdm.example.org", organization="Northwind", admin="bob", capsys=capsys)

    bob.refresh_from_db()
    assert said["administrator"] == "bob" and "password" not in said
    assert bob.password == before and bob.is_staff


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (["https://mdm.example.org"], {}, "Enter a host name only"),
        (["alpha.test"], {}, "already exists"),
        ([], {}, "Without a HOST it needs a --parent"),
        ([], {"parent": "nowhere"}, "No site is called 'nowhere'"),
        (["mdm.example.org"], {"admin": "no such name!"}, "Enter a valid username"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    alpha: Site, arguments: list[str], options: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(words)):
        call_command("create_site", *arguments, organization="Northwind", **options)

    assert not Site.objects.filter(name="Northwind").exists() and not User.objects.exists()
