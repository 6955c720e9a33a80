"""The device list in the administration: what became of each device, who may see and change it."""

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.device_list import ListedState, state_of, with_state
from enrollment.models import Event, EventKind, ListedDevice
from sites_config.models import User
from tests import people
from tests.admin.filled import send
from tests.admin.test_readiness import findings
from tests.admin.world import logged_in
from tests.budgets.counting import queries
from tests.device_list.arrivals import SERIAL, certified, invited, is_let, put

pytestmark = pytest.mark.django_db
LIST = "/admin/enrollment/listeddevice/"


def state(serial: str = SERIAL) -> str:
    return state_of(with_state(ListedDevice.objects.filter(serial_number=serial)).get())


def shown(client: Client, **query: str) -> set[str]:
    answer: Any = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.serial_number for row in answer.context["cl"].result_list}


def test_the_states_of_a_device(alpha: Site) -> None:
    people.configure(alpha, minimum_os="26.0")
    put(alpha)
    assert state() == ListedState.NOT_SEEN

    assert not is_let(invited(alpha), serial=SERIAL.lower())
    assert state() == ListedState.REFUSED

    people.configure(alpha, minimum_os="")
    phone = certified(invited(alpha))
    phone.authenticate()
    phone.token_update()
    assert state() == ListedState.ENROLLED

    Event.objects.filter(kind=EventKind.DEVICE_REFUSED).delete()
    phone.check_out()
    assert state() == ListedState.LEFT


def test_what_happens_at_a_school_counts_on_the_districts_list_and_nowhere_else(
    alpha: Site, beta: Site
) -> None:
    north, south = (people.new_site(name, parent=alpha, ready=False) for name in ("North", "South"))
    deep = people.new_site("Class", parent=north, ready=False)
    assert is_let(invited(deep))
    rows = {site: put(site) for site in (alpha, beta, north, south, deep)}

    states = {
        site: state_of(with_state(ListedDevice.objects.filter(pk=row.pk)).get()) for site, row in rows.items()
    }

    assert {site for site, found in states.items() if found == ListedState.ENROLLED} == {alpha, north, deep}
    assert states[beta] == states[south] == ListedState.NOT_SEEN


def test_the_list_is_filtered_by_state(as_vera: Client, alpha: Site) -> None:
    people.configure(alpha, only_listed_devices=True)
    for serial in (SERIAL, "C02NOTSEEN01"):
        put(alpha, serial)
    assert is_let(invited(alpha))
    Event.objects.create(
        site=alpha, kind=EventKind.DEVICE_REFUSED, at=timezone.now(), data={"serial_number": "C02REFUSED01"}
    )
    put(alpha, "C02REFUSED01")

    assert shown(as_vera, state="enrolled") == {SERIAL}
    assert shown(as_vera, state="not-seen") == {"C02NOTSEEN01"}
    assert shown(as_vera, state="refused") == {"C02REFUSED01"}
    assert shown(as_vera, state="left") == set()
    assert len(shown(as_vera, state="nonsense")) == 3


@pytest.mark.parametrize("typed", [SERIAL, SERIAL.lower(), f"  {SERIAL[:5]} ", "it-00", "ANA"])
def test_it_is_found_by_how_it_begins(as_vera: Client, alpha: Site, typed: str) -> None:
    put(alpha, asset_tag="IT-0042", owner_user_name="ana")
    put(alpha, "C02OTHER0001", note=SERIAL)

    assert shown(as_vera, q=typed) == {SERIAL}
    assert shown(as_vera, q="1234") == set()


def test_the_list_costs_the_same_however_long_it_is(
    as_vera: Client, alpha: Site, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        put(alpha, f"C02MANY{number:04}")

    with queries() as sent:
        as_vera.get(LIST)

    # The states of a page are one of them, and which sites belong together is remembered from the first page on.
    assert len(sent) <= 14, sent


def test_an_administrator_types_one(as_anna: Client, alpha: Site) -> None:
    north = people.new_site("North", parent=alpha, ready=False)

    send(as_anna, f"{LIST}add/", site=alpha.pk, serial_number="f2lx1234abcd", meant_for=north.pk)

    row = ListedDevice.objects.get()
    assert (row.serial_number, row.meant_for, row.imported_at) == (SERIAL, north, None)
    send(as_anna, f"{LIST}{row.pk}/change/", serial_number="c02other0001", asset_tag="IT-7", meant_for="")
    row.refresh_from_db()
    assert (row.serial_number, row.asset_tag, row.meant_for) == ("C02OTHER0001", "IT-7", None)
    as_anna.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})
    assert not ListedDevice.objects.exists()


def test_twice_is_said_and_not_stored(as_anna: Client, alpha: Site) -> None:
    put(alpha)
    other = put(alpha, "C02OTHER0001")

    added = send(as_anna, f"{LIST}add/", site=alpha.pk, serial_number=SERIAL.lower())
    changed = send(as_anna, f"{LIST}{other.pk}/change/", serial_number=SERIAL.lower())

    for answer in (added, changed):
        assert "It is on the list of this site already." in answer.content.decode()
    assert ListedDevice.objects.count() == 2


def test_it_is_meant_for_a_site_of_the_list(root_client: Client, alpha: Site, beta: Site) -> None:
    answer = send(root_client, f"{LIST}add/", site=alpha.pk, serial_number=SERIAL, meant_for=beta.pk)

    assert "It does not belong to the site of the list." in answer.content.decode()
    assert not ListedDevice.objects.exists()


@pytest.fixture
def root_client(alpha: Site) -> Client:
    return logged_in(people.staff("root", "Root", is_staff=True, is_superuser=True), alpha)


def test_r07_who_only_looks_changes_nothing(as_vera: Client, vera: User, alpha: Site, beta: Site) -> None:
    row, foreign = put(alpha), put(beta)

    page = as_vera.get(f"{LIST}{row.pk}/change/").content.decode()
    answers = [
        as_vera.post(f"{LIST}{row.pk}/change/", {"asset_tag": "stolen"}),
        as_vera.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}),
        as_vera.post(f"{LIST}add/", {"site": alpha.pk, "serial_number": "C02OTHER0001"}),
        as_vera.post(LIST, {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}),
        as_vera.get(f"{LIST}{foreign.pk}/change/"),
    ]

    assert '<input type="text"' not in page and SERIAL in page
    assert [each.status_code for each in answers] == [403, 403, 403, 302, 404]
    assert ListedDevice.objects.count() == 2 and ListedDevice.objects.get(pk=row.pk).asset_tag == ""


def test_the_rules_are_set_at_the_site_and_inherited(as_anna: Client, alpha: Site) -> None:
    north = people.new_site("North", parent=alpha, ready=False)
    url = f"/admin/sites/site/{alpha.pk}/change/"

    refused = send(
        as_anna, url, configuration__0__minimum_os="seventeen", configuration__0__devices_per_person=0
    )
    text = refused.content.decode()
    assert "Enter a version such as 17.0." in text and "greater than or equal to 1" in text
    send(as_anna, url, configuration__0__minimum_os="17.0", configuration__0__devices_per_person=3,
         configuration__0__only_listed_devices="true")  # fmt: skip

    page = as_anna.get(f"/admin/sites/site/{north.pk}/change/").content.decode()
    for words in ("17.0", "3", "yes"):
        assert f"If blank: inherited from Alpha School: {words}." in page


def test_readiness_says_when_nobody_could_enroll(as_anna: Client, alpha: Site) -> None:
    assert "Device list" not in findings(as_anna, alpha)
    people.configure(alpha, only_listed_devices=True)
    state, text = findings(as_anna, alpha)["Device list"]
    assert state == "missing" and "none is listed" in text and f"listeddevice/import/?site={alpha.pk}" in text

    put(alpha)
    assert findings(as_anna, alpha)["Device list"] == ("ready", "Only listed devices may enroll.")
    people.configure(alpha, access_rights=8191 - 16)

    state, text = findings(as_anna, alpha)["Access rights"]
    assert state == "missing" and "no device says its serial number" in text


def test_explaining_an_enrollment_names_the_rules(as_anna: Client, alpha: Site, alice: User) -> None:
    people.configure(alpha, only_listed_devices=True, devices_per_person=2, minimum_os="17.0")

    url = f"/admin/sites/site/{alpha.pk}/press/explain/"
    text = as_anna.post(url, {"user_name": "alice"}).content.decode()

    assert (
        "At Alpha School the device has to be on the device list, have iOS 17.0 or later, be one of 2 of its user."
        in text
    )


def test_a_device_that_somebody_else_has_shows_as_refused(alpha: Site) -> None:
    people.configure(alpha, restrict_reenrollment=True, reenroll_without_user=False)
    phone = certified(invited(alpha, assigned_user_name="ana"), udid="UDID-1")
    phone.authenticate()
    phone.token_update()
    phone.check_out()
    put(alpha)
    assert state() == ListedState.LEFT

    assert not is_let(invited(alpha, assigned_user_name="cem"), udid="UDID-1")

    assert Event.objects.filter(kind=EventKind.REENROLLMENT_REFUSED).count() == 1
    assert state() == ListedState.REFUSED
