"""Whose device it is: asked only where both are possible, and a personal one never gets the institution's profile."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Device, Enrollment, IssuedProfile, Status
from sites_config.models import Ownership, User
from tests import people
from tests.gallery_pages.browsers import OLD_SAFARI
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db


def test_both_are_offered_with_what_they_mean(alpha: Site, alice: User) -> None:
    people.allow_personal(alpha)
    visitor = Visitor()
    visitor.log_in()

    page = visitor.see(visitor.own + "/")

    assert page.h1 == "Whose iPhone is this?"
    for words in (
        "It belongs to Alpha School",
        "It is my own",
        "only the work or school account",
        "Erase the device",
    ):
        assert words in page.text, words


def test_an_institutional_device_is_enrolled_and_says_so(alpha: Site, alice: User) -> None:
    people.allow_personal(alpha)
    visitor, phone = Visitor(), phone_without_network()
    visitor.log_in()
    visitor.go_on({"ownership": "institutional"})
    fetch_profile(visitor, phone)
    phone.management.run()

    assert visitor.see(visitor.own + "/").h1 == "Enrollment complete"
    assert Device.objects.get().ownership == Ownership.INSTITUTIONAL


def test_a_personal_device_is_told_where_to_sign_in(alpha: Site, alice: User) -> None:
    people.allow_personal(alpha)
    visitor = Visitor()
    visitor.log_in()
    path = visitor.reach("personal", {"ownership": "personal"})

    page = visitor.see(path)
    assert "VPN & Device Management" in page.text and "Sign In to Work or School Account" in page.text
    assert "@alpha.example" in page.text
    visitor.post(path)

    assert visitor.enrollment.status == Status.INSTRUCTED
    assert visitor.see(visitor.own + "/").h1.startswith("Sign in on your own")
    visitor.post(path)
    assert visitor.enrollment.events.filter(data__to="instructed").count() == 1, (
        "a second tap changes nothing"
    )


def test_a_personal_device_never_gets_the_profile(alpha: Site, alice: User) -> None:
    """However the screens are asked for."""
    people.allow_personal(alpha)
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("personal", {"ownership": "personal"})
    for screen in ("mdm-profile", "install", "complete", "ca-certificate", "failed"):
        assert visitor.post(f"{visitor.own}/{screen}/").status_code == 303
    assert not IssuedProfile.objects.exists()


def test_a_profile_on_its_way_ends_when_the_device_turns_out_to_be_somebodys_own(
    alpha: Site, alice: User
) -> None:
    people.allow_personal(alpha)
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on({"ownership": "institutional"})
    url = visitor.profile_url

    visitor.post(f"{visitor.own}/ownership/", {"ownership": "personal"})

    assert visitor.get(url).status_code == 410


@pytest.mark.parametrize(
    ("institutional", "personal", "h1"),
    [
        (True, False, "Let Alpha School manage this iPhone"),
        (False, True, "Sign in on your own iPhone"),
    ],
)
def test_what_is_not_possible_is_not_asked(
    alpha: Site, alice: User, institutional: bool, personal: bool, h1: str
) -> None:
    people.allow_personal(alpha)
    people.configure(alpha, institutional_enrollment=institutional, personal_enrollment=personal)
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("mdm-profile" if institutional else "personal")
    assert visitor.see(visitor.own + "/").h1 == h1


def test_without_either_enrollment_is_closed_before_anybody_logs_in(alpha: Site, alice: User) -> None:
    people.configure(alpha, institutional_enrollment=False)
    _row, token = people.invite(alpha)
    for path in ("/enroll/", f"/i/{token}"):
        page = Visitor().see(path)
        assert (page.status, page.h1) == (403, "Enrollment is closed")
        assert "Alpha School IT desk" in page.text
    assert as_page(Visitor().log_in()).h1 == "Enrollment is closed"
    assert not Enrollment.objects.exists()


def test_an_invitation_is_institutional_and_never_asks(alpha: Site) -> None:
    people.allow_personal(alpha)
    _row, token = people.invite(alpha, assigned_user_name="ana")
    visitor = Visitor()
    visitor.start(token)
    assert visitor.see(visitor.own + "/").h1 == "Let Alpha School manage this iPhone"


def test_switching_it_off_meanwhile_stops_a_profile_on_its_way(alpha: Site, alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on()
    url = visitor.profile_url
    people.allow_personal(alpha)
    people.configure(alpha, institutional_enrollment=False)
    assert visitor.get(url).status_code == 410


def test_an_old_ios_is_told_to_update(alpha: Site, alice: User) -> None:
    people.allow_personal(alpha)
    visitor = Visitor()
    visitor.log_in()
    path = visitor.reach("personal", {"ownership": "personal"})
    assert "needs an update first" not in visitor.see(path).text
    assert "needs an update first" in visitor.see(path, user_agent=OLD_SAFARI).text


def test_without_account_driven_enrollment_only_the_contact_is_named(alpha: Site, alice: User) -> None:
    people.configure(alpha, institutional_enrollment=False, personal_enrollment=True)
    visitor = Visitor()
    visitor.log_in()
    page = visitor.see(visitor.reach("personal"))
    assert "Alpha School IT desk tells you" in page.text and "Sign In to Work" not in page.text
