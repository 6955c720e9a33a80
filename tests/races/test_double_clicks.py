"""Every button, pressed twice before the first answer came: one enrollment, one profile, one place to go on."""

import itertools

import pytest

from tests.iphone import IPhone
from tests.phone.page import Page
from tests.phone.scep_reply import ScepFailure
from tests.races.at_once import at_once, double_click, same_place, tab
from tests.servers.gunicorn import Gunicorn

_turn = itertools.count(1)  # from the end, so that other stories take others


@pytest.fixture
def invited(server: Gunicorn) -> IPhone:
    """On the welcome page of an invitation for one device."""
    phone = server.phone()
    singles = server.database.facts.single
    phone.open(server.url(f"/i/{singles[-(next(_turn) % len(singles))]}"))
    return phone


def profiles(server: Gunicorn, page: Page) -> int:
    """How many were signed for the enrollment whose page this is."""
    found = server.database.value(
        "SELECT count(*) FROM enrollment_issuedprofile p"
        " JOIN enrollment_enrollment e ON e.id = p.enrollment_id WHERE e.public_id = ?",
        page.path.split("/")[2],
    )
    return int(found)


def enrollments(server: Gunicorn) -> int:
    return int(server.database.value("SELECT count(*) FROM enrollment_enrollment"))


def finish(phone: IPhone) -> None:
    """From wherever the double click led, to the end."""
    if phone.safari.here.path.endswith("/install/"):
        phone.journey.download()  # the other click may have got it already, then the page offers it on demand
    else:
        phone.journey.to_management_profile({})
    phone.management.run()
    assert phone.return_to_safari().h1 == "Enrollment complete"


@pytest.mark.parametrize("times", [2, 4])
def test_start(server: Gunicorn, invited: IPhone, times: int) -> None:
    before = enrollments(server)
    assert same_place(double_click(invited, times=times)).endswith("/mdm-profile/")
    assert enrollments(server) == before + 1
    finish(invited)


def test_log_in(server: Gunicorn) -> None:
    before, phone = enrollments(server), server.phone()
    phone.open(server.url("/enroll/"))
    assert same_place(double_click(phone, server.database.facts.staff)).endswith("/mdm-profile/")
    assert enrollments(server) == before + 1
    finish(phone)


def test_continue(server: Gunicorn, invited: IPhone) -> None:
    invited.answer_page({})
    pages = double_click(invited)
    assert same_place(pages).endswith("/install/")
    assert profiles(server, pages[0]) == 1
    assert {page.profile_url for page in pages} == {pages[0].profile_url}
    finish(invited)


def test_download_again(server: Gunicorn, invited: IPhone) -> None:
    invited.journey.to_management_profile({})
    server.database.change("UPDATE enrollment_issuedprofile SET issued_at = '2020-01-01 00:00:00+00:00'")
    invited.safari.reload()
    pages = double_click(invited)
    assert same_place(pages).endswith("/install/")
    assert profiles(server, pages[0]) == 2  # the one before, and one more
    finish(invited)


def test_try_again(server: Gunicorn, invited: IPhone) -> None:
    invited.journey.to_management_profile({})
    invited.install()
    invited.obtain_certificate()
    with pytest.raises(ScepFailure):
        invited.obtain_certificate()  # a second key: the attempt has failed
    assert invited.safari.reload().path.endswith("/failed/")
    pages = double_click(invited)
    assert same_place(pages).endswith("/install/")
    assert profiles(server, pages[0]) == 2
    finish(invited)


def test_start_over(server: Gunicorn, invited: IPhone) -> None:
    invited.answer_page({})
    welcome = frame_button(invited, server.url("/enroll/"), "/start-over")
    assert welcome.startswith("/i/")
    finish(invited)


def test_log_out(server: Gunicorn) -> None:
    phone = server.phone()
    phone.enroll(server.url("/enroll/"), server.database.facts.staff)
    assert frame_button(phone, phone.safari.here.url, "/log-out") == "/enroll/"


def frame_button(phone: IPhone, url: str, ending: str) -> str:
    """Where a double click on a button that is no answer leads."""
    page = phone.open(url)
    form = next(form for form in page.forms if form.goes_to(ending))
    tabs = [tab(phone.safari) for _ in range(2)]
    pages = at_once([lambda each=each: each.submit(form) for each in tabs])  # type: ignore[misc]
    phone.safari.cookies, phone.safari.page = tabs[-1].cookies, tabs[-1].page
    return same_place(pages)


def test_two_tabs_that_start_and_continue_side_by_side_are_one_enrollment(
    server: Gunicorn, invited: IPhone
) -> None:
    before, other = enrollments(server), tab(invited.safari)
    same_place(double_click(invited))
    stale = other.submit(other.here.main_forms[0])  # the second tab still shows the welcome page
    assert stale.path == invited.safari.here.path
    finish(invited)
    late = other.submit(stale.main_forms[0])  # and now an answered question
    assert late.h1 == "Enrollment complete"
    assert enrollments(server) == before + 1
