"""R05: an enrollment opens only at the host of the site it was entered by; everything else comes from its own site."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Enrollment, IssuedProfile
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.rules.tables import changed, dump
from tests.visitor import Visitor, fetch_profile, person_at, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def junior(alpha: Site) -> Site:
    """A school of Alpha without address, authority or texts of its own."""
    child = people.new_site("Alpha Junior", parent=alpha, ready=False)
    SiteConfiguration.objects.filter(site=child).update(access_rights=19)
    return child


def test_r05_the_row_names_the_site_of_the_host_and_the_site_of_the_invitation(
    alpha: Site, junior: Site
) -> None:
    _row, token = people.invite(junior)

    enrollment = Visitor().start(token)

    assert (enrollment.entry_site, enrollment.site) == (alpha, junior)
    assert enrollment.host == "alpha.test"


def test_r05_at_the_portal_both_are_the_site_of_the_host(alpha: Site, alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    assert visitor.enrollment.entry_site == visitor.enrollment.site == alpha


def test_r05_pages_and_profile_speak_for_the_site_and_go_through_the_host(alpha: Site, junior: Site) -> None:
    _row, token = people.invite(junior)
    visitor, phone = Visitor(), phone_without_network()
    visitor.start(token)

    page = visitor.see(visitor.own + "/")
    visitor.go_on()
    fetch_profile(visitor, phone)

    assert page.h1 == "Let Alpha Junior manage this iPhone"
    profile = phone.install()
    assert profile.mdm is not None
    assert profile.mdm["AccessRights"] == 19
    assert profile.mdm["ServerURL"] == "https://alpha.test/mdm/connect"
    assert "Alpha Junior" in profile.name


@pytest.mark.parametrize("ending", ["/", "/mdm-profile/", "/install/", "/log-in/", "/complete/"])
def test_r05_an_enrollment_opens_only_at_the_host_it_was_entered_by(
    alpha: Site, beta: Site, ending: str
) -> None:
    """With the right key even: cookies don't travel between hosts, but somebody may carry them."""
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)

    page = visitor.see(visitor.own + ending, host="beta.test")

    assert (page.status, page.h1) == (403, "This enrollment is not open in this browser")


def test_r05_nothing_of_it_can_be_posted_or_fetched_at_another_host(alpha: Site, beta: Site) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token)
    url, before = visitor.profile_url, dump()

    assert visitor.get(f"{visitor.own}/status", host="beta.test").status_code == 404
    assert visitor.get(url, host="beta.test").status_code == 404
    for ending in ("/mdm-profile/", "/install/", "/log-out", "/start-over"):
        visitor.post(visitor.own + ending, host="beta.test")

    assert changed(before, dump()) == {}
    assert IssuedProfile.objects.count() == 1


def test_r05_a_child_with_an_address_of_its_own_is_another_entry(alpha: Site) -> None:
    people.new_site("Alpha Senior", "senior.test", parent=alpha, ready=False)
    _row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)

    assert visitor.see(visitor.own + "/", host="senior.test").status == 403


def test_r05_one_key_at_two_hosts_is_two_enrollments(alpha: Site, beta: Site) -> None:
    _row, at_alpha = people.invite(alpha)
    _row, at_beta = people.invite(beta)
    visitor = Visitor()
    visitor.start(at_alpha)

    assert visitor.post(f"/i/{at_beta}", host="beta.test").status_code == 303

    rows = Enrollment.objects.order_by("pk")
    assert [row.entry_site for row in rows] == [alpha, beta]
    assert rows[0].public_id != rows[1].public_id
