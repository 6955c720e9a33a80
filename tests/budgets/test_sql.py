"""SQL statements of every request of a journey, once the process knows its configuration."""

from collections.abc import Callable

import pytest
from django.contrib.sites.models import Site
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from enrollment.models import AccessGroup, Enrollment, SignInMethod
from sites_config import changes
from sites_config.languages import CODES
from sites_config.models import MessageText, SiteConfiguration, User
from sites_config.second_factor import needs_second_factor
from sites_config.texts import COLUMNS, texts_for
from tests import people
from tests.budgets.counting import queries
from tests.moved_clock import Clock
from tests.visitor import STAGES, Visitor, fetch_profile, person_at

pytestmark = pytest.mark.django_db
GET, POST = 2, 6
# Besides its own nine and a look at the address's failures, logging in asks allauth's two limits before the hash and
# takes the count back after a good one: lock, look, count and unlock are eight statements of the cache table each.
# The last one asks for the second factors of the account.
SIGN_IN = 9 + 1 + 4 * 8 + 1 + 1


@pytest.fixture(autouse=True)
def warm(alpha: Site, alice: User, settings: Settings) -> None:
    """What a process knows after its first people: settings, texts, addresses, keys."""
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    changes.forget()
    _row, token = people.invite(alpha)
    person_at("enrolled", token)
    needs_second_factor(alice, SiteConfiguration.for_site(alpha))
    texts_for(SiteConfiguration.for_site(alpha), "en")


def _cost(request: Callable[[], HttpResponse], *, status: int) -> list[str]:
    with queries() as sent:
        answer = request()
    assert answer.status_code == status
    return sent


@pytest.mark.parametrize("stage", STAGES)
def test_a_page_costs_two_statements(alpha: Site, stage: str) -> None:
    _row, token = people.invite(alpha, max_uses=2)
    visitor, _phone = person_at(stage, token)
    paths = ["/", "/enroll", "/enroll/", f"/i/{token}", f"/enroll?invitation={token}"]
    if stage != "nobody":
        screens = ("", "status", "mdm-profile/", "install/", "complete/", "failed/")
        paths += [f"{visitor.own}/{screen}" for screen in screens]
    Visitor().get("/enroll/")  # from now on the process knows how people may log in

    for path in paths:
        with queries() as sent:
            visitor.get(path)
        assert len(sent) <= GET, (path, sent)


def test_a_page_costs_the_same_in_every_language(alpha: Site) -> None:
    """Also the first one in a language, and where a site words much of it itself."""
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.languages = ",".join(CODES)
    configuration.save()
    MessageText.objects.create(
        site=alpha, key="welcome.need", **{column: code for column, code in COLUMNS.items()}
    )
    MessageText.objects.create(site=alpha, key="name.organization", text_he="אלפא")
    _row, token = people.invite(alpha)
    Visitor().get(f"/i/{token}")

    costs = {}
    for code in CODES:
        with queries() as sent:
            page = Visitor(language=code).see(f"/i/{token}")
        assert page.lang == code and code in page.text
        costs[code] = len(sent)

    assert len(costs) == 55 and len(set(costs.values())) == 1, costs


@pytest.mark.parametrize("screen", ["", "log-in/", "mdm-profile/", "install/", "status"])
@pytest.mark.parametrize("issued", [False, True])
def test_a_page_of_somebody_who_logged_in_costs_two_statements(screen: str, issued: bool) -> None:
    visitor = Visitor()
    visitor.log_in()
    if issued:
        visitor.go_on()
    path = f"{visitor.own}/{screen}"

    with queries() as sent:
        visitor.get(path)

    assert len(sent) <= GET, sent


@pytest.mark.parametrize("screen", ["", "log-in/", "mdm-profile/", "install/", "status"])
def test_rules_for_groups_cost_nothing_a_page(alpha: Site, screen: str) -> None:
    """A double of a log-in: the row as somebody of a directory leaves it."""
    rule = AccessGroup.objects.create(site=alpha, group_name="teachers")
    visitor = Visitor()
    visitor.log_in()
    columns = {"signed_in_with": SignInMethod.LDAP, "signed_in_user": None, "access_groups": [rule.pk]}
    Enrollment.objects.update(**columns)
    visitor.get(f"{visitor.own}/")
    path = f"{visitor.own}/{screen}"

    with queries() as sent:
        visitor.get(path)

    assert len(sent) <= GET and visitor.see(f"{visitor.own}/").path == f"{visitor.own}/mdm-profile/", sent


@pytest.mark.parametrize("kind", ["used up", "held"])
def test_the_page_of_an_invitation_without_a_use_costs_two(alpha: Site, kind: str) -> None:
    _row, token = people.invite(alpha)
    person_at("enrolled" if kind == "used up" else "started", token)
    stranger = Visitor()

    sent = _cost(lambda: stranger.get(f"/i/{token}"), status=410 if kind == "used up" else 409)

    assert len(sent) <= GET, sent


def test_a_profile_costs_two_statements_and_its_first_serving_five(alpha: Site) -> None:
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on()
    url = visitor.profile_url
    first = _cost(lambda: visitor.get(url), status=200)
    again = _cost(lambda: visitor.get(url), status=200)
    assert len(first) <= 5 and len(again) <= GET, (first, again)


def test_start_costs_six(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.get(f"/i/{token}")

    sent = _cost(lambda: visitor.post(f"/i/{token}"), status=303)

    assert len(sent) <= POST, sent


def test_logging_in_costs_its_own_number() -> None:
    visitor = Visitor()
    visitor.get("/enroll/")

    sent = _cost(
        lambda: visitor.post("/enroll/", {"username": "alice", "password": people.PASSWORD}), status=303
    )

    assert len(sent) <= SIGN_IN, sent


@pytest.fixture(params=["invited", "logged in", "both"])
def visitor(request: pytest.FixtureRequest, alpha: Site) -> Visitor:
    """Somebody who is asked about management next."""
    visitor = Visitor()
    if request.param == "logged in":
        visitor.log_in()
        return visitor
    _row, token = people.invite(alpha, login_required=request.param == "both")
    visitor.start(token)
    if request.param == "both":
        visitor.log_in(path=f"{visitor.own}/log-in/")
    return visitor


def test_continue_costs_six(visitor: Visitor) -> None:
    path = visitor.reach("mdm-profile")
    sent = _cost(lambda: visitor.post(path), status=303)
    assert len(sent) <= POST, sent


@pytest.mark.parametrize("minutes", [1, 8])
def test_download_again_costs_six(visitor: Visitor, clock: Clock, minutes: int) -> None:
    visitor.go_on()
    clock.forward(minutes=minutes)
    path = f"{visitor.own}/install/"
    sent = _cost(lambda: visitor.post(path), status=303)
    assert len(sent) <= POST, sent


@pytest.mark.parametrize("stage", ["certificate-issued", "authenticated", "failed", "lapsed"])
def test_starting_anew_with_a_certificate_costs_six(alpha: Site, clock: Clock, stage: str) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("certificate-issued" if stage == "lapsed" else stage, token, clock=clock.now)
    clock.forward(minutes=31 if stage == "lapsed" else 9)
    path = f"{visitor.own}/{'failed' if stage in ('failed', 'lapsed') else 'install'}/"

    sent = _cost(lambda: visitor.post(path), status=303)

    assert len(sent) <= POST, sent


# A lock, the links of the enrollment, its row, challenges, certificates and bytes that go, two events, and a look at
# the new browser's own row and at the link.
HANDING_OVER = 11


def test_going_on_in_another_browser_costs_its_own_number(visitor: Visitor) -> None:
    visitor.go_on()
    path = f"{visitor.own}/hand-over"
    assert len(_cost(lambda: visitor.post(path), status=303)) <= POST
    assert len(_cost(lambda: visitor.get(path), status=200)) <= GET
    link, other = visitor.hand_over(), Visitor()
    own = visitor.own
    assert len(_cost(lambda: other.get(link), status=200)) <= GET

    sent = _cost(lambda: other.post(link), status=303)

    assert len(sent) <= HANDING_OVER, sent
    assert len(_cost(lambda: visitor.get(f"{own}/"), status=410)) <= GET


# An attempt, its event, its challenges, its bytes, a certificate reserved meanwhile, the use it held: each a table.
WITHDRAWING = 7


@pytest.mark.parametrize("way", ["log-out", "start-over"])
@pytest.mark.parametrize("issued", [False, True])
def test_leaving_costs_six(visitor: Visitor, way: str, issued: bool) -> None:
    if issued:
        visitor.go_on()
    path = f"{visitor.own}/{way}"

    sent = _cost(lambda: visitor.post(path), status=303)

    assert len(sent) <= (WITHDRAWING if issued else POST), sent


def test_the_language_switch_costs_nothing(alpha: Site) -> None:
    visitor = Visitor()
    assert _cost(lambda: visitor.post("/language", {"language": "de", "next": "/enroll/"}), status=303) == []


def test_the_configuration_costs_one_statement_a_second_and_none_in_between(
    alpha: Site, settings: Settings
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 0
    _row, token = people.invite(alpha)
    visitor = Visitor()
    with queries() as sent:
        visitor.get(f"/i/{token}")
    versions = [sql for sql in sent if "configurationversion" in sql]
    assert versions and len(sent) - len(versions) <= GET


def test_this_count_sees_a_statement(alpha: Site) -> None:
    with queries() as sent:
        fetch_profile(*person_at("profile-issued", people.invite(alpha)[1]))
    assert len(sent) > 10
