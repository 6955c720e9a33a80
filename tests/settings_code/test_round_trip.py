"""What was exported gives the same sites again, on the same installation and on an empty one, to the byte."""

from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.demo.district import load_district
from enrollment.models import Authority, DirectoryServer, SamlIdentityProvider
from sites_config import changes
from sites_config.models import SiteConfiguration, TextRevision
from sites_config.secrets import decrypt
from tests.rules.tables import changed, dump
from tests.settings_code.commands import apply, document, export, stored
from tests.settings_code.district import SECRETS, accounts

BOTH = ("northwind.example", "north-school")


def empty() -> None:
    """As after the first migrate: nothing but Django's example.com."""
    call_command("flush", interactive=False, verbosity=0)
    changes.forget()
    accounts()


@pytest.mark.django_db(transaction=True)
def test_an_empty_installation_becomes_the_same(school: Site, variables: None, tmp_path: Path) -> None:
    before = export(*BOTH)
    namespace = school.configuration.profile_namespace
    empty()

    said = apply(stored(tmp_path, before))

    assert said.status == 0, said.text
    assert export(*BOTH) == before
    child, district = Site.objects.get(domain="north-school"), Site.objects.get(domain="northwind.example")
    assert SiteConfiguration.for_site(child).lineage == (child.pk, district.pk)
    assert child.configuration.profile_namespace != namespace
    assert [row.site for row in Authority.objects.all()] == [district]
    assert not Site.objects.filter(domain="example.com").exists()
    server = DirectoryServer.objects.get(name="Main LDAP")
    assert decrypt(server.bind_password_encrypted).decode() == SECRETS["bind_password"]
    assert all(row.keys.count() == 1 for row in SamlIdentityProvider.objects.all())
    assert "saml_identity_providers[Old Campus]: It could not be read" in said.text


@pytest.mark.django_db(transaction=True)
def test_the_parent_may_stand_behind_its_child_and_in_another_file(
    school: Site, variables: None, tmp_path: Path
) -> None:
    before = export(*BOTH)
    child, parent = (stored(tmp_path, export(name), f"{name}.yaml") for name in reversed(BOTH))
    empty()

    said = apply(child, parent)

    assert said.status == 0, said.text
    assert export(*BOTH) == before


def test_a_second_time_there_is_nothing_to_change(school: Site, variables: None, tmp_path: Path) -> None:
    file = stored(tmp_path, export(*BOTH))
    before = dump()

    for options in ({}, {"prune": True}, {"diff": True}, {"user": "anna"}):
        said = apply(file, **options)
        assert (said.status, said.text) == (0, "nothing to change\n"), options
        assert changed(before, dump()) == {}


def test_a_change_is_made_once(school: Site, variables: None, tmp_path: Path) -> None:
    file = stored(
        tmp_path, export(*BOTH).replace("Europe/Berlin", "Europe/Vienna").replace("Gib acht", "Achtung")
    )

    assert apply(file).last == "3 changed"
    after = dump()
    assert apply(file).last == "nothing to change"
    assert changed(after, dump()) == {}


def test_blanks_around_a_value_are_none_of_it(district: Site, tmp_path: Path) -> None:
    rows = "  - name: ' Library '\n    hosts: |\n      lib.example\n"

    assert apply(stored(tmp_path, document(directory_servers=rows))).last == "nothing to change"


def test_nothing_is_written_by_looking(
    school: Site, variables: None, tmp_path: Path, settings: Settings
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600  # this process hears of nothing but by itself
    file = stored(
        tmp_path,
        export(*BOTH)
        .replace("Europe/Berlin", "Europe/Vienna")
        .replace("Welcome to {organization}.", "Hello."),
    )
    before = dump()

    said = apply(file, diff=True)

    assert said.status == 1
    assert "  settings.time_zone: Europe/Berlin → Europe/Vienna\n" in said.text and "→ Hello." in said.text
    assert changed(before, dump()) == {}
    assert str(SiteConfiguration.for_site(school).time_zone) == "Europe/Berlin"


def test_the_secrets_of_this_installation_can_stay_where_they_are(district: Site, tmp_path: Path) -> None:
    text = export("northwind.example", keep_secrets=True)

    assert (
        text.partition("version:")[2].count("{keep: true}") == len(SECRETS) and "GATEHOUSE_SECRET" not in text
    )
    assert apply(stored(tmp_path, text)).text == "nothing to change\n"


def test_the_demonstration_comes_back_too(tmp_path: Path, db: None) -> None:
    load_district(hosts=("127.0.0.1",), now=timezone.now())
    names = ("northwind", "northwind-high", "northwind-primary")
    file = stored(tmp_path, export(*names, keep_secrets=True))

    assert apply(file, prune=True).text == "nothing to change\n"


def test_texts_are_stored_with_their_history(school: Site, tmp_path: Path) -> None:
    file = stored(
        tmp_path, export("north-school").replace("Welcome to {organization}.", "Hello, {organization}.")
    )

    apply(file, user="anna")

    revision = TextRevision.objects.get()
    assert (revision.key, revision.language, revision.text) == (
        "welcome.lead",
        "en",
        "Hello, {organization}.",
    )
    assert revision.source == "file" and revision.author is not None and revision.author.username == "anna"
