"""People of an LDAP directory log in at the portal, against a real slapd; the device becomes theirs."""

import pytest
from django.contrib.sites.models import Site

from enrollment.directories.find import find
from enrollment.models import AssignmentSource, Device, DirectoryServer, Enrollment, Identity
from enrollment.signin import directory as directory_sign_in
from sites_config.models import User
from tests import people
from tests.identity.conftest import MakeServer
from tests.servers.slapd import Slapd
from tests.visitor import Visitor, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db
GRETA = "greta's password"
REFUSED = "The username or the password is not right"
UNREACHABLE = "The directory cannot be reached right now: wait a minute, then log in again"


def said(visitor: Visitor, username: str, password: str) -> tuple[int, str]:
    answer = visitor.log_in(username, password)
    text = answer.content.decode()
    return answer.status_code, next((each for each in (REFUSED, UNREACHABLE) if each in text), "")


@pytest.fixture(params=["ldaps", "starttls"])
def encrypted(
    request: pytest.FixtureRequest, alpha: Site, connect: MakeServer, directory: Slapd
) -> DirectoryServer:
    port = directory.tls if request.param == "ldaps" else directory.plain
    return connect(alpha, tls=request.param, hosts=f"127.0.0.1:{port}")


def test_from_the_portal_to_a_managed_device_that_is_theirs(encrypted: DirectoryServer) -> None:
    visitor, phone = Visitor(), phone_without_network()

    assert visitor.log_in("greta", GRETA).status_code == 303
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    page = visitor.see(f"{visitor.own}/")
    assert page.h1 == "Enrollment complete" and "Greta Grün" in page.text
    row, device = Enrollment.objects.get(), Device.objects.get()
    assert (row.signed_in_with, row.signed_in_source) == ("ldap", f"ldap:{encrypted.pk}")
    assert row.signed_in_user is None and row.signed_in_name == "Greta Grün"
    assert (device.assigned_user_name, device.assigned_full_name) == ("greta", "Greta Grün")
    assert (device.assigned_email, device.assigned_department) == ("greta@northwind.example", "Science")
    assert (device.assigned_room, device.assigned_position) == ("21", "Teacher")
    assert device.assigned_phone == "+1 555 0142"
    assert device.assignment_source == AssignmentSource.SIGNED_IN
    known = Identity.objects.get()
    assert (known.source, known.external_id) == (row.signed_in_source, row.signed_in_id)
    assert len(known.external_id) == 36  # entryUUID, RFC 4530


@pytest.mark.parametrize(
    ("username", "password", "name"),
    [
        ("jürgen", "jürgens paßwort", "Jürgen Größwang"),
        ("GRETA", GRETA, "Greta Grün"),
        (" greta ", GRETA, "Greta Grün"),
        ("pat", "pats password", "O'Hara, Pat (IT) 100%"),  # a comma, brackets and a % in the DN
    ],
)
def test_unusual_names_log_in(server: DirectoryServer, username: str, password: str, name: str) -> None:
    visitor = Visitor()

    assert visitor.log_in(username, password).status_code == 303
    assert visitor.enrollment.signed_in_name == name


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("greta", "wrong"),
        ("nobody", GRETA),
        ("greta", "greta\0s password"),
        ("*", GRETA),
        ("g*", GRETA),
        ("greta)(uid=*", GRETA),
        ("greta)(|(uid=*", GRETA),
        ("%(user)s", GRETA),
        ("%s%s%n", GRETA),
        ("x" * 150, GRETA),
        ("twin", "twins password"),  # two entries have the name: nobody knows who this is
        ("uid=greta,ou=people,dc=northwind,dc=example", GRETA),
    ],
)
def test_whoever_it_is_not_is_refused_in_the_same_words(
    server: DirectoryServer, username: str, password: str
) -> None:
    assert said(Visitor(), username, password) == (200, REFUSED)
    assert not Enrollment.objects.exists() and not Identity.objects.exists()


def test_an_empty_password_is_no_anonymous_bind(server: DirectoryServer) -> None:
    assert Visitor().log_in("greta", "").status_code == 200
    assert not Enrollment.objects.exists()


def test_a_staff_account_is_asked_first_and_its_name_never_goes_to_the_directory(
    server: DirectoryServer, alice: User
) -> None:
    """The directory has an alice too; a mistyped password of staff is nothing it should hear."""
    assert said(Visitor(), "alice", "another alice") == (200, REFUSED)
    visitor = Visitor()
    assert visitor.log_in("alice").status_code == 303
    assert visitor.enrollment.signed_in_with == "staff"


def test_r01_the_directorys_name_gives_nobody_a_staff_account(server: DirectoryServer, alice: User) -> None:
    User.objects.update(is_active=False, is_staff=True, is_superuser=True)

    visitor = Visitor()
    assert visitor.log_in("alice", "another alice").status_code == 303

    row = visitor.enrollment
    assert row.signed_in_user is None and row.signed_in_name == "Another Alice"
    assert visitor.get("/admin/").status_code == 302


def test_a_directory_person_logs_in_to_no_administration(server: DirectoryServer) -> None:
    client = Visitor()
    answer = client.post("/accounts/login/", {"login": "greta", "password": GRETA})

    assert answer.status_code == 200 and "not correct" in answer.content.decode()


def test_a_child_is_served_by_its_parents_directory(server: DirectoryServer, alpha: Site) -> None:
    people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)

    assert Visitor("beta.test").log_in("greta", GRETA).status_code == 303


def test_r05_another_sites_directory_counts_for_nothing(server: DirectoryServer, beta: Site) -> None:
    assert said(Visitor("beta.test"), "greta", GRETA) == (200, REFUSED)


def test_a_directory_that_is_switched_off_is_not_asked(server: DirectoryServer) -> None:
    DirectoryServer.objects.update(enabled=False)

    assert said(Visitor(), "greta", GRETA) == (200, REFUSED)


def test_a_directory_for_looking_up_lets_nobody_log_in(server: DirectoryServer, alpha: Site) -> None:
    DirectoryServer.objects.update(sign_in=False)

    assert said(Visitor(), "greta", GRETA) == (200, REFUSED)
    assert find("greta", [alpha.pk]) is not None


def test_a_slow_directory_does_not_hold_every_thread(server: DirectoryServer) -> None:
    with directory_sign_in._slots, directory_sign_in._slots:
        assert Visitor().log_in("greta", GRETA).status_code == 503
    assert Visitor().log_in("greta", GRETA).status_code == 303


@pytest.mark.parametrize("user_filter", ["(|(uid=%(user)s)(mail=%(user)s))", "(mail=%(user)s)"])
def test_people_log_in_by_whatever_the_filter_says(server: DirectoryServer, user_filter: str) -> None:
    DirectoryServer.objects.update(user_filter=user_filter)

    assert Visitor().log_in("greta@northwind.example", GRETA).status_code == 303


def test_the_agreement_is_asked_of_directory_people_and_not_of_staff(
    server: DirectoryServer, alpha: Site, alice: User
) -> None:
    people.publish(alpha)
    greta, staff = Visitor(), Visitor()
    greta.log_in("greta", GRETA)
    staff.log_in()

    assert greta.see(f"{greta.own}/").h1 == "License agreement"
    assert staff.see(f"{staff.own}/").h1.startswith("Let Alpha School manage")


def test_a_name_that_changed_stays_the_same_identity(server: DirectoryServer) -> None:
    for full_name in ("cn", "sn"):
        DirectoryServer.objects.update(full_name_attribute=full_name)
        Visitor().log_in("greta", GRETA)

    assert Identity.objects.get().full_name == "Grün"


def test_r25_failures_close_a_name_and_good_logins_do_not(server: DirectoryServer) -> None:
    for _each in range(7):
        assert Visitor().log_in("greta", GRETA).status_code == 303
    for _each in range(5):
        assert said(Visitor(), "greta", "wrong") == (200, REFUSED)
    assert Visitor().log_in("greta", GRETA).status_code == 429


# --- directories that can't be asked ---------------------------------------------------------------------------------


def closed_port() -> str:
    return "127.0.0.1:9"


@pytest.mark.parametrize(
    "fault", ["closed", "silent", "silent starttls", "another authority", "bind", "base", "filter"]
)
def test_a_directory_that_cannot_be_asked_is_no_wrong_password(
    alpha: Site, connect: MakeServer, silent: str, fault: str, directory: Slapd
) -> None:
    columns: dict[str, dict[str, object]] = {
        "closed": {"hosts": closed_port()},
        "silent": {"hosts": silent},
        "silent starttls": {"hosts": silent, "tls": "starttls"},
        "another authority": {"ca_pem": ""},
        "bind": {"bind_dn": "cn=nobody,dc=northwind,dc=example"},
        "base": {"user_base": "dc=elsewhere"},
        "filter": {"user_filter": "(uid=%(user)s"},
    }
    connect(alpha, **columns[fault])

    assert said(Visitor(), "greta", GRETA) == (503, UNREACHABLE)
    assert not Enrollment.objects.exists()


def test_the_next_host_is_asked_and_the_next_server(
    alpha: Site, connect: MakeServer, directory: Slapd
) -> None:
    connect(alpha, hosts=f"{closed_port()} 127.0.0.1:{directory.tls}")
    assert Visitor().log_in("greta", GRETA).status_code == 303

    DirectoryServer.objects.update(hosts=closed_port())
    connect(alpha, name="Second", position=2)
    assert Visitor().log_in("greta", GRETA).status_code == 303


def test_staff_log_in_while_the_directory_is_down(alpha: Site, alice: User, connect: MakeServer) -> None:
    connect(alpha, hosts=closed_port())

    assert Visitor().log_in().status_code == 303
