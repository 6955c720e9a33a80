"""What is not in the file: it stays and is named; with --prune it goes, except what has a history."""

from pathlib import Path

from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.models import AccessGroup, CaCertificate, DirectoryServer, Identity, SamlIdentityProvider
from sites_config.agreements import newest_texts
from sites_config.models import Agreement, MessageText, Ownership, SiteAddress, SiteConfiguration, SiteLogo
from tests.rules.tables import changed, dump
from tests.settings_code.commands import apply, document, export, stored

SCHOOL = "  identifier: north-school\n  name: North School\n  parent: northwind.example"
EMPTY = document(
    site=SCHOOL,
    settings="  {}",
    addresses="  []",
    logos="  {}",
    texts="  {}",
    agreements="  {}",
    ca_certificate="  {}",
    access_groups="  []",
    directory_servers="  []",
    saml_identity_providers="  []",
    cloud_identity_providers="  []",
    staff="  {}",
)


def test_what_is_not_in_the_file_stays_and_is_named(school: Site, tmp_path: Path) -> None:
    before = dump()

    said = apply(stored(tmp_path, EMPTY), diff=True)

    assert said.status == 0
    assert [line.strip() for line in said.text.splitlines()[1:-1]] == [
        f"{key} (kept, not in the file)"
        for key in (
            "logos.light",
            "logos.dark",
            "texts.name.organization.de",
            "texts.welcome.lead.en",
            "texts.welcome.lead.ar",
            "agreements.institutional",
            "ca_certificate",
            "access_groups[Visitors]",
            "staff.vera",
        )
    ]
    assert apply(stored(tmp_path, EMPTY)).last == "nothing to change"
    assert changed(before, dump()) == {}


def test_with_prune_it_goes(school: Site, tmp_path: Path) -> None:
    said = apply(stored(tmp_path, EMPTY), prune=True)

    assert said.status == 0, said.text
    row = SiteConfiguration.objects.get(site=school)
    assert (row.organization_name, row.portal_open, row.accent_color) == ("", None, "")
    assert row.parent is not None and row.parent.domain == "northwind.example"
    for model in (SiteLogo, CaCertificate, AccessGroup):
        assert not model.objects.filter(site=school).exists()
    assert not school.privileges.exists()
    assert set(MessageText.objects.filter(site=school).values_list("text_en", "text_ar")) == {(None, None)}
    assert apply(stored(tmp_path, EMPTY), prune=True).last == "nothing to change"


def test_an_agreement_that_people_accepted_stays_and_ends(school: Site, tmp_path: Path) -> None:
    apply(stored(tmp_path, EMPTY), prune=True)

    assert Agreement.objects.filter(site=school).count() == 3
    assert newest_texts(school.pk, Ownership.INSTITUTIONAL) == {}
    assert "  institutional:\n    ask_again: true\n    texts: {}" in export("north-school")


def test_parts_that_are_not_in_the_file_are_left_alone(school: Site, tmp_path: Path) -> None:
    file = stored(tmp_path, document(site=SCHOOL, texts="  {}"))

    said = apply(file, prune=True)

    assert said.last == "3 changed"
    assert (
        SiteLogo.objects.filter(site=school).count() == 2 and AccessGroup.objects.filter(site=school).exists()
    )
    assert SiteConfiguration.objects.get(site=school).organization_name == "North School"


def test_a_school_stays_with_its_district_unless_the_file_says_otherwise(
    school: Site, tmp_path: Path
) -> None:
    about = "  identifier: north-school\n  name: North School"

    assert apply(stored(tmp_path, document(site=about)), prune=True).last == "nothing to change"
    said = apply(stored(tmp_path, document(site=f"{about}\n  parent: null\n  archived: true")))

    assert (
        "site.parent: northwind.example → (nothing)" in said.text
        and "site.archived: false → true" in said.text
    )
    row = SiteConfiguration.objects.get(site=school)
    assert (row.parent, row.archived) == (None, True)
    assert "  parent: null\n  archived: true\n" in export("north-school")


def test_an_address_that_devices_call_stays(district: Site, tmp_path: Path) -> None:
    SiteAddress.objects.filter(host="northwind.example").update(in_use_by_profiles=True)
    file = stored(tmp_path, document(addresses="  - new.northwind.example"))

    said = apply(file, prune=True)

    assert "addresses[northwind.example]: enrolled devices call it for years (kept)" in said.text
    hosts = district.addresses.order_by("host").values_list("host", flat=True)
    assert list(hosts) == ["new.northwind.example", "northwind.example"]


def test_a_directory_that_people_are_known_by_is_switched_off(district: Site, tmp_path: Path) -> None:
    known = DirectoryServer.objects.get(name="Main LDAP")
    now = timezone.now()
    Identity.objects.create(
        site=district, source=known.source, external_id="1", first_seen_at=now, last_seen_at=now
    )
    file = stored(tmp_path, document(directory_servers="  []", saml_identity_providers="  []"))

    said = apply(file, prune=True)

    assert "directory_servers[Main LDAP].enabled: true → false (people are known by it" in said.text
    assert "directory_servers[Library]: there → removed" in said.text
    known.refresh_from_db()
    assert not known.enabled and known.bind_password_encrypted
    assert not DirectoryServer.objects.filter(name="Library").exists()
    assert not SamlIdentityProvider.objects.exists()
    again = apply(file, prune=True)
    assert again.last == "nothing to change"
    assert "switched off, and people are known by it (kept)" in again.text


def test_a_key_that_is_not_in_a_row_stays_unless_pruned(district: Site, tmp_path: Path) -> None:
    rows = "  - {name: Library, hosts: lib.example, user_base: dc=lib}"
    text = document(directory_servers=rows)

    assert apply(stored(tmp_path, text)).last == "nothing to change"
    apply(stored(tmp_path, text), prune=True)

    row = DirectoryServer.objects.get(name="Library")
    assert (row.enabled, row.position) == (True, 1)


def test_null_takes_a_value_back_without_prune(school: Site, tmp_path: Path) -> None:
    said = apply(stored(tmp_path, document(site=SCHOOL, settings="  portal_open: null\n  accent_color:")))

    assert "settings.portal_open: false → (nothing)" in said.text
    row = SiteConfiguration.objects.get(site=school)
    assert (row.portal_open, row.accent_color, row.organization_name) == (None, "", "North School")
