"""A site's page: whether it is ready for people, its authority, its portal, its access rights."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.sites.models import Site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.demo import self_made_push_certificate
from enrollment.models import Authority, AuthorityState, Invitation, PushCertificate, SigningIdentity
from sites_config import changes
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import World
from tests.pki.test_identity import LEAF, MIDDLE, Party
from tests.visitor import Visitor, fetch_profile, person_at, phone_without_network

UPLOAD = reverse("admin:enrollment_signingidentity_add")


def url(site: Site, button: str = "") -> str:
    return f"/admin/sites/site/{site.pk}/" + (f"press/{button}/" if button else "change/")


def findings(client: Client, site: Site) -> dict[str, tuple[str, str]]:
    """(state, text) by subject, as the box says it."""
    page = client.get(url(site)).content.decode()
    rows = re.findall(
        r'<tr class="(\w+)"><th scope="row">. ([^<]+)<.*?</th><td>(.*?)</td></tr>', page, re.DOTALL
    )
    return {subject: (state, text) for state, subject, text in rows}


def test_a_site_in_full_swing_is_ready(as_anna: Client, alphas: World) -> None:
    found = findings(as_anna, alphas.site)

    saml = "SAML Aardvark: its metadata was never read, so nobody can log in there."
    state, text = found.pop("SAML log-in")
    assert state == "missing" and text.startswith(saml) and "/admin/enrollment/samlidentityprovider/" in text
    assert set(found) == {
        "Address", "HTTPS", "A way to begin", "Authority", "Signing identity", "Push topic", "CA certificate",
        "Languages", "Support contact",
    }  # fmt: skip
    assert {state for state, _text in found.values()} == {"ready"}
    assert "“Not Verified” (no public authority signed it)" in found["Signing identity"][1]


def test_every_gap_is_named_with_the_page_where_it_is_mended(as_root: Client, alpha: Site) -> None:
    bare = Site.objects.create(domain="bare", name="Bare School")
    SiteConfiguration.objects.create(
        site=bare, skip_ca_certificate=False, languages="de", default_language="en"
    )

    found = findings(as_root, bare)

    missing = {"Address", "A way to begin", "Authority", "Signing identity", "Push topic", "CA certificate"}
    assert {subject for subject, (state, _text) in found.items() if state == "missing"} == missing
    assert found["Languages"][0] == found["Support contact"][0] == "warning"
    for subject in missing - {"Authority"}:
        link = re.search(r'<a href="([^"]+)">Mend this</a>', found[subject][1])
        assert link and as_root.get(link[1]).status_code == 200, subject
    assert "“Create authority” makes one" in found["Authority"][1]


def test_a_school_is_ready_by_what_its_district_has(as_anna: Client, alpha: Site, alice: User) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)

    found = findings(as_anna, school)

    assert {state for state, _text in found.values()} == {"ready"}
    assert "Entered through" in found["Address"][1]
    assert ", of Alpha School, until" in found["Authority"][1]


@pytest.mark.parametrize(("days", "state"), [(-1, "missing"), (59, "warning"), (61, "ready")])
def test_an_end_that_comes_near_is_told(as_anna: Client, alpha: Site, days: int, state: str) -> None:
    ends = timezone.now() + timedelta(days=days)
    for model in (Authority, SigningIdentity, PushCertificate):
        model._default_manager.update(not_after=ends)
    changes.forget()

    found = findings(as_anna, alpha)

    for subject in ("Authority", "Signing identity", "Push topic"):
        assert found[subject][0] == state and f"{ends:%Y-%m-%d}" in found[subject][1]


def test_nobody_can_begin_where_the_portal_is_closed_and_no_invitation_open(
    as_anna: Client, alpha: Site, alice: User
) -> None:
    assert findings(as_anna, alpha)["A way to begin"][0] == "ready"
    people.configure(alpha, portal_open=False)
    assert findings(as_anna, alpha)["A way to begin"][0] == "missing"
    people.invite(alpha)
    assert findings(as_anna, alpha)["A way to begin"][0] == "ready"
    Invitation.objects.update(expires_at=timezone.now())
    assert findings(as_anna, alpha)["A way to begin"][0] == "missing"


def test_who_may_only_look_reads_it_without_links(as_vera: Client, alpha: Site) -> None:
    SigningIdentity.objects.all().delete()

    page = as_vera.get(url(alpha)).content.decode()

    assert "Readiness" in page and "Mend this" not in page and "press/create_authority" not in page
    assert as_vera.post(url(alpha, "create_authority"), {"name": "X", "years": 15}).status_code == 403


def test_create_authority_asks_for_a_name_and_makes_the_site_ready(as_root: Client, alpha: Site) -> None:
    bare = people.new_site("Bare School", "bare.test", ready=False)

    asked = as_root.post(url(bare, "create_authority"))
    assert 'value="Bare School Devices"' in asked.content.decode()
    assert not Authority.objects.filter(site=bare).exists()

    refused = as_root.post(url(bare, "create_authority"), {"name": "", "years": "15"})
    assert refused.status_code == 200 and "This field is required" in refused.content.decode()

    as_root.post(url(bare, "create_authority"), {"name": "Bare Devices", "years": "10"})
    authority = Authority.objects.get(site=bare)
    assert (authority.name, authority.state) == ("Bare Devices", AuthorityState.ISSUING)
    assert findings(as_root, bare)["Authority"][0] == "ready"


def test_the_visitors_page_opens_at_the_sites_address(as_root: Client, alpha: Site, beta: Site) -> None:
    school = people.new_site("North School", parent=beta, ready=False)

    assert 'href="https://alpha.test/enroll/"' in as_root.get(url(alpha)).content.decode()
    assert 'href="https://beta.test/enroll/"' in as_root.get(url(school)).content.decode()


def test_access_rights_are_boxes_and_none_is_inherited(as_anna: Client, alpha: Site) -> None:
    page = as_anna.get(url(alpha)).content.decode()
    assert "Erase the device (8)" in page and "Nothing ticked: all of them." in page

    assert send(as_anna, url(alpha), configuration__0__access_rights=[1, 2, 8]).status_code == 302
    assert SiteConfiguration.for_site(alpha).access_rights == 11
    page = as_anna.get(url(alpha)).content.decode()
    assert len(re.findall(r'name="configuration-0-access_rights"[^>]*checked', page)) == 3

    refused = send(as_anna, url(alpha), configuration__0__access_rights=[2])
    assert "Apple allows 2 only together with 1" in refused.content.decode()

    assert send(as_anna, url(alpha), configuration__0__access_rights=[]).status_code == 302
    assert SiteConfiguration.objects.get(site=alpha).access_rights is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("support_phone", "abc", "Enter a number that can be called"),
        ("default_language", "ar", "It must be one of the site&#x27;s languages."),
        ("languages", "en,xx", "Not a language of this installation: xx."),
        ("time_zone", "Berlin", "Enter a time zone such as Europe/Berlin."),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_words(
    as_anna: Client, alpha: Site, field: str, value: str, words: str
) -> None:
    people.configure(alpha, languages="en,de")

    answer = send(as_anna, url(alpha), **{f"configuration__0__{field}": value})

    assert answer.status_code == 200 and words in answer.content.decode()


def test_another_sites_identifier_is_refused_in_words(as_root: Client, alpha: Site) -> None:
    answer = send(as_root, reverse("admin:sites_site_add"), name="Twin", domain=alpha.domain)

    assert "Another site has this identifier." in answer.content.decode()


# --- what signs profiles ---------------------------------------------------------------------------------------------


def fresh_leaf(name: str = "mdm.example.org") -> Party:
    now = timezone.now()
    return Party(name, MIDDLE, begins=now - timedelta(days=1), ends=now + timedelta(days=90))


def pem_of(leaf: Party) -> str:
    return (leaf.pem + MIDDLE.pem + leaf.key_pem()).decode()


def test_an_uploaded_identity_signs_the_next_profile(as_anna: Client, alpha: Site) -> None:
    leaf = fresh_leaf()

    answer = as_anna.post(UPLOAD, {"site": alpha.pk, "pem": pem_of(leaf)}, follow=True)

    assert "Imported: Signing identity of Alpha School" in answer.content.decode()
    assert "CN=mdm.example.org" in answer.content.decode()
    visitor, phone = Visitor(), phone_without_network()
    visitor.start(people.invite(alpha)[1])
    visitor.go_on()
    profile = fetch_profile(visitor, phone)
    assert leaf.certificate.public_bytes(Encoding.DER) in profile


def test_a_file_works_like_pasted_text(as_anna: Client, alpha: Site) -> None:
    file = SimpleUploadedFile("identity.pem", pem_of(fresh_leaf()).encode())

    assert as_anna.post(UPLOAD, {"site": alpha.pk, "file": file}).status_code == 302
    assert SigningIdentity.objects.filter(site=alpha, authority=None).count() == 1


def test_what_is_wrong_with_it_stands_beside_the_form_and_nothing_is_stored(
    as_anna: Client, alpha: Site
) -> None:
    before = SigningIdentity.objects.count()
    for values, words in (
        ({"pem": "nonsense"}, "This is neither PEM nor PKCS#12"),
        ({"pem": LEAF.pem.decode()}, "There is no private key in the PEM text"),
        ({}, "Choose a file, or paste PEM: one of the two."),
    ):
        answer = as_anna.post(UPLOAD, {"site": alpha.pk} | values)
        assert answer.status_code == 200 and words in answer.content.decode()
    echoed = as_anna.post(UPLOAD, {"site": alpha.pk, "pem": MIDDLE.key_pem().decode()})
    assert "There is no certificate in the PEM text" in echoed.content.decode()
    assert "PRIVATE KEY" not in echoed.content.decode()
    assert SigningIdentity.objects.count() == before


def test_r07_it_is_uploaded_for_ones_own_site_only(as_anna: Client, as_vera: Client, beta: Site) -> None:
    answer = as_anna.post(UPLOAD, {"site": beta.pk, "pem": pem_of(fresh_leaf())})

    assert "Select a valid choice" in answer.content.decode()
    assert "Beta College" not in answer.content.decode()
    assert as_vera.get(UPLOAD).status_code == 403
    assert not SigningIdentity.objects.filter(site=beta, authority=None).exists()


def test_an_uploaded_one_can_be_taken_away_and_one_of_an_authority_cannot(
    as_anna: Client, alpha: Site
) -> None:
    as_anna.post(UPLOAD, {"site": alpha.pk, "pem": pem_of(fresh_leaf())})
    uploaded = SigningIdentity.objects.get(site=alpha, authority=None)
    made = SigningIdentity.objects.exclude(authority=None).get(site=alpha)

    for row, status in ((made, 403), (uploaded, 302)):
        delete = reverse("admin:enrollment_signingidentity_delete", args=[row.pk])
        assert as_anna.post(delete, {"post": "yes"}).status_code == status
    assert list(SigningIdentity.objects.filter(site=alpha)) == [made]
    person_at("profile-issued", people.invite(alpha)[1])


def test_the_command_imports_it_too(alpha: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "identity.pem"
    path.write_text(pem_of(fresh_leaf()))

    call_command("import_signing_identity", str(path), site="alpha.test")

    assert "signing identity until" in capsys.readouterr().out
    path.write_text("nonsense")
    with pytest.raises(CommandError, match="neither PEM nor"):
        call_command("import_signing_identity", str(path), site="alpha.test")


def test_a_push_certificate_is_uploaded_likewise(as_anna: Client, alpha: Site) -> None:
    certificate, key = self_made_push_certificate(timezone.now())
    add = reverse("admin:enrollment_pushcertificate_add")

    def upload(**files: bytes) -> str:
        sent = {name: SimpleUploadedFile(f"{name}.pem", content) for name, content in files.items()}
        return str(as_anna.post(add, {"site": alpha.pk} | sent, follow=True).content.decode())

    leaf = fresh_leaf()
    assert "This is no MDM push certificate" in upload(certificate=leaf.pem, key=leaf.key_pem())
    assert "Imported: com.apple.mgmt." in upload(certificate=certificate, key=key)
    assert "The key file is not PEM" in upload(certificate=certificate, key=b"x")
    assert PushCertificate.objects.filter(site=alpha).count() == 2
