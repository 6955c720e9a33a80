"""The CA certificate before the MDM profile, where a site does not skip it."""

import hashlib
import time
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.models import Authority, CaCertificate, Enrollment, IssuedProfile
from sites_config.changes import raise_version
from sites_config.models import User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import Visitor, as_page, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(alpha: Site, alice: User) -> Visitor:
    """Alice in front of the screen."""
    people.configure(alpha, skip_ca_certificate=False)
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("ca-certificate")
    return visitor


def test_it_is_skipped_by_default(alpha: Site, alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("mdm-profile")


def test_a_phone_installs_it_and_the_mdm_profile_after_it(asked: Visitor) -> None:
    phone = phone_without_network()
    assert asked.get(f"{asked.own}/mdm-profile/").headers["Location"] == f"{asked.own}/ca-certificate/"

    phone.settings.receive(phone.settings.fetch(f"https://alpha.test{asked.own}/ca.mobileconfig"))
    profile = phone.settings.install()

    assert profile.mdm is None and [each["PayloadType"] for each in profile.payloads] == [
        "com.apple.security.root"
    ]
    authority = Authority.objects.get()
    assert profile.payloads[0]["PayloadContent"] == bytes(authority.certificate_der)
    assert not IssuedProfile.objects.exists()
    asked.post(f"{asked.own}/ca-certificate/")
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage")


def test_it_has_eight_minutes_of_its_own(asked: Visitor, clock: Clock) -> None:
    url = f"{asked.own}/ca.mobileconfig"
    assert asked.get(f"{asked.own}/ca-status").content == b"profile-issued"
    asked.ask("HEAD", url)
    asked.get(url, sec_purpose="prefetch")
    assert asked.enrollment.ca_served_at is None
    asked.get(url)
    clock.forward(minutes=3)
    asked.get(url)

    page = asked.see(f"{asked.own}/ca-certificate/")

    assert page.data["left"] == "300" and asked.get(f"{asked.own}/ca-status").content == b"profile-fetched"
    clock.forward(minutes=6)
    assert "Time is up" in asked.see(f"{asked.own}/ca-certificate/").text
    answer = asked.post(f"{asked.own}/ca-certificate/", {"again": "1"})
    assert answer.headers["Location"] == url
    asked.get(url)
    assert asked.see(f"{asked.own}/ca-certificate/").data["left"] == "480"


def test_trust_settings_are_explained_only_where_this_server_needs_them(alpha: Site, asked: Visitor) -> None:
    assert "Certificate Trust Settings" not in asked.see(asked.own + "/").text
    people.configure(alpha, tls_needs_ca=True)
    assert "Certificate Trust Settings" in asked.see(asked.own + "/").text


def test_another_certificate_is_asked_for_again(alpha: Site, beta: Site, asked: Visitor) -> None:
    asked.post(f"{asked.own}/ca-certificate/")
    assert asked.see(asked.own + "/").h1.startswith("Let Alpha School manage")
    other = Authority.objects.get(site=beta)
    CaCertificate.objects.create(
        site=alpha, name="District CA", certificate_der=other.certificate_der, not_after=other.not_after,
        created_at=timezone.now(),
    )  # fmt: skip
    raise_version()

    assert asked.see(asked.own + "/").h1 == "Install the CA certificate"
    body = phone_without_network().settings.fetch(f"https://alpha.test{asked.own}/ca.mobileconfig").body
    assert bytes(other.certificate_der)[:40].hex() and b"District CA" in body
    asked.post(f"{asked.own}/ca-certificate/")
    wanted = hashlib.sha256(bytes(other.certificate_der)).hexdigest()
    assert asked.enrollment.answers["ca-certificate"] == wanted


def test_the_profile_is_signed_by_the_site(asked: Visitor, alpha: Site) -> None:
    authority = x509.load_der_x509_certificate(bytes(Authority.objects.get().certificate_der))
    phone = phone_without_network(roots=[authority.public_bytes(Encoding.PEM)])
    profile = phone.settings.receive(phone.settings.fetch(f"https://alpha.test{asked.own}/ca.mobileconfig"))
    assert profile.verified


def test_r10_a_second_fetch_gives_the_same_bytes(asked: Visitor) -> None:
    """Safari may ask twice; signed anew a second later it would be another profile."""
    path = f"{asked.own}/ca.mobileconfig"
    first = asked.get(path).content

    time.sleep(1.1)  # the signing time counts seconds, of the real clock

    assert asked.get(path).content == first


def test_it_is_gone_with_the_enrollment_and_nothing_at_another_host(
    asked: Visitor, beta: Site, clock: Clock
) -> None:
    url = f"{asked.own}/ca.mobileconfig"
    assert asked.get(url, host="beta.test").status_code == 410
    assert Visitor().get("/enroll/nobodys/ca.mobileconfig").status_code == 410
    assert Visitor().get(f"{asked.own}/ca-status").status_code == 404
    clock.time += timedelta(hours=3)
    assert asked.get(url).status_code == 410


def test_a_site_that_cannot_sign_says_so(alpha: Site, asked: Visitor) -> None:
    Authority.objects.all().update(state="retired")
    raise_version()
    page = as_page(asked.post(f"{asked.own}/ca-certificate/"))
    assert (page.status, page.h1) == (503, "The profile could not be prepared")
    assert Enrollment.objects.get().answers.get("ca-certificate") is None
