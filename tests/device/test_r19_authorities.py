"""R19: a site's authorities, one that issues and earlier ones that are accepted or retired."""

from datetime import timedelta

import pytest
from cryptography import x509
from django.contrib.sites.models import Site

from enrollment.actions.authorities import create_authority
from enrollment.models import Authority, AuthorityState, Device, EventKind, SigningIdentity, Status
from sites_config.changes import forget
from sites_config.models import SiteAddress, SiteConfiguration
from tests import people
from tests.device.phones import Phone, Phones
from tests.device.pki_messages import Asker
from tests.moved_clock import Clock


def renewed(site: Site, clock: Clock, years: int = 15) -> Authority:
    """The site's next authority; the one before is accepted from now on."""
    return create_authority(site=site, name="Alpha Devices 2", years=years, now=clock.now())


def certificate_of(phone: Phone) -> x509.Certificate:
    assert phone.identity is not None
    return x509.load_der_x509_certificate(phone.identity.certificate)


def scep_url(phone: Phone) -> str:
    return str(phone._installing.identity_payload["PayloadContent"]["URL"])


def test_r19_an_accepted_authoritys_devices_go_on_checking_in(
    phones: Phones, alpha: Site, clock: Clock
) -> None:
    earlier = phones.enrolled()
    new = renewed(alpha, clock)
    later = phones.enrolled()
    assert earlier.idle_until_done() == later.idle_until_done()
    assert later.certificate.authority == new
    assert earlier.certificate.authority.state == AuthorityState.ACCEPTED
    certificate_of(later).verify_directly_issued_by(
        x509.load_der_x509_certificate(bytes(new.certificate_der))
    )


def test_r19_the_address_in_the_profile_names_the_authority_that_answers(
    phones: Phones, alpha: Site, clock: Clock
) -> None:
    """A profile made before the change is finished by the authority it names."""
    phone = phones.with_profile()
    old = Authority.objects.get(site=alpha)
    new = renewed(alpha, clock)
    assert scep_url(phone).endswith(f"/scep/{old.public_id}")
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()
    assert phone.certificate.authority == old
    assert scep_url(phones.with_profile()).endswith(f"/scep/{new.public_id}")


def test_r19_a_retired_authoritys_devices_are_refused(phones: Phones, alpha: Site, clock: Clock) -> None:
    phone, on_the_way = phones.enrolled(), phones.with_profile()
    asker = Asker(on_the_way)
    renewed(alpha, clock)
    retired = Authority.objects.filter(state=AuthorityState.ACCEPTED).get()
    retired.state = AuthorityState.RETIRED
    retired.save()
    assert phone.report(Status="Idle").status == 400
    assert phone.check_in("TokenUpdate", Token=b"t" * 32, PushMagic="m").status == 400
    assert asker.post(asker.message())[0] == 404
    assert phone.enrollment.status == Status.ENROLLED  # and is again, when the authority is accepted again


def test_r19_check_in_finds_the_site_by_certificate_at_any_address_of_the_institution(
    phones: Phones, alpha: Site
) -> None:
    """The profile's address leads to a child, a parent or another name of the site: the certificate decides."""
    phone = phones.enrolled()
    child = people.new_site("Alpha Primary", "primary.test", parent=alpha, ready=False)
    at_the_child = phones.enrolled(site=alpha, invitation=people.invite(child)[0])
    for host in ("localhost", "127.0.0.1:8443", "primary.test", "alpha.test"):
        for each in (phone, at_the_child):
            push = {"Token": host.encode().ljust(32), "PushMagic": "magic"}
            body = {"MessageType": "TokenUpdate", "Topic": each.topic, "UDID": each.hardware.udid} | push
            assert each.put(f"https://{host}/mdm/check-in", body).status == 200
            idle = {"UDID": each.hardware.udid, "Status": "Idle"}
            assert each.put(f"https://{host}/mdm/connect", idle).body
    assert [Device.objects.get(udid=each.hardware.udid).site for each in (phone, at_the_child)] == [
        alpha,
        child,
    ]


def test_r06_at_another_institutions_address_a_device_gets_400(phones: Phones, beta: Site) -> None:
    phone = phones.enrolled()
    idle = {"UDID": phone.hardware.udid, "Status": "Idle"}
    assert phone.put("https://beta.test/mdm/connect", idle).status == 400
    assert phone.events[-1] == EventKind.CERTIFICATE_REFUSED


def test_r19_no_leaf_outlives_its_authority(phones: Phones, alpha: Site, clock: Clock) -> None:
    authority = renewed(alpha, clock, years=1)
    phone = phones.certified()
    leaf, ends = certificate_of(phone), authority.not_after
    assert leaf.not_valid_after_utc == ends < clock.now() + timedelta(days=366)
    assert phone.certificate.not_after == ends
    for signing in SigningIdentity.objects.filter(authority=authority):
        assert signing.not_after <= ends


@pytest.mark.parametrize(("years", "days"), [(None, 1095.75), (1, 365.25), (5, 1826.25)])
def test_r19_a_device_certificate_lives_three_years_or_as_long_as_the_site_says(
    phones: Phones, alpha: Site, clock: Clock, years: int | None, days: float
) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.device_certificate_years = years
    configuration.save()
    lives = certificate_of(phones.certified()).not_valid_after_utc - clock.now().replace(microsecond=0)
    assert lives == timedelta(days=days)


def test_r19_an_authority_lives_fifteen_years(alpha: Site, clock: Clock) -> None:
    lives = Authority.objects.get(site=alpha).not_after - clock.now()
    assert timedelta(days=15 * 365) < lives < timedelta(days=15 * 366)


def test_r19_profiles_are_signed_by_another_key_than_certificates(phones: Phones) -> None:
    phone = phones.with_profile()
    signer = x509.load_der_x509_certificate(phone._installing.signer)
    authority = x509.load_der_x509_certificate(bytes(Authority.objects.get(site=phone.site).certificate_der))
    assert signer.public_key() != authority.public_key()
    signer.verify_directly_issued_by(authority)


def test_r19_a_site_has_one_issuing_authority_at_a_time(phones: Phones, alpha: Site, clock: Clock) -> None:
    new = renewed(alpha, clock)
    states = dict(Authority.objects.filter(site=alpha).values_list("pk", "state"))
    assert [pk for pk, state in states.items() if state == AuthorityState.ISSUING] == [new.pk]


def test_r06_a_child_site_issues_by_its_parents_authority(phones: Phones, alpha: Site) -> None:
    child = people.new_site("Alpha Primary", parent=alpha, ready=False)
    invitation, _token = people.invite(child)
    phone = phones.started(site=alpha, invitation=invitation)
    assert phone.enrollment.site == child
    phone.take(phone.issue())
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()
    assert phone.certificate.authority == Authority.objects.get(site=alpha)
    assert phone.enrollment.device is not None
    assert phone.enrollment.device.site == child


def test_r08_an_address_in_a_profile_is_marked_as_in_use(phones: Phones, alpha: Site) -> None:
    assert not SiteAddress.objects.filter(in_use_by_profiles=True).exists()
    phones.with_profile()
    in_use = SiteAddress.objects.filter(in_use_by_profiles=True)
    assert [address.host for address in in_use] == ["alpha.test"]


def test_a_signing_identity_that_has_ended_gives_way_to_an_older_one_that_has_not(
    phones: Phones, alpha: Site, clock: Clock
) -> None:
    older = SigningIdentity.objects.get(site=alpha)
    renewed(alpha, clock)
    newer = SigningIdentity.objects.filter(site=alpha).exclude(pk=older.pk)
    SigningIdentity.objects.filter(pk=older.pk).update(not_after=clock.now() + timedelta(days=3000))
    newer.update(not_after=clock.now() - timedelta(days=1))
    forget()

    profile = phones.started()
    profile.take(profile.issue())

    signer = x509.load_pem_x509_certificate(older.certificates_pem.encode())
    assert x509.load_der_x509_certificate(profile._installing.signer) == signer


def test_r18_a_retired_authoritys_device_is_refused_and_heard_of(phones: Phones, alpha: Site) -> None:
    phone = phones.enrolled()
    Authority.objects.filter(site=alpha).update(state=AuthorityState.RETIRED)
    assert phone.report(Status="Idle").status == 400
    assert phone.events[-1] == EventKind.CERTIFICATE_REFUSED
