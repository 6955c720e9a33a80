"""The portal: staff log in and enroll the device in their hands."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Device, Enrollment, SignInMethod, Status
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.visitor import KEY, Visitor, phone_without_network

pytestmark = pytest.mark.django_db
PORTAL = "https://alpha.test/enroll/"
ALICE = {"username": "alice", "password": people.PASSWORD}


@pytest.fixture(params=["iPhone", "iPad"])
def phone(request: pytest.FixtureRequest) -> IPhone:
    return phone_without_network(family=request.param)


def test_staff_log_in_and_enroll(alice: User, phone: IPhone) -> None:
    said: list[str] = []
    phone.journey.say = said.append

    result = phone.enroll(PORTAL, ALICE)

    assert result.page is not None and result.page.h1 == "Enrollment complete"
    assert f"This {phone.hardware.family} is enrolled with Alpha School." in result.page.text
    enrollment = Enrollment.objects.get()
    assert (enrollment.status, enrollment.signed_in_with, enrollment.signed_in_user) == (
        Status.ENROLLED,
        SignInMethod.STAFF,
        alice,
    )
    assert Device.objects.get().serial_number == phone.hardware.serial
    assert [line for line in said if people.PASSWORD in line] == []


def test_an_ipad_calls_itself_a_mac_until_it_checks_in(alice: User) -> None:
    """Safari on iPad asks for desktop sites by default, so the pages don't know better before."""
    ipad = phone_without_network(family="iPad")
    assert "Macintosh" in ipad.safari.user_agent

    before = ipad.open(PORTAL)
    after = ipad.enroll(PORTAL, ALICE).page

    assert "enroll this iPhone or iPad" in before.text
    assert after is not None and "This iPad is enrolled" in after.text


def test_an_iphone_is_called_one_from_the_first_page(alice: User) -> None:
    assert "enroll this iPhone." in phone_without_network().open(PORTAL).text


@pytest.mark.parametrize("path", ["/", "/enroll", "/enroll/"])
def test_every_address_of_the_portal_leads_to_log_in(alice: User, path: str) -> None:
    phone = phone_without_network()

    page = phone.open(f"https://alpha.test{path}")

    assert (page.status, page.h1, page.path) == (200, "Log in", "/enroll/")


@pytest.mark.parametrize(
    "path", ["/i/{}", "/enroll?invitation={}", "/enroll/?invitation={}", "/?invitation={}"]
)
def test_every_form_of_an_invitation_leads_to_its_welcome(alpha: Site, path: str) -> None:
    _row, token = people.invite(alpha)

    page = phone_without_network().open(f"https://alpha.test{path.format(token)}")

    assert (page.status, page.h1, page.path) == (200, "Enroll this iPhone", f"/i/{token}")
    assert "Mr. Ames" in page.text


def test_a_wrong_password_is_said_and_the_right_one_goes_on(alice: User) -> None:
    phone = phone_without_network()
    phone.open(PORTAL)

    page = phone.answer_page(ALICE | {"password": "mistyped"})

    assert page.h1 == "Log in" and page.title.startswith("Error: ")
    assert any("The username or the password is not right" in alert for alert in page.alerts)
    form = page.main_forms[0]
    assert form.named("username")[0].value == "alice", "what was typed stays"
    assert form.named("password")[0].value == "", "and the password doesn't"
    assert phone.answer_page(ALICE).h1.startswith("Let Alpha School manage")


def test_empty_fields_are_named_one_by_one(alice: User) -> None:
    phone = phone_without_network()
    page = phone.open(PORTAL)

    page = phone.safari.submit(page.main_forms[0], {})

    assert "Enter your username" in page.alerts[0] and "Enter your password" in page.alerts[0]


def test_somebody_without_the_privilege_reads_whom_to_ask(bob: User) -> None:
    phone = phone_without_network()
    phone.open(PORTAL)

    with pytest.raises(PhoneError, match="Your account may not enroll devices"):
        phone.enroll(PORTAL, {"username": "bob", "password": people.PASSWORD})

    page = phone.safari.here
    assert page.status == 403
    assert "Ask Alpha School IT desk for the privilege to enroll devices with Alpha School." in page.text
    again = phone.safari.follow(page.link("Log in as someone else").url)
    assert again.h1 == "Log in"


def test_a_closed_portal_says_so_and_keeps_invitations_open(alpha: Site, alice: User) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.portal_open = False
    configuration.save()
    _row, token = people.invite(alpha)

    page = phone_without_network().open(PORTAL)
    visitor = Visitor()
    visitor.client.cookies[KEY] = "some-key-of-a-browser"
    answer = visitor.post("/enroll/", ALICE)

    assert (page.status, page.h1) == (403, "Enrollment is closed")
    assert page.link("Check again").url == PORTAL
    assert answer.status_code == 403 and not Enrollment.objects.exists()
    assert phone_without_network().open(f"https://alpha.test/i/{token}").h1 == "Enroll this iPhone"


def test_an_invitation_may_ask_to_log_in(alpha: Site, alice: User) -> None:
    _row, token = people.invite(alpha, login_required=True)
    phone = phone_without_network()

    result = phone.enroll(f"https://alpha.test/i/{token}", ALICE)

    assert result.page is not None and result.page.h1 == "Enrollment complete"
    enrollment = Enrollment.objects.get()
    assert enrollment.invitation is not None and enrollment.signed_in_user == alice


@pytest.mark.parametrize(("login", "total"), [(True, 4), (False, 3)])
def test_the_progress_counts_what_this_person_will_see(
    alpha: Site, alice: User, login: bool, total: int
) -> None:
    _row, token = people.invite(alpha, login_required=login)
    visitor = Visitor()
    visitor.start(token)
    seen = []
    if login:
        seen.append(visitor.see(visitor.own + "/").text)
        visitor.log_in(path=f"{visitor.own}/log-in/")
    seen.append(visitor.see(visitor.own + "/").text)
    visitor.go_on()
    seen.append(visitor.see(visitor.own + "/").text)

    for number, text in enumerate(seen, 1):
        assert f"Step {number} of {total}" in text


def test_what_management_means_is_computed_from_the_rights(alpha: Site) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.access_rights = 1 + 16
    configuration.save()
    _row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)

    text = visitor.see(visitor.own + "/").text

    can, _, cannot = text.partition("What Alpha School cannot do")
    assert "See which profiles are installed" in can and "Erase the device" not in can
    assert "Erase the device" in cannot and "Read your messages" in cannot


def test_the_second_device_of_the_same_person_is_another_enrollment(alice: User) -> None:
    for _device in range(2):
        phone_without_network().enroll(PORTAL, ALICE)
    assert Enrollment.objects.filter(status=Status.ENROLLED, signed_in_user=alice).count() == 2
    assert Device.objects.count() == 2


def test_after_enrolling_the_same_browser_starts_anew(alice: User) -> None:
    phone = phone_without_network()
    phone.enroll(PORTAL, ALICE)

    page = phone.open(PORTAL)

    assert page.h1 == "Log in" and "Alice" not in page.text
