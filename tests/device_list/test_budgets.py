"""What the rules about devices cost a check-in, counted: nothing at sites without them, two statements for them all."""

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from sites_config.models import User
from tests import people
from tests.budgets.counting import queries
from tests.device_list.arrivals import SERIAL, certified, invited, is_let, put
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
RULES = {"only_listed_devices": True, "devices_per_person": 2, "minimum_os": "17.0"}


@pytest.fixture(autouse=True)
def warm(alpha: Site, settings: Settings) -> None:
    put(alpha, owner_user_name="ana")
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    people.configure(alpha, **RULES)
    assert is_let(invited(alpha, assigned_user_name="ben"))
    people.configure(alpha, **dict.fromkeys(("only_listed_devices", "devices_per_person")), minimum_os="")
    assert is_let(invited(alpha, assigned_user_name="ben"))


def _authenticate(alpha: Site) -> list[str]:
    phone = certified(invited(alpha, assigned_user_name="kim"))
    with queries() as sent:
        phone.authenticate()
    return sent


@pytest.mark.parametrize(
    ("rules", "more"),
    [
        ({"minimum_os": "17.0"}, 0),
        ({"only_listed_devices": True}, 1),
        ({"devices_per_person": 2}, 2),
        (RULES, 2),
    ],
)
def test_two_statements_at_most(alpha: Site, rules: dict[str, object], more: int) -> None:
    plain = _authenticate(alpha)
    people.configure(alpha, **rules)
    assert is_let(invited(alpha, assigned_user_name="somebody"))  # the process reads the configuration again

    ruled = _authenticate(alpha)

    assert len(ruled) == len(plain) + more, ruled


def test_an_owner_costs_one_statement_where_nobody_is_named(alpha: Site, alice: User) -> None:
    assert is_let(invited(alpha))  # from now on this process knows that there is a list
    named, nobody = certified(invited(alpha, assigned_user_name="kim")), Visitor()
    nobody.log_in()
    phone = certified(nobody)
    for each in (named, phone):
        each.authenticate()
    with queries() as plain:
        named.token_update()

    with queries() as sent:
        phone.token_update()

    assert len(sent) == len(plain) + 1 and SERIAL in " ".join(sent)
