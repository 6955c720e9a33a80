"""One address, many schools: the choice is asked only where there is one, and decides everything after it."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Certificate, Enrollment
from sites_config.models import Privilege, User
from tests import people
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def junior(alpha: Site) -> Site:
    """With an authority of its own."""
    return people.new_site("Alpha Junior", parent=alpha)


@pytest.fixture
def senior(alpha: Site) -> Site:
    """With its parent's."""
    return people.new_site("Alpha Senior", parent=alpha, ready=False)


def _labels(visitor: Visitor) -> list[str]:
    return [
        field.label for field in visitor.see(visitor.own + "/").main_forms[0].fields if field.type == "radio"
    ]


def test_staff_of_the_district_choose_a_school_and_everything_follows(
    alpha: Site, junior: Site, senior: Site, alice: User
) -> None:
    visitor, phone = Visitor(), phone_without_network()
    visitor.log_in()
    visitor.reach("site")
    assert _labels(visitor) == ["Alpha Junior", "Alpha Senior"]

    visitor.go_on({"site": str(junior.pk)})
    page = visitor.see(visitor.own + "/")
    fetch_profile(visitor, phone)
    phone.management.run()

    assert "Alpha Junior" in page.text
    assert visitor.see(visitor.own + "/").h1 == "Enrollment complete"
    certificate = Certificate.objects.get()
    assert (certificate.site, certificate.authority.site) == (junior, junior)
    row = Enrollment.objects.get()
    assert (
        (row.entry_site, row.site) == (alpha, junior) and row.device is not None and row.device.site == junior
    )


def test_one_school_is_applied_silently(alpha: Site, junior: Site, senior: Site) -> None:
    people.staff("jun", "Jun Ito", (junior, Privilege.ENROLL_MOBILE_DEVICES))
    visitor = Visitor()
    visitor.log_in("jun")
    assert visitor.see(visitor.own + "/").h1 == "Let Alpha Junior manage this iPhone"
    assert visitor.enrollment.site == junior


def test_a_school_without_the_privilege_is_not_offered_and_not_taken(
    alpha: Site, junior: Site, senior: Site
) -> None:
    third = people.new_site("Alpha Third", parent=alpha, ready=False)
    people.staff("jun", "Jun Ito", *((site, Privilege.ENROLL_MOBILE_DEVICES) for site in (junior, senior)))
    visitor = Visitor()
    visitor.log_in("jun")
    assert _labels(visitor) == ["Alpha Junior", "Alpha Senior"]

    for site in (third, alpha):
        page = as_page(visitor.post(visitor.reach("site"), {"site": str(site.pk)}))
        assert "Choose where it belongs" in page.text
    assert visitor.enrollment.site == alpha


def test_a_district_that_takes_devices_itself_is_offered_too(alpha: Site, junior: Site, alice: User) -> None:
    people.configure(alpha, takes_devices=True)
    visitor = Visitor()
    visitor.log_in()
    visitor.reach("site")
    assert _labels(visitor) == ["Alpha Junior", "Alpha School"]


def test_an_invitation_of_the_district_offers_its_schools(alpha: Site, junior: Site, senior: Site) -> None:
    _row, token = people.invite(alpha, assigned_user_name="ana")
    visitor = Visitor()
    visitor.start(token)
    assert _labels(visitor) == ["Alpha Junior", "Alpha Senior"]


def test_an_invitation_of_a_school_asks_nothing(alpha: Site, junior: Site, senior: Site) -> None:
    _row, token = people.invite(senior, assigned_user_name="ana")
    visitor = Visitor()
    visitor.start(token)
    assert visitor.see(visitor.own + "/").h1 == "Let Alpha Senior manage this iPhone"


def test_many_schools_are_a_menu(alpha: Site, alice: User) -> None:
    schools = [people.new_site(f"School {number}", parent=alpha, ready=False) for number in range(8)]
    visitor = Visitor()
    visitor.log_in()
    form = visitor.see(visitor.reach("site")).main_forms[0]
    menu = next(field for field in form.fields if field.type == "select")
    assert [label for _value, label in menu.options][1:] == [school.name for school in schools]


def test_an_archived_school_is_not_offered_and_stops_a_profile_on_its_way(
    alpha: Site, junior: Site, senior: Site, alice: User
) -> None:
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on({"site": str(junior.pk)})
    url = visitor.profile_url
    people.configure(junior, archived=True)
    assert visitor.get(url).status_code == 410


def test_another_choice_withdraws_the_profile_of_the_first(
    alpha: Site, junior: Site, senior: Site, alice: User
) -> None:
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on({"site": str(junior.pk)})
    url = visitor.profile_url
    visitor.post(f"{visitor.own}/site/", {"site": str(senior.pk)})
    assert visitor.get(url).status_code == 410
    assert visitor.see(visitor.own + "/").h1 == "Let Alpha Senior manage this iPhone"
