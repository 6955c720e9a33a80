"""Sites that require a second factor of their staff, at the administration and at the portal."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import Enrollment
from sites_config.models import Privilege, User
from tests import people
from tests.admin.test_accounts import browser, post
from tests.authenticator_app import Counter, counter, give_app, give_codes, give_passkey
from tests.journeys.test_second_factor import code_page, enter, waiting
from tests.visitor import Visitor, as_page

__all__ = ["counter"]
pytestmark = pytest.mark.django_db
OVERVIEW = "/accounts/second-factor/"


def administrator(username: str, *sites: Site, **columns: object) -> User:
    privileges = [
        (site, each)
        for site in sites
        for each in (Privilege.ADMINISTER_SITE, Privilege.ENROLL_MOBILE_DEVICES)
    ]
    return people.staff(username, username.title(), *privileges, is_staff=True, **columns)


def in_admin(username: str, host: str = "alpha.test") -> Client:
    client = browser(host)
    post(client, "/accounts/login/", {"login": username, "password": people.PASSWORD})
    return client


def is_led_away(client: Client, path: str = "/admin/") -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and answer.url == OVERVIEW  # type: ignore[attr-defined]


def test_the_administration_opens_after_one_is_set_up(alpha: Site) -> None:
    people.configure(alpha, second_factor_for_staff=True)
    anna = administrator("anna", alpha)
    client = in_admin("anna")

    for path in ("/admin/", "/admin/enrollment/device/", "/admin/sites_config/user/", "/admin/jsi18n/"):
        assert is_led_away(client, path), path
    assert "Alpha School asks for a second factor" in client.get(OVERVIEW).content.decode()
    give_codes(anna)
    assert is_led_away(client), "recovery codes alone are no second factor"

    give_app(anna)

    assert client.get("/admin/").status_code == 200
    assert "asks for a second factor" not in client.get(OVERVIEW).content.decode()


def test_whoever_has_none_can_still_log_out(alpha: Site) -> None:
    people.configure(alpha, second_factor_for_staff=True)
    administrator("anna", alpha)
    client = in_admin("anna")
    token = client.cookies["__Host-gatehouse-csrf"].value

    assert client.post("/admin/logout/", {"csrfmiddlewaretoken": token}).status_code == 302
    assert client.get(OVERVIEW).status_code == 302


@pytest.mark.parametrize(
    ("parent", "child", "is_asked"),
    [(True, None, True), (True, False, False), (False, True, True), (None, None, False)],
)
def test_r06_a_child_inherits_it_or_says_otherwise(
    alpha: Site, parent: bool | None, child: bool | None, is_asked: bool
) -> None:
    junior = people.new_site("Alpha Junior", "junior.test", parent=alpha)
    people.configure(alpha, second_factor_for_staff=parent)
    people.configure(junior, second_factor_for_staff=child)
    administrator("jane", junior)

    assert is_led_away(in_admin("jane", "junior.test")) is is_asked


@pytest.mark.parametrize(("username", "is_asked"), [("anna", True), ("carl", False), ("root", True)])
def test_it_holds_at_every_address_for_whoever_may_do_something_at_the_site(
    alpha: Site, beta: Site, username: str, is_asked: bool
) -> None:
    junior = people.new_site("Alpha Junior", parent=alpha, ready=False)
    people.configure(junior, second_factor_for_staff=True)
    administrator("anna", alpha)
    administrator("carl", beta)
    administrator("root", is_superuser=True)

    assert is_led_away(in_admin(username, "beta.test")) is is_asked


def test_at_the_portal_it_has_to_be_set_up_first(alpha: Site, alice: User) -> None:
    people.configure(alpha, second_factor_for_staff=True)

    page = as_page(Visitor(agent="iPad").log_in())

    assert (page.status, page.h1) == (403, "Your account needs a second factor")
    assert "alpha.test/accounts/second-factor/" in page.text
    assert not Enrollment.objects.exists()


def test_whoever_only_enrolls_can_set_it_up(alpha: Site, alice: User) -> None:
    people.configure(alpha, second_factor_for_staff=True)
    client = in_admin("alice")

    refused = client.get("/admin/", follow=True)
    assert refused.status_code == 403 and f'href="{OVERVIEW}"' in refused.content.decode()
    page = client.get(OVERVIEW).content.decode()
    assert "Alpha School asks for a second factor" in page and "Back to the administration" not in page


def test_at_the_portal_an_account_with_a_passkey_enters_a_recovery_code(
    alpha: Site, alice: User, counter: Counter
) -> None:
    people.configure(alpha, second_factor_for_staff=True)
    give_passkey(alice)
    code = give_codes(alice)[0]
    ipad = waiting()
    assert ipad.see(f"{ipad.own}/").path == code_page(ipad)

    enter(ipad, code)

    assert ipad.enrollment.signed_in_user == alice


def test_people_of_an_invitation_are_not_asked(alpha: Site) -> None:
    people.configure(alpha, second_factor_for_staff=True)
    _row, token = people.invite(alpha)

    assert Visitor().start(token)
