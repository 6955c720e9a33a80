"""A copy of a site: all it configures itself, and nothing of what happened there."""

import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.test import Client

from enrollment.models import (
    Authority,
    CloudIdentityProvider,
    DirectoryServer,
    Event,
    EventKind,
    Invitation,
    SamlIdentityProvider,
)
from sites_config.models import Privilege, SiteConfiguration, SiteLogo, User
from sites_config.secrets import decrypt
from tests import people
from tests.admin.world import logged_in
from tests.settings_code.commands import export
from tests.settings_code.district import SECRETS

SAME = ("identifier", "name", "organization_name", "own_entity_id", "GATEHOUSE_SECRET", "# ", "metadata")


def clone(*arguments: str, **options: object) -> Site:
    call_command("clone_site", *arguments, stdout=io.StringIO(), **options)
    return Site.objects.get(name=arguments[1])


def settings_of(site: Site) -> list[str]:
    """What two sites may have in common, line by line."""
    lines = export(site.domain).splitlines()
    return [line for line in lines if not any(word in line for word in SAME)]


def test_a_school_like_another_one(school: Site) -> None:
    people.invite(school)

    copy = clone("North School", "South School")

    assert (copy.name, copy.domain) == ("South School", "south-school")
    before, after = export("north-school"), export("south-school")
    assert "Nordschule" in before and "Nordschule" not in after
    assert [line for line in settings_of(school) if line not in settings_of(copy)] == [
        "    de: Nordschule",
        "staff:",
        "  vera:",
        "    - view-site",
    ]
    assert copy.configuration.parent == school.configuration.parent
    assert copy.configuration.profile_namespace != school.configuration.profile_namespace
    assert SiteConfiguration.for_site(copy).organization_name == "South School"
    assert not copy.addresses.exists() and not Invitation.objects.filter(site=copy).exists()
    assert not copy.privileges.exists() and not Authority.objects.filter(site=copy).exists()
    assert copy.agreements.get().version == 1


def test_a_district_like_another_one_with_its_secrets(district: Site) -> None:
    copy = clone("northwind.example", "Eastwind District", host="EAST.example", with_staff=True)

    assert copy.domain == "east.example"
    assert list(copy.addresses.values_list("host", flat=True)) == ["east.example"]
    server = DirectoryServer.objects.get(site=copy, name="Main LDAP")
    cloud = CloudIdentityProvider.objects.get(site=copy)
    assert decrypt(server.bind_password_encrypted).decode() == SECRETS["bind_password"]
    assert decrypt(cloud.service_account_encrypted).decode() == SECRETS["service_account"]
    campus = SamlIdentityProvider.objects.get(site=copy, name="Northwind Campus")
    original = SamlIdentityProvider.objects.get(site=district, name="Northwind Campus")
    assert campus.metadata_xml == original.metadata_xml
    assert campus.metadata_valid_until == original.metadata_valid_until
    assert campus.own_entity_id == f"https://east.example{campus.path}metadata"
    assert campus.keys.get().certificate_pem != original.keys.get().certificate_pem
    assert Authority.objects.get(site=copy).name == "Eastwind District Devices"
    assert copy.privileges.count() == district.privileges.count() == 2


def test_a_picture_stays_as_it_was_made(school: Site) -> None:
    """An earlier release may have drawn it in another way."""
    png = (Path(settings.BASE_DIR) / "fixtures/demo-logo.png").read_bytes()
    sha256 = hashlib.sha256(png).hexdigest()
    SiteLogo.objects.filter(site=school, appearance="light").update(png=png, sha256=sha256)

    copy = clone("North School", "South School")

    assert sorted(copy.logos.values_list("sha256", flat=True)) == sorted(
        school.logos.values_list("sha256", flat=True)
    )


def test_the_rules_of_a_copy_name_no_site_of_the_other_one(school: Site, district: Site) -> None:
    copy = clone("northwind.example", "Eastwind District", host="east.example")

    rules = copy.access_groups.order_by("-everybody")
    assert [list(rule.sites.all()) for rule in rules] == [[], []]
    assert [rule.group_name for rule in rules] == ["", "Grade 7"]
    assert not rules[1].institutional


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (["nowhere", "X"], {}, "No site is called 'nowhere'."),
        (["northwind.example", "X"], {}, "belongs to no site through which people could enter its copy: give a host."),
        (["North School", "North School"], {}, "There is a site with the identifier north-school already."),
        (["North School", ""], {}, "The copy needs a name."),
        (["North School", "X" * 51], {}, "site.name: Ensure this value has at most 50 characters"),
        (["North School", "X"], {"host": "mdm.northwind.example"}, "addresses[1].host: Address with this Host already"),
        (["North School", "X"], {"host": "https://x"}, "Enter a host name only"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_made(
    school: Site, arguments: list[str], options: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError) as told:
        clone(*arguments, **options)

    assert words in str(told.value)
    assert Site.objects.count() == 2 + Site.objects.filter(domain="example.com").count()


@pytest.fixture
def root(db: None) -> User:
    return people.staff("root", "Root", is_staff=True, is_superuser=True)


def press(site: Site) -> str:
    return f"/admin/sites/site/{site.pk}/press/copy/"


def test_a_superuser_copies_it_in_the_administration(school: Site, district: Site, root: User) -> None:
    client = logged_in(root, district, "northwind.example")
    assert "Copy this site" in client.get(f"/admin/sites/site/{school.pk}/change/").content.decode()

    page = client.post(press(school)).content.decode()
    assert "Copy North School" in page and 'name="name"' in page
    answer = client.post(press(school), {"name": "South School", "host": "south.example"}, follow=True)

    copy = Site.objects.get(name="South School")
    assert answer.redirect_chain == [(f"/admin/sites/site/{copy.pk}/change/", 302)]
    assert "South School was made as a copy of North School." in answer.content.decode()
    assert copy.addresses.get().host == "south.example"
    event = Event.objects.get(site=copy, kind=EventKind.SETTINGS_CHANGED)
    assert event.actor == root and event.data["file"] == "copy of North School"
    assert LogEntry.objects.filter(
        user=root, object_id=str(copy.pk), content_type__model="site", action_flag=1
    ).exists()


def test_what_cannot_be_stands_beside_the_form(school: Site, district: Site, root: User) -> None:
    client = logged_in(root, district, "northwind.example")

    answer = client.post(press(school), {"name": "North School"})

    assert answer.status_code == 200
    assert "There is a site with the identifier north-school already." in answer.content.decode()


def test_whoever_administers_a_site_makes_no_others(school: Site, district: Site) -> None:
    anna = people.staff("ann", "Ann", *((district, each) for each in Privilege), is_staff=True)
    client: Client = logged_in(anna, district, "northwind.example")

    assert "Copy this site" not in client.get(f"/admin/sites/site/{school.pk}/change/").content.decode()
    assert client.post(press(school), {"name": "South School"}).status_code == 403
    assert not Site.objects.filter(name="South School").exists()


def test_looking_at_it_makes_none(school: Site, district: Site, root: User) -> None:
    client = logged_in(root, district, "northwind.example")

    assert client.get(press(school)).status_code == 405
    assert client.post(press(school)).status_code == 200
    assert Site.objects.filter(configuration__isnull=False).count() == 2
