"""What buttons, uploads and the editor of texts change is told with the values before and after."""

import re
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.saml_keys import have_key
from enrollment.models import (
    Authority,
    CaCertificate,
    Device,
    Event,
    EventKind,
    Person,
    SamlIdentityProvider,
    SamlKey,
)
from sites_config.admin.address import SiteAddressAdmin
from sites_config.models import LoggedChange, SiteAddress, SiteNotice, TextRevision
from tests import people
from tests.admin.filled import send
from tests.admin.test_logged_changes import told
from tests.admin.test_told_in_full import DAY, newest
from tests.admin.world import World
from tests.journeys.test_branding import picture, put

HASH = r"#[0-9a-f]{8}"


def changes(site: Site) -> list[tuple[str, str, str]]:
    rows = LoggedChange.objects.filter(site=site).order_by("pk")
    return [(row.kind.partition(".")[2], row.get_act_display(), row.told) for row in rows]


def press(client: Client, path: str, **sent: object) -> None:
    assert client.post(f"/admin/{path}/", sent).status_code == 302


def test_a_logo_that_takes_the_place_of_another(as_anna: Client, as_vera: Client, alpha: Site) -> None:
    put(as_anna, alpha, picture())
    put(as_anna, alpha, picture(size=(100, 100)))

    (_kind, added, first), (_kind, changed, second) = changes(alpha)
    assert (added, changed) == ("Added", "Changed") and "Appearance: nothing → " in first
    assert re.search("Sha256: [0-9a-f]{64} → [0-9a-f]{64}", second) and "Width: 216 → 100" in second
    assert LogEntry.objects.count() == 2 and "anna" in told(as_vera)


def test_an_authority_and_the_one_that_it_follows(as_anna: Client, alpha: Site) -> None:
    before = Authority.objects.get(site=alpha)
    press(as_anna, f"sites/site/{alpha.pk}/press/create_authority", name="Next Devices", years=10)

    found = changes(alpha)
    assert sorted(each[:2] for each in found) == [
        ("authority", "Added"), ("authority", "Changed"), ("signingidentity", "Added"),
    ]  # fmt: skip
    words = " ".join(each[2] for each in found)
    assert (
        "State: Issuing → Accepted (issues nothing new)" in words and "Name: nothing → Next Devices" in words
    )
    assert re.search(rf"Key: nothing → {HASH}", words)
    assert LoggedChange.objects.get(act=2).object_id == str(before.pk)


def test_keys_for_a_saml_provider(as_anna: Client, alpha: Site) -> None:
    row = SamlIdentityProvider.objects.create(site=alpha, name="IdP", entity_id="https://idp.example/")
    have_key(row, now=timezone.now())
    for name in ("announce_key", "switch_keys", "forget_key"):
        press(as_anna, f"enrollment/samlidentityprovider/{row.pk}/press/{name}")

    words = [each[2] for each in changes(alpha)]
    assert re.search(rf"Use: nothing → Next.*Certificate pem: nothing → {HASH}", words[0])
    switched = " ".join(words[1:3])
    assert "Use: Current → Previous" in switched and re.search("Use: Next[^→]* → Current", switched)
    assert "Deleted" in changes(alpha)[3][1] and re.search(rf"Key: {HASH} → nothing", words[3])
    assert SamlKey.objects.count() == 1 and {"anna"} == set(
        LoggedChange.objects.values_list("user__username", flat=True)
    )


def test_a_ca_certificate(as_anna: Client, alpha: Site, beta: Site) -> None:
    authorities = [Authority.objects.get(site=each) for each in (alpha, beta)]
    known = [x509.load_der_x509_certificate(bytes(each.certificate_der)) for each in authorities]
    pems = [each.public_bytes(Encoding.PEM).decode() for each in known]
    sent = {"site": alpha.pk, "name": "School", "certificate": pems[0]}
    press(as_anna, "enrollment/cacertificate/add", **sent)
    row = CaCertificate.objects.get()
    send(as_anna, f"/admin/enrollment/cacertificate/{row.pk}/change/", certificate=pems[1])

    one = "CN=Alpha School Devices[^→]*, SHA-256 [0-9a-f]{64}"
    other = one.replace("Alpha School", "Beta College")
    assert re.search(f"Certificate: {one} → {other}", newest().told), newest().told


def test_a_notice_that_is_ended(as_anna: Client, alpha: Site) -> None:
    now = timezone.now()
    notice = SiteNotice.objects.create(site=alpha, text_en="Closed", starts_at=now - DAY, ends_at=now + DAY)
    press(as_anna, f"sites_config/sitenotice/{notice.pk}/press/end_now")

    assert f"{now + DAY:%Y-%m-%d}" in newest().told and f"→ {now:%Y-%m-%d}" in newest().told


def test_a_password_that_is_set_and_one_that_is_taken_away(as_root: Client, alpha: Site) -> None:
    user = people.staff("dora", "Dora Dane")
    new = {
        "usable_password": "true",
        "password1": "a long new one",
        "password2": "a long new one",
        "set-password": "1",
    }
    press(as_root, f"sites_config/user/{user.pk}/password", **new)
    assert newest().told == "Changed Password: not shown → not shown."
    as_root.post(
        f"/admin/sites_config/user/{user.pk}/password/", {"usable_password": "false", "unset-password": "1"}
    )

    user.refresh_from_db()
    assert not user.has_usable_password() and "not shown → nothing" in newest().told


def test_a_text(as_anna: Client, as_vera: Client, alpha: Site) -> None:
    url = f"/admin/sites_config/messagetext/of/{alpha.pk}/en/"
    for after in ("Hello there", "Good morning", ""):
        seen = TextRevision.objects.count() and TextRevision.objects.latest("pk").pk
        sent = {"text.welcome.title": after, "seen.welcome.title": seen}
        assert as_anna.post(f"{url}?words=welcome.title", sent).status_code == 302

    assert [each[2] for each in changes(alpha)] == [
        "nothing → Hello there", "Hello there → Good morning", "Good morning → nothing",
    ]  # fmt: skip
    assert newest().subject == "welcome.title (en)" and "Good morning" in told(as_vera, "welcome.title")


def test_many_that_could_not_be_deleted_are_not_told_as_deleted(
    as_anna: Client, alpha: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django's own action logs before it deletes."""

    def fails(*_args: object) -> None:
        raise OSError("The database is gone.")

    people.person(alpha, "ben", "Ben Berg")
    row = Person.objects.get()
    monkeypatch.setattr("enrollment.admin.person.PersonAdmin.delete_queryset", fails)
    sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    with pytest.raises(OSError, match="gone"):
        as_anna.post("/admin/enrollment/person/", sent)

    assert Person.objects.exists() and not LoggedChange.objects.exists() and not LogEntry.objects.exists()


def test_an_address_that_came_into_use_is_not_told_as_deleted(
    as_anna: Client, alpha: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the page that asks and the press a profile was issued."""
    row = SiteAddress.objects.create(site=alpha, host="old.alpha.test")
    delete = SiteAddressAdmin.delete_queryset

    def issued_first(*args: Any) -> None:
        SiteAddress.objects.filter(pk=row.pk).update(in_use_by_profiles=True)
        delete(*args)

    monkeypatch.setattr(SiteAddressAdmin, "delete_queryset", issued_first)
    sent = {"post": "yes"}
    assert as_anna.post(f"/admin/sites_config/siteaddress/{row.pk}/delete/", sent).status_code == 403
    assert SiteAddress.objects.filter(pk=row.pk).exists() and not LoggedChange.objects.exists()


def test_whose_a_device_was_before_its_user_was_removed(as_anna: Client, alphas: World) -> None:
    Device.objects.update(assigned_user_name="ben", assigned_full_name="Ben Berg", assigned_room="7")
    row = Device.objects.get()
    press(as_anna, f"enrollment/device/{row.pk}/press/remove_user")

    changed = Event.objects.get(kind=EventKind.USER_REMOVED).data["changed"]
    assert changed == {
        "assigned_user_name": ["ben", ""], "assigned_full_name": ["Ben Berg", ""], "assigned_room": ["7", ""],
    }  # fmt: skip
    page = as_anna.get(f"/admin/enrollment/device/{row.pk}/change/").content.decode()
    assert "full name: Ben Berg → nothing" in page
