"""The oldest iOS of a site: by what the device says at check-in, and before that by what Safari says."""

import pytest
from django.contrib.sites.models import Site

from enrollment.mdm.os_version import is_older
from enrollment.models import Enrollment, FailureReason
from enrollment.steps.browsers import SOME_UPDATE, newest_possible
from sites_config.models import User
from tests import people
from tests.device_list.arrivals import invited, is_let, page_of
from tests.gallery_pages.browsers import CHROME_ON_IPHONE, OLD_SAFARI
from tests.visitor import Visitor, as_page

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{own} Mobile/15E148 Safari/604.1"
)
ON_16 = SAFARI.format(system="16_4", own="16.4")


@pytest.mark.parametrize(
    ("version", "minimum", "older"),
    [
        ("17.9", "17.10", True),
        ("17.10", "17.9", False),
        ("17", "17.0", False),
        ("17.0.0", "17", False),
        ("16.7.10", "17", True),
        ("9.3.5", "10", True),
        ("26.2", "18.6", False),
        ("", "17", False),
        ("18.6", "", False),
        ("seventeen", "17", False),
        ("18.6 (a)", "18.6", False),
        ("1.2.3.4.5", "17", False),
    ],
)
def test_versions_are_numbers(version: str, minimum: str, older: bool) -> None:
    assert is_older(version, minimum) is older


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minimum", "let"), [("18.6.1", False), ("18.10", False), ("18.6", True), ("", True)]
)
def test_at_check_in(alpha: Site, minimum: str, let: bool) -> None:
    """The simulated iPhone has iOS 18.6, and its Safari calls itself 26."""
    people.configure(alpha, minimum_os=minimum)
    visitor = invited(alpha, assigned_user_name="ana")

    assert is_let(visitor) is let

    if not let:
        page = page_of(visitor)
        assert visitor.enrollment.failure_reason == FailureReason.OS_TOO_OLD
        assert f"Update iOS to {minimum} or later first: Settings, General, Software Update." in page.text


@pytest.mark.django_db
def test_a_device_that_does_not_say_passes(alpha: Site) -> None:
    people.configure(alpha, minimum_os="26.9", access_rights=8191 - 16)

    assert is_let(invited(alpha, assigned_user_name="ana"))


@pytest.mark.parametrize(
    ("agent", "newest"),
    [
        (ON_16, (16, 4)),
        (OLD_SAFARI, (12, 5, 7)),
        (SAFARI.format(system="16_7_10", own="16.6"), (16, 7, 10)),
        (SAFARI.format(system="18_6", own="26.0"), (26, SOME_UPDATE)),
        (SAFARI.format(system="18_6", own="26.0").replace("iPhone", "iPad"), (26, SOME_UPDATE)),
        (CHROME_ON_IPHONE, ()),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/16.4 Safari/605.1.15", ()),
        ("", ()),
    ],
)
def test_what_safari_tells(agent: str, newest: tuple[int, ...]) -> None:
    assert newest_possible(agent) == newest


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["portal", "invitation"])
def test_an_old_safari_is_told_before_anything_is_asked(alpha: Site, where: str) -> None:
    people.configure(alpha, minimum_os="17.0")
    row, token = people.invite(alpha)
    path = f"/i/{token}" if where == "invitation" else "/enroll/"
    visitor = Visitor(agent=ON_16)

    page, posted = visitor.see(path), visitor.post(path)

    assert page.h1 == "Update iOS first" and page.status == 403
    assert "Alpha School enrolls devices with iOS 17.0 or later" in page.text
    row.refresh_from_db()
    assert as_page(posted).h1 == page.h1 and row.uses_held == 0 and not Enrollment.objects.exists()
    visitor.headers["User-Agent"] = ON_16.replace("16_4", "17_0").replace("16.4", "17.0")
    assert visitor.see(path).status == 200


@pytest.mark.django_db
def test_somebody_whose_device_may_be_their_own_is_asked_first(alpha: Site, alice: User) -> None:
    people.allow_personal(alpha)
    people.configure(alpha, minimum_os="17.0")
    visitor = Visitor(agent=ON_16)
    assert visitor.see("/enroll/").status == 200
    visitor.log_in()

    path = visitor.reach("ownership")
    visitor.post(path, {"ownership": "institutional"})

    assert page_of(visitor).h1 == "Update iOS first"
    visitor.headers["User-Agent"] = ON_16.replace("16_4", "17_0")
    visitor.post(path, {"ownership": "personal"})
    visitor.headers["User-Agent"] = ON_16
    assert page_of(visitor).status == 200


@pytest.mark.django_db
def test_the_mildest_school_counts_until_one_is_chosen(alpha: Site, alice: User) -> None:
    people.configure(alpha, minimum_os="17.0")
    north, _south = (people.new_site(name, parent=alpha, ready=False) for name in ("North", "South"))
    people.configure(north, minimum_os="15.0")
    visitor = Visitor(agent=ON_16)
    visitor.log_in()
    path = visitor.reach("site")

    visitor.post(path, {"site": str(_south.pk)})
    refused = page_of(visitor)
    visitor.headers["User-Agent"] = OLD_SAFARI.replace("12_5_7", "17_0")
    visitor.post(path, {"site": str(north.pk)})
    visitor.headers["User-Agent"] = ON_16

    assert refused.h1 == "Update iOS first" and page_of(visitor).path == f"{visitor.own}/mdm-profile/"


@pytest.mark.django_db
def test_under_way_nobody_is_stopped_by_a_browser(alpha: Site) -> None:
    visitor = invited(alpha, assigned_user_name="ana")
    visitor.go_on()
    people.configure(alpha, minimum_os="17.0")

    page = visitor.see(f"{visitor.own}/", user_agent=ON_16)

    assert (page.status, page.path) == (200, f"{visitor.own}/install/")
