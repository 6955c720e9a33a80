"""``manage.py renew_certificates``: once what it may, and by name what it may not."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from django.contrib.sites.models import Site

from enrollment.actions.issuing import issuing_of
from enrollment.actions.saml_keys import have_key
from enrollment.models import (
    Authority,
    CaCertificate,
    Certificate,
    KeyUse,
    PushCertificate,
    SamlIdentityProvider,
    SigningIdentity,
)
from sites_config.models import LoggedChange, SiteConfiguration
from tests import people
from tests.moved_clock import Clock, clock
from tests.operators_state.saved import said
from tests.rules.tables import dump
from tests.visitor import person_at, quick_passwords

__all__ = ["clock", "quick_passwords"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pushes_for_years(alpha: Site) -> None:
    PushCertificate.objects.update(not_after=Authority.objects.get().not_after)


def before_its_end(clock: Clock, end: datetime, days: int) -> None:
    clock.time = end - timedelta(days=days)


def test_what_signs_profiles_is_renewed_once_and_signs(alpha: Site, clock: Clock) -> None:
    old = SigningIdentity.objects.get()
    before_its_end(clock, old.not_after, 31)
    assert said("renew_certificates") == ""
    before_its_end(clock, old.not_after, 29)

    told = said("renew_certificates")

    assert told == f"Alpha School: renewed: signing identity that ends on {old.not_after:%Y-%m-%d}\n"
    new = SigningIdentity.objects.latest("pk")
    change = LoggedChange.objects.get()
    assert (change.user, change.site, change.object_id) == (None, alpha, str(new.pk))
    assert new.not_after > old.not_after + timedelta(days=1000)
    signer = issuing_of(SiteConfiguration.for_site(alpha), now=clock.now()).signer
    assert signer.certificate == x509.load_pem_x509_certificate(new.certificates_pem.encode())
    authority = x509.load_der_x509_certificate(bytes(Authority.objects.get().certificate_der))
    signer.certificate.verify_directly_issued_by(authority)
    assert said("renew_certificates") == ""


def test_somebody_enrolls_with_the_renewed_one(alpha: Site, clock: Clock) -> None:
    before_its_end(clock, SigningIdentity.objects.get().not_after, 5)
    said("renew_certificates")
    clock.forward(hours=24 * 20)
    visitor, _phone = person_at("profile-issued", people.invite(alpha)[1])
    assert visitor.enrollment.status == "profile-issued"


def test_a_dry_run_changes_nothing(alpha: Site, clock: Clock) -> None:
    before_its_end(clock, SigningIdentity.objects.get().not_after, 5)
    before = dump()
    assert "would be renewed: signing identity" in said("renew_certificates", "--dry-run")
    assert dump() == before


def test_an_uploaded_identity_needs_a_person(alpha: Site, clock: Clock) -> None:
    SigningIdentity.objects.update(authority=None)
    before_its_end(clock, SigningIdentity.objects.get().not_after, 5)
    assert "needs a person: the uploaded signing identity" in said("renew_certificates")
    assert SigningIdentity.objects.count() == 1


def test_an_authority_is_named_a_year_before_and_signs_nothing_at_its_end(alpha: Site, clock: Clock) -> None:
    authority = Authority.objects.get()
    SigningIdentity.objects.update(not_after=authority.not_after)
    PushCertificate.objects.update(not_after=authority.not_after + timedelta(days=100))
    before_its_end(clock, authority.not_after, 364)
    (line,) = said("renew_certificates").splitlines()
    assert "needs a person: the authority “Alpha School Devices” ends" in line and "create_authority" in line
    before_its_end(clock, authority.not_after, 10)
    assert "and its authority with it" in said("renew_certificates")
    assert SigningIdentity.objects.count() == 1


def test_apples_push_certificate_needs_a_person(alpha: Site, clock: Clock) -> None:
    PushCertificate.objects.update(not_after=clock.now() + timedelta(days=40))
    assert said("renew_certificates") == ""
    assert "needs a person: Apple's push certificate" in said("renew_certificates", "--days", "45")


def test_a_ca_certificate_of_the_sites_own_needs_a_person(alpha: Site, clock: Clock) -> None:
    end = clock.now() + timedelta(days=3)
    CaCertificate.objects.create(
        site=alpha, name="School CA", certificate_der=b"der", not_after=end, created_at=clock.now()
    )
    assert "the CA certificate “School CA” ends on" in said("renew_certificates")


def test_the_next_saml_key_is_announced_once_and_switched_to_by_a_person(alpha: Site, clock: Clock) -> None:
    provider = SamlIdentityProvider.objects.create(site=alpha, name="Idp", entity_id="https://idp.example")
    have_key(provider, now=clock.now())
    Authority.objects.update(not_after=clock.now() + timedelta(days=20 * 365))
    for model in (PushCertificate, SigningIdentity):
        model.objects.update(not_after=clock.now() + timedelta(days=20 * 365))
    clock.forward(hours=24 * (3650 - 10))

    first, second = said("renew_certificates").splitlines(), said("renew_certificates").splitlines()

    assert "renewed: next key for Idp, announced" in first[0]
    assert "switch to the next one" in first[1] and second == first[1:]
    assert {key.use for key in provider.keys.all()} == {KeyUse.CURRENT, KeyUse.NEXT}
    assert "Use: nothing → Next" in LoggedChange.objects.get().told


def test_devices_whose_certificate_ends_are_counted(alpha: Site, clock: Clock) -> None:
    person_at("enrolled", people.invite(alpha)[1])
    Certificate.objects.update(not_after=clock.now() + timedelta(days=5))
    assert "needs a person: 1 devices have a certificate that ends by" in said("renew_certificates")
