"""Whom the device is for: found, not found, nobody; and R26, the field is no oracle."""

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.models import AssignmentSource, Device, Enrollment
from sites_config.models import Privilege, User
from tests import people
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(alpha: Site) -> None:
    people.person(
        alpha, "ana", "Ana Alvarez", email="ana@alpha.example", department="Science", building="North", room="12",
        phone="+1 555 0101", position="Teacher",
    )  # fmt: skip


@pytest.fixture
def staff(alpha: Site, alice: User) -> Visitor:
    people.let_assign(alice, alpha)
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("assign")
    return visitor


@pytest.fixture
def invited(alpha: Site) -> Visitor:
    visitor = Visitor()
    visitor.start(people.invite(alpha, assigned_user_name="")[1])
    visitor.reach("assign")
    return visitor


def _post(visitor: Visitor, user_name: str, *, search: bool = False) -> str:
    """The text of the page that follows."""
    data = {"user_name": user_name} | ({"search": "1"} if search else {})
    answer = visitor.post(f"{visitor.own}/assign/", data)
    if answer.status_code == 303:
        return visitor.see(answer.headers["Location"]).text
    return as_page(answer).text


def test_the_magnifier_marks_a_known_name_and_enroll_takes_it(alpha: Site, ana: None, staff: Visitor) -> None:
    text = _post(staff, "ana", search=True)
    assert "✓ Found" in text and "Ana Alvarez" in text
    assert "assign" not in staff.enrollment.answers

    assert "Let Alpha School manage" in _post(staff, "ana")

    row = staff.enrollment
    assert (row.assigned_user_name, row.assigned_full_name) == ("ana", "Ana Alvarez")
    assert (row.assigned_department, row.assigned_room) == ("Science", "12")
    assert row.assignment_source == AssignmentSource.STAFF
    assert row.directory_searches == 1, "what was just searched for is not asked again"


def test_the_device_knows_what_the_directory_knew(alpha: Site, ana: None, staff: Visitor) -> None:
    phone = phone_without_network()
    _post(staff, "ana")
    staff.go_on()
    fetch_profile(staff, phone)
    phone.management.run()
    assert "Ana Alvarez" in staff.see(staff.own + "/").text
    device = Device.objects.get()
    assert device.assigned_email == "ana@alpha.example" and device.assigned_position == "Teacher"
    assert device.assignment_source == AssignmentSource.STAFF


@pytest.mark.parametrize("search", [True, False])
def test_an_unknown_name_binds_nobody_and_keeps_the_text(staff: Visitor, search: bool) -> None:
    answer = staff.post(f"{staff.own}/assign/", {"user_name": "nobody"} | ({"search": "1"} if search else {}))
    page = as_page(answer) if answer.status_code == 200 else staff.see(f"{staff.own}/assign/")
    assert "✕ Not found" in page.text
    assert page.main_forms[0].named("user_name")[0].value == "nobody"
    assert ("Correct the name" in page.text) is not search
    row = staff.enrollment
    assert row.assigned_user_name == "" and "assign" not in row.answers


def test_blank_goes_on_without_a_user(staff: Visitor) -> None:
    assert "Let Alpha School manage" in _post(staff, "")
    assert staff.enrollment.assignment_source == "" and staff.enrollment.directory_searches == 0


def test_another_name_after_a_find_is_searched_anew(alpha: Site, ana: None, staff: Visitor) -> None:
    _post(staff, "ana", search=True)
    assert "Correct the name" in _post(staff, "anna")
    assert staff.enrollment.assigned_user_name == ""


@pytest.mark.parametrize("typed", ["ANA", " ana ", "Ana"])
def test_neither_capitals_nor_blanks_make_a_difference(
    alpha: Site, ana: None, staff: Visitor, typed: str
) -> None:
    _post(staff, typed)
    assert staff.enrollment.assigned_user_name == "ana"


@pytest.mark.parametrize(
    "typed", ["an", "ana*", "*", "%", "a_a", "ana' OR 1=1 --", "Ana Alvarez", "ana@alpha.example"]
)
def test_r26_only_the_exact_user_name_is_found(alpha: Site, ana: None, staff: Visitor, typed: str) -> None:
    assert "Correct the name" in _post(staff, typed)


def test_r26_invited_people_see_the_mark_and_no_name(alpha: Site, ana: None, invited: Visitor) -> None:
    text = _post(invited, "ana", search=True)
    assert "✓ Found" in text and "Alvarez" not in text
    _post(invited, "ana")
    assert invited.enrollment.assignment_source == AssignmentSource.SELF_DECLARED
    phone = phone_without_network()
    invited.go_on()
    fetch_profile(invited, phone)
    phone.management.run()
    page = invited.see(invited.own + "/")
    assert page.h1 == "Enrollment complete" and "ana" in page.text and "Alvarez" not in page.text


def test_r26_ten_searches_an_enrollment(alpha: Site, ana: None, invited: Visitor) -> None:
    for number in range(10):
        _post(invited, f"guess{number}", search=True)
    answer = invited.post(f"{invited.own}/assign/", {"user_name": "ana", "search": "1"})
    assert answer.status_code == 429 and "Too many searches" in as_page(answer).text
    assert "Let Alpha School manage" in _post(invited, ""), "nobody is kept from going on"


def test_r26_the_sites_own_limit_holds_over_all_enrollments(
    alpha: Site, ana: None, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"directory_search": "3/m/key"}
    codes = []
    for _attempt in range(4):
        visitor = Visitor()
        visitor.start(people.invite(alpha, assigned_user_name="")[1])
        path = visitor.reach("assign")
        codes.append(visitor.post(path, {"user_name": "ana", "search": "1"}).status_code)
    assert codes == [303, 303, 303, 429]


def test_r26_without_the_privilege_there_is_no_field(alpha: Site, ana: None) -> None:
    people.staff("dan", "Dan Dow", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    visitor = Visitor()
    visitor.log_in("dan")
    assert visitor.see(visitor.own + "/").h1.startswith("Let Alpha School manage")
    visitor.post(f"{visitor.own}/assign/", {"user_name": "ana"})
    assert Enrollment.objects.get().assigned_user_name == ""


def test_r06_nobody_of_another_institution_is_found(alpha: Site, beta: Site, staff: Visitor) -> None:
    people.person(beta, "ben", "Ben Beta")
    assert "Correct the name" in _post(staff, "ben")


def test_two_with_the_same_user_name_are_nobody(alpha: Site, ana: None, alice: User) -> None:
    junior = people.new_site("Alpha Junior", parent=alpha, ready=False)
    people.person(junior, "ana", "Another Ana")
    people.let_assign(alice, alpha)
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("assign")
    assert "Correct the name" in _post(visitor, "ana")


@pytest.mark.parametrize("strange", ["x" * 151, "a\x00b", "<script>", "\u202eana"])
def test_strange_names_are_not_found_and_harm_nobody(staff: Visitor, strange: str) -> None:
    text = _post(staff, strange)
    assert "Correct the name" in text and "<script>" not in text


def test_the_search_button_comes_first_so_that_return_searches(staff: Visitor) -> None:
    form = staff.see(f"{staff.own}/assign/").main_forms[0]
    assert next(button.name for button in form.buttons) == "search"


def test_an_invitation_for_somebody_asks_nothing(alpha: Site) -> None:
    visitor = Visitor()
    visitor.start(people.invite(alpha, assigned_user_name="ana")[1])
    assert visitor.see(visitor.own + "/").h1.startswith("Let Alpha School manage")
