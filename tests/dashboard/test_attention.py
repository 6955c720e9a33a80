"""What a dashboard asks somebody to look at: gaps, ends that come near, languages without a translation."""

from datetime import timedelta

from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.heartbeats import OUTBOX as NAME
from enrollment.actions.heartbeats import beat
from enrollment.actions.saml_keys import have_key
from enrollment.models import (
    Authority,
    AuthorityState,
    CaCertificate,
    Certificate,
    DeliveryState,
    PushCertificate,
    SamlIdentityProvider,
    SamlKey,
    SigningIdentity,
)
from sites_config import changes
from sites_config.languages import SHIPPED
from sites_config.models import MessageText
from tests import people
from tests.dashboard.reading import links, page_of, table
from tests.dashboard.test_numbers import delivery
from tests.gallery_pages.saml import metadata
from tests.identity.test_saml_metadata import certificate
from tests.visitor import person_at

DAY = timedelta(days=1)


def attention(page: str) -> dict[str, str]:
    """By subject, with the sign before it."""
    return {subject: text for subject, text in table(page, "attention")}


def test_nothing_is_said_where_nothing_is_to_do(as_anna: Client, alpha: Site) -> None:
    people.invite(alpha)

    page = page_of(as_anna, alpha)

    assert attention(page) == {}
    assert "Nothing: no gap, and nothing that you see here ends within 30 days." in page


def test_a_gap_leads_to_where_it_is_mended(as_anna: Client, alpha: Site) -> None:
    people.invite(alpha)
    PushCertificate.objects.all().delete()
    people.configure(alpha, support_name="", support_phone="", support_email="")

    page = page_of(as_anna, alpha)

    assert list(attention(page)) == ["✕ Push topic", "! Support contact"]
    address = f"/admin/enrollment/pushcertificate/add/?site={alpha.pk}"
    assert links(page, "attention") == [("Mend this", address)]


def test_certificates_that_end_within_thirty_days(as_anna: Client, alpha: Site, north: Site) -> None:
    people.invite(alpha)
    now = timezone.now()
    authority = Authority.objects.get(site=alpha)
    CaCertificate.objects.create(
        site=north,
        name="CA",
        certificate_der=authority.certificate_der,
        not_after=now + 29 * DAY,
        created_at=now,
    )
    Authority.objects.update(not_after=now + 31 * DAY)
    PushCertificate.objects.update(not_after=now - DAY)
    SigningIdentity.objects.update(not_after=now + 3 * DAY)
    changes.forget()

    found = attention(page_of(as_anna, alpha))

    assert found["✕ CA certificate"] == f"North School: ends on {now + 29 * DAY:%Y-%m-%d}. Open"
    assert found["✕ Push certificate"] == f"Alpha School: ended on {now - DAY:%Y-%m-%d}. Open"
    assert found["✕ Signing identity"] == f"Alpha School: ends on {now + 3 * DAY:%Y-%m-%d}. Open"
    # Ends in more than thirty days: readiness warns of it, and nothing else.
    assert found["! Authority"].startswith("“Alpha School Devices”, until") and "✕ Authority" not in found


def test_what_was_replaced_or_retired_may_end(as_anna: Client, alpha: Site) -> None:
    people.invite(alpha)
    old = SigningIdentity.objects.get(site=alpha)
    new = SigningIdentity.objects.get(site=alpha)
    new.pk = None
    new.save()
    SigningIdentity.objects.filter(pk=old.pk).update(not_after=timezone.now())
    retired = Authority.objects.get(site=alpha)
    retired.pk, retired.public_id, retired.state = None, "0" * 16, AuthorityState.RETIRED
    retired.not_after = timezone.now()
    retired.save()

    assert attention(page_of(as_anna, alpha)) == {}


def test_a_log_in_at_a_provider_that_would_stop_by_itself(as_anna: Client, alpha: Site, north: Site) -> None:
    people.invite(alpha)
    now = timezone.now()
    row = SamlIdentityProvider.objects.create(
        site=alpha, name="Idp", entity_id="https://saml.example", metadata_read_at=now,
        metadata_xml=metadata(certificate(days=300)), metadata_valid_until=now + 70 * DAY,
    )  # fmt: skip
    have_key(row, now=now)
    assert attention(page_of(as_anna, alpha)) == {}

    rows = SamlIdentityProvider.objects.filter(pk=row.pk)
    rows.update(metadata_valid_until=now + 50 * DAY)
    assert attention(page_of(as_anna, alpha)) == {
        "! SAML log-in": f"Idp: its metadata ends on {now + 50 * DAY:%Y-%m-%d}. Mend this"
    }
    SamlKey.objects.update(certificate_pem=certificate(days=9))
    soon = metadata(certificate(days=20))
    rows.update(metadata_valid_until=now - DAY, metadata_xml=soon)
    page = page_of(as_anna, alpha)
    address = f"/admin/enrollment/samlidentityprovider/{row.pk}/change/"
    assert [each for _words, each in links(page, "attention")].count(address) == 3
    found = attention(page)
    assert found["✕ SAML: metadata"] == f"Alpha School, Idp: ended on {now - DAY:%Y-%m-%d}. Open"
    assert {"✕ SAML: certificate", "✕ SAML: key of ours"} <= set(found)
    told = found["✕ SAML log-in"]
    assert told.startswith("Idp: its metadata ended on") and "its key of ours ends on" in told
    # What a school inherits dies for the school as well.
    assert "✕ SAML log-in" in attention(page_of(as_anna, north))
    rows.update(enabled=False)
    assert attention(page_of(as_anna, alpha)) == {}


def test_device_certificates_are_counted_with_their_list(as_anna: Client, alpha: Site) -> None:
    _row, token = people.invite(alpha, max_uses=None)
    now = timezone.now()
    for ends_in in (-1, 10, 29, 31):
        visitor, _phone = person_at("enrolled", token)
        rows = Certificate.objects.filter(enrollment=visitor.enrollment)
        rows.update(not_after=now + ends_in * DAY)
    visitor, _phone = person_at("enrolled", token)
    Certificate.objects.filter(enrollment=visitor.enrollment).update(not_after=now + 5 * DAY, revoked_at=now)

    page = page_of(as_anna, alpha)

    assert attention(page)["! Device certificates"].startswith(
        "2 devices have a certificate that ends within"
    )
    ((_words, address),) = links(page, "attention")
    assert "2 certificates" in as_anna.get(address).content.decode()


def test_languages_that_miss_a_text(as_anna: Client, alpha: Site, north: Site) -> None:
    people.invite(alpha)
    people.configure(alpha, languages="en,de,sk")
    MessageText.objects.create(site=alpha, key="welcome.title", text_sk="Vitajte")

    page = page_of(as_anna, alpha)

    assert "sk" not in SHIPPED
    (words,) = (text for subject, text in attention(page).items() if subject == "! Slovenčina")
    number = int(words.split()[0])
    assert words == f"{number} texts are shown in another language. Translate" and number > 200
    ((_words, address),) = links(page, "attention")
    assert address == f"/admin/sites_config/messagetext/of/{alpha.pk}/sk/?only=missing"
    # A school that inherits the languages inherits the gap.
    assert "! Slovenčina" in attention(page_of(as_anna, north))


def test_messages_that_wait_are_sent_while_the_worker_lives(as_anna: Client, alpha: Site) -> None:
    delivery(alpha, DeliveryState.WAITING)
    beat(NAME, now=timezone.now())

    page = page_of(as_anna, alpha)

    assert "E-mails and text messages that have not left yet." in page
    beat(NAME, now=timezone.now() - timedelta(minutes=3))
    assert "Nothing sends them" in page_of(as_anna, alpha)
