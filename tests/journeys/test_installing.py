"""From the download to the page that says complete, and what may happen on the way."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Certificate, Enrollment, Status
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.moved_clock import Clock
from tests.phone.errors import PhoneError
from tests.visitor import Visitor, as_page, fetch_profile, person_at, phone_without_network, steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(alpha: Site) -> str:
    return people.invite(alpha)[1]


def _word(visitor: Visitor) -> str:
    answer = visitor.get(f"{visitor.own}/status")
    assert (
        answer.headers["Content-Type"].startswith("text/plain")
        and answer.headers["Cache-Control"] == "no-store"
    )
    return answer.content.decode()


def test_the_status_follows_the_device_word_by_word(alpha: Site, token: str, clock: Clock) -> None:
    visitor, phone = Visitor(), phone_without_network(clock=clock.now)
    words = []
    for step in (*steps(visitor, phone, token), phone.check_out):
        step()
        words.append(_word(visitor))

    assert words == [
        "started", "profile-issued", "profile-fetched", "certificate-issued",
        "authenticated", "enrolled", "checked-out",
    ]  # fmt: skip


def test_a_failed_and_a_lapsed_attempt_have_words_too(alpha: Site, clock: Clock) -> None:
    failed, _phone = person_at("failed", people.invite(alpha)[1], clock=clock.now)
    lapsed, _phone = person_at("profile-fetched", people.invite(alpha)[1], clock=clock.now)
    clock.forward(hours=2)
    assert (_word(failed), _word(lapsed)) == ("failed", "expired")


def test_the_page_starts_the_download_once_and_marks_what_is_done(
    alpha: Site, token: str, clock: Clock
) -> None:
    visitor, phone = person_at("profile-issued", token, clock=clock.now)

    waiting = visitor.see(f"{visitor.own}/install/")
    fetch_profile(visitor, phone)
    fetched = visitor.see(f"{visitor.own}/install/")

    assert waiting.refresh is not None and waiting.refresh[1].endswith(".mobileconfig")
    assert fetched.refresh is None or not fetched.refresh[1].endswith(".mobileconfig")
    assert waiting.data["state"] == "profile-issued" and fetched.data["state"] == "profile-fetched"
    assert waiting.text.count("(not yet)") == 3 and fetched.text.count("(not yet)") == 2


def test_the_countdown_starts_when_the_profile_was_fetched(alpha: Site, token: str, clock: Clock) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.time_zone = "Asia/Tokyo"
    configuration.save()
    clock.time = clock.time.replace(hour=5, minute=29, second=0, microsecond=0)
    visitor, phone = person_at("profile-issued", token, clock=clock.now)
    clock.forward(minutes=2)
    fetch_profile(visitor, phone)
    clock.forward(minutes=3)

    page = visitor.see(f"{visitor.own}/install/")

    assert page.data["left"] == "300" and page.data["total"] == "480"
    assert "5:00" in page.text
    assert "Install the profile before 2:39 p.m." in page.text, "in the site's own time"
    clock.forward(minutes=5)
    assert "Time is up: download the profile again." in visitor.see(f"{visitor.own}/install/").text


def test_a_device_that_stays_silent_for_two_minutes_is_named(alpha: Site, token: str, clock: Clock) -> None:
    visitor, _phone = person_at("certificate-issued", token, clock=clock.now)
    silent = "has not reported back for two minutes"

    clock.forward(minutes=2, seconds=-1)
    assert silent not in visitor.see(f"{visitor.own}/install/").text
    clock.forward(seconds=1)
    assert silent in visitor.see(f"{visitor.own}/install/").text


def test_what_may_go_wrong_is_explained(alpha: Site, token: str) -> None:
    visitor, _phone = person_at("profile-fetched", token)
    text = visitor.see(f"{visitor.own}/install/").text
    for trouble in (
        "I tapped Ignore", "I do not see Profile Downloaded", "already managed", "I do not know the passcode",
        "Stolen Device Protection", "Lockdown Mode", "Not Verified", "I closed Safari", "this page still waits",
        "not your school password",
    ):  # fmt: skip
        assert trouble in text, trouble


def test_download_again_within_eight_minutes_gives_the_same_bytes(
    alpha: Site, token: str, clock: Clock
) -> None:
    visitor, phone = person_at("profile-fetched", token, clock=clock.now)
    first = phone.settings.waiting
    clock.forward(minutes=7)

    answer = visitor.post(f"{visitor.own}/install/")

    assert answer.status_code == 303 and answer.headers["Location"].endswith(".mobileconfig")
    phone.settings.receive(phone.settings.fetch(f"https://alpha.test{answer.headers['Location']}"))
    assert first is not None and phone.settings.waiting is not None
    assert phone.settings.waiting.identity_payload == first.identity_payload
    phone.management.run()
    assert _word(visitor) == "enrolled"


def test_download_again_later_keeps_log_in_and_answers(alice: User, clock: Clock) -> None:
    visitor, phone = Visitor(), phone_without_network(clock=clock.now)
    visitor.log_in()
    visitor.go_on()
    fetch_profile(visitor, phone)
    clock.forward(minutes=9)
    assert phone.settings.waiting is None, "iOS has dropped it"

    page = as_page(visitor.get(visitor.post(f"{visitor.own}/install/").headers["Location"] + "install/"))
    assert page.profile_url is not None and "Alice Archer" in page.text
    fetch_profile(visitor, phone)
    phone.management.run()

    assert visitor.see(visitor.own + "/").h1 == "Enrollment complete"
    assert Enrollment.objects.get().signed_in_user == alice


def test_try_again_after_a_failure_leads_to_a_new_profile(alpha: Site, token: str) -> None:
    visitor, _phone = person_at("failed", token)
    page = visitor.see(visitor.own + "/")
    assert page.h1 == "Enrollment did not finish"
    assert "The profile was removed from the iPhone before enrollment was complete." in page.text

    visitor.post(f"{visitor.own}/failed/")
    phone = phone_without_network()
    fetch_profile(visitor, phone)
    phone.management.run()

    assert visitor.see(visitor.own + "/").h1 == "Enrollment complete"
    assert Certificate.objects.filter(revoked_at=None).count() == 1


def test_a_second_device_with_the_same_profile_fails_both_and_says_so(alpha: Site, token: str) -> None:
    visitor, phone = person_at("profile-fetched", token)
    other = phone_without_network()
    other.management.profile = phone.install()
    phone.obtain_certificate()

    with pytest.raises(PhoneError):
        other.obtain_certificate()

    assert "The profile was used on a second device." in visitor.see(visitor.own + "/").text
    assert Enrollment.objects.get().status == Status.FAILED


def test_coming_back_after_a_while_goes_on_where_it_was(alpha: Site, token: str, clock: Clock) -> None:
    visitor = Visitor()
    visitor.start(token)
    clock.forward(hours=1, minutes=50)

    resume = visitor.see(f"/i/{token}")
    page = visitor.see(resume.link("Continue").url.removeprefix("https://alpha.test"))

    assert page.h1.startswith("Let Alpha School manage")


def test_reloading_the_screen_behind_leads_to_where_one_is(alpha: Site, token: str) -> None:
    visitor, _phone = person_at("enrolled", token)
    for screen in ("log-in", "mdm-profile", "install", "failed", "nonsense"):
        assert visitor.get(f"{visitor.own}/{screen}/").headers["Location"] == f"{visitor.own}/complete/"
    assert visitor.see(f"/i/{token}").h1 == "Enrollment complete"


def test_the_complete_page_names_device_and_user(alpha: Site) -> None:
    _row, token = people.invite(alpha, assigned_full_name="Ana Alvarez", assigned_user_name="ana")
    visitor, _phone = person_at("enrolled", token, family="iPad")

    page = visitor.see(visitor.own + "/")

    assert page.h1 == "Enrollment complete" and "This iPad is enrolled with Alpha School." in page.text
    assert "Ana Alvarez" in page.text
    assert "iPad13,4" not in page.text  # the product name says nothing to a teacher


def test_a_profile_that_nobody_fetched_in_time_is_offered_anew(alpha: Site, token: str, clock: Clock) -> None:
    """Its URL is dead after a quarter of an hour: the page must not lead there by itself."""
    visitor, phone = person_at("profile-issued", token, clock=clock.now)
    clock.forward(minutes=16)

    page = visitor.see(f"{visitor.own}/install/")
    assert page.refresh is None or not page.refresh[1].endswith(".mobileconfig")
    assert page.profile_url is None and "Time is up" in page.text

    visitor.post(f"{visitor.own}/install/")
    fetch_profile(visitor, phone)
    phone.management.run()
    assert _word(visitor) == "enrolled"


def test_the_page_left_open_hears_of_the_silence(alpha: Site, token: str, clock: Clock) -> None:
    visitor, phone = person_at("certificate-issued", token, clock=clock.now)
    clock.forward(minutes=2, seconds=-1)
    assert _word(visitor) == "certificate-issued"
    clock.forward(seconds=1)
    assert _word(visitor) == "stalled", "another word, so that the page asks for itself anew"
    phone.authenticate()
    assert _word(visitor) == "authenticated"


def test_after_a_day_the_page_says_so_without_a_sweeper(alpha: Site, token: str, clock: Clock) -> None:
    visitor, _phone = person_at("authenticated", token, clock=clock.now)
    clock.forward(hours=24)
    assert _word(visitor) == "expired"
    assert visitor.see(visitor.own + "/").h1 == "This enrollment has expired"


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Alpha School Devices", "Identity of this device", "Device management"]),
        ("de", ["Alpha School Devices", "Identität dieses Geräts", "Geräteverwaltung"]),
    ],
)
def test_what_settings_shows_of_the_profile_is_in_the_persons_language(
    alpha: Site, token: str, language: str, names: list[str]
) -> None:
    visitor, phone = Visitor(language=language), phone_without_network()
    visitor.start(token)
    visitor.go_on()
    fetch_profile(visitor, phone)

    payloads = phone.install().payloads

    assert [payload["PayloadDisplayName"] for payload in payloads] == names
