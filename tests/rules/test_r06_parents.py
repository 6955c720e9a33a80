"""R06: a child takes from its parent what it does not say itself; between strangers nothing crosses."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Authority, Certificate, Enrollment, Invitation
from sites_config.models import Privilege, SiteConfiguration, User
from tests import people
from tests.phone.errors import PhoneError
from tests.visitor import Visitor, as_page, fetch_profile, person_at, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def junior(alpha: Site) -> Site:
    return people.new_site("Alpha Junior", parent=alpha, ready=False)


def test_r06_a_child_without_address_is_entered_through_its_parent(alpha: Site, junior: Site) -> None:
    _row, token = people.invite(junior)
    visitor, phone = Visitor(), phone_without_network()

    welcome = visitor.see(f"/i/{token}")
    visitor.start(token)
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.management.run()

    assert "Alpha Junior" in welcome.text
    assert visitor.see(visitor.own + "/").h1 == "Enrollment complete"
    certificate = Certificate.objects.get()
    assert (certificate.site, certificate.authority.site) == (junior, alpha)
    assert Enrollment.objects.get().topic, "the topic is the parent's too"


def test_r06_blank_settings_are_the_parents_and_set_ones_the_childs_own(alpha: Site, junior: Site) -> None:
    SiteConfiguration.objects.filter(site=alpha).update(
        languages="en,ar",
        time_zone="Europe/Berlin",
        access_rights=27,
        device_certificate_years=2,
        portal_open=False,
    )
    configuration = SiteConfiguration.objects.get(site=junior)
    configuration.support_phone = "+1 555 0199"
    configuration.save()

    child = SiteConfiguration.for_site(junior)

    assert child.lineage == (junior.pk, alpha.pk)
    assert child.support_name == "Alpha School IT desk"
    assert child.support_phone == "+1 555 0199"
    assert child.languages == ("en", "ar") and str(child.time_zone) == "Europe/Berlin"
    assert (child.access_rights, child.device_certificate_years, child.portal_open) == (27, 2, False)
    assert child.organization_name == "Alpha Junior"
    people.configure(Site.objects.get(pk=child.site_id), organization_name="")
    assert SiteConfiguration.for_site(child.site_id).organization_name == "Alpha Junior"  # not its district's
    assert child.profile_namespace != SiteConfiguration.for_site(alpha).profile_namespace


def test_r06_a_privilege_at_the_parent_counts_for_its_children(
    alpha: Site, junior: Site, alice: User
) -> None:
    _row, token = people.invite(junior, login_required=True)
    visitor = Visitor()
    visitor.start(token)

    visitor.log_in(path=f"{visitor.own}/log-in/")

    assert visitor.see(visitor.own + "/").h1.startswith("Let Alpha Junior manage")


def test_r06_a_privilege_at_a_child_says_nothing_about_the_parent(alpha: Site, junior: Site) -> None:
    """They come in by the parent's address, and the device is the child's."""
    people.configure(alpha, takes_devices=True)
    people.staff("jun", "Jun Ito", (junior, Privilege.ENROLL_MOBILE_DEVICES))
    visitor = Visitor()

    visitor.log_in("jun")
    visitor.go_on()

    assert visitor.enrollment.site == junior
    visitor.post(f"{visitor.own}/site/", {"site": str(alpha.pk)})
    assert visitor.enrollment.site == junior


def test_r06_an_archived_child_takes_no_invitations(alpha: Site, junior: Site) -> None:
    _row, token = people.invite(junior)
    configuration = SiteConfiguration.objects.get(site=junior)
    configuration.archived = True
    configuration.save()
    assert Visitor().see(f"/i/{token}").h1 == "This invitation is not valid"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_r06_an_invitation_of_alpha_is_unknown_at_beta(alpha: Site, beta: Site, method: str) -> None:
    row, token = people.invite(alpha)
    visitor = Visitor("beta.test")
    visitor.get("/enroll/")

    page = as_page(visitor.ask(method, f"/i/{token}"))

    assert (page.status, page.h1) == (404, "This invitation is not valid")
    assert "Alpha" not in page.text
    assert Invitation.objects.get(pk=row.pk).uses_held == 0 and not Enrollment.objects.exists()


def test_r06_an_invitation_of_the_parent_does_not_enter_at_its_child(alpha: Site) -> None:
    people.new_site("Alpha Senior", "senior.test", parent=alpha, ready=False)
    _row, token = people.invite(alpha)
    assert Visitor("senior.test").see(f"/i/{token}").status == 404


def test_r06_staff_of_beta_are_no_staff_of_alpha(alpha: Site, carol: User) -> None:
    answer = Visitor().log_in("carol")
    assert as_page(answer).h1 == "Your account may not enroll devices"
    assert not Enrollment.objects.exists()


def test_r06_a_challenge_of_alpha_is_refused_by_betas_authority(alpha: Site, beta: Site) -> None:
    _row, token = people.invite(alpha)
    _visitor, phone = person_at("profile-fetched", token)
    payload = phone.install().identity_payload
    betas = Authority.objects.get(site=beta)
    payload["PayloadContent"]["URL"] = f"https://beta.test/scep/{betas.public_id}"
    payload["PayloadContent"].pop("CAFingerprint", None)

    with pytest.raises(PhoneError, match="failInfo 2"):
        phone.obtain_certificate()

    assert not Certificate.objects.exists()


def test_r06_the_challenge_is_good_at_its_own_authority(alpha: Site, beta: Site) -> None:
    """What the test above would also say of a challenge that is good nowhere."""
    _row, token = people.invite(alpha)
    _visitor, phone = person_at("profile-fetched", token)
    phone.install()
    phone.obtain_certificate()
    assert Certificate.objects.get().site == alpha


def test_r06_a_challenge_of_alpha_is_refused_at_betas_host(alpha: Site, beta: Site) -> None:
    _row, token = people.invite(alpha)
    _visitor, phone = person_at("profile-fetched", token)
    payload = phone.install().identity_payload["PayloadContent"]
    payload["URL"] = payload["URL"].replace("alpha.test", "beta.test")

    with pytest.raises(PhoneError):
        phone.obtain_certificate()

    assert not Certificate.objects.exists()


@pytest.mark.parametrize("url", ["CheckInURL", "ServerURL"])
def test_r06_a_certificate_of_alpha_is_refused_at_betas_host(alpha: Site, beta: Site, url: str) -> None:
    _row, token = people.invite(alpha)
    _visitor, phone = person_at("certificate-issued" if url == "CheckInURL" else "enrolled", token)
    profile = phone.management.profile
    assert profile is not None and profile.mdm is not None
    profile.mdm[url] = profile.mdm[url].replace("alpha.test", "beta.test")

    with pytest.raises(PhoneError, match="400"):
        phone.authenticate() if url == "CheckInURL" else phone.idle_until_done()
