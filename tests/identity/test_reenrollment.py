"""“Restrict re-enrollment to authorized users”: who may enroll a registered device again, by real sign-ins."""

from collections.abc import Callable

import pytest
from django.contrib.sites.models import Site

from enrollment.models import (
    AssignmentSource,
    Certificate,
    Device,
    DirectoryServer,
    Enrollment,
    Event,
    EventKind,
    Status,
)
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.visitor import Visitor, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db
UDID = "00008101-000A1B2C3D4E001E"
PASSWORDS = {"greta": "greta's password", "jürgen": "jürgens paßwort", "alice": people.PASSWORD}
Who = Callable[[Site], Visitor]
Held = tuple[Visitor, IPhone]


def logs_in(username: str) -> Who:
    def visit(site: Site) -> Visitor:
        visitor = Visitor()
        assert visitor.log_in(username, PASSWORDS[username]).status_code == 303
        return visitor

    return visit


def invited(user_name: str) -> Who:
    def visit(site: Site) -> Visitor:
        visitor = Visitor()
        visitor.start(people.invite(site, assigned_user_name=user_name)[1])
        return visitor

    return visit


def staff_for(user_name: str) -> Who:
    def visit(site: Site) -> Visitor:
        people.let_assign(User.objects.get(username="alice"), site)
        visitor = logs_in("alice")(site)
        visitor.post(visitor.reach("assign"), {"user_name": user_name})
        return visitor

    return visit


def says(user_name: str) -> Who:
    """By an invitation without login, typing whose the device is."""

    def visit(site: Site) -> Visitor:
        visitor = invited("")(site)
        visitor.post(visitor.reach("assign"), {"user_name": user_name})
        return visitor

    return visit


GRETA, JUERGEN, ALICE = logs_in("greta"), logs_in("jürgen"), logs_in("alice")
NAMED, SOMEBODY = invited("greta"), invited("guest")


def certified(visitor: Visitor) -> IPhone:
    """The same device each time, as far as its certificate."""
    phone = phone_without_network(udid=UDID)
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    return phone


def enrolled(visitor: Visitor) -> Held:
    phone = certified(visitor)
    phone.authenticate()
    phone.token_update()
    return visitor, phone


def is_let(visitor: Visitor) -> bool:
    """To the end, or refused at Authenticate with 400."""
    phone = certified(visitor)
    try:
        phone.authenticate()
    except PhoneError as error:
        assert "HTTP 400" in str(error)
        return False
    phone.token_update()
    return True


@pytest.fixture(autouse=True)
def restricted(alpha: Site, server: DirectoryServer, alice: User) -> None:
    people.configure(alpha, restrict_reenrollment=True)


@pytest.mark.parametrize(
    ("before", "again", "let"),
    [
        (GRETA, GRETA, True),
        (GRETA, JUERGEN, False),
        (GRETA, ALICE, True),
        (GRETA, NAMED, False),
        (GRETA, says("greta"), False),
        (staff_for("greta"), GRETA, True),
        (staff_for("greta"), JUERGEN, False),
        (NAMED, GRETA, False),  # a name that no directory vouched for
        (NAMED, ALICE, True),
        (says("greta"), GRETA, False),
        (says("greta"), ALICE, True),
        (ALICE, GRETA, False),  # staff enroll for nobody
        (ALICE, SOMEBODY, False),
        (ALICE, ALICE, True),
    ],
)
def test_the_whole_table(alpha: Site, before: Who, again: Who, let: bool) -> None:
    enrolled(before(alpha))
    assert is_let(again(alpha)) is let


@pytest.mark.parametrize("again", [JUERGEN, SOMEBODY, ALICE])
@pytest.mark.parametrize("before", [ALICE, says("greta")])
def test_what_has_no_user_is_anyones_where_the_site_says_so(alpha: Site, before: Who, again: Who) -> None:
    people.configure(alpha, reenroll_without_user=True)
    enrolled(before(alpha))
    assert is_let(again(alpha))


def test_that_switch_opens_nothing_that_has_a_user(alpha: Site) -> None:
    people.configure(alpha, reenroll_without_user=True)
    enrolled(GRETA(alpha))
    assert not is_let(JUERGEN(alpha))
    Device.objects.update(assigned_source="ldap:0")  # the same name and id in another directory
    assert not is_let(GRETA(alpha))


def test_without_the_restriction_nobody_is_asked(alpha: Site) -> None:
    people.configure(alpha, restrict_reenrollment=False)
    enrolled(GRETA(alpha))
    assert is_let(JUERGEN(alpha))


def test_r06_a_school_inherits_the_restriction(alpha: Site) -> None:
    district = people.new_site("District", ready=False)
    people.configure(district, restrict_reenrollment=True)
    people.configure(alpha, restrict_reenrollment=None, parent=district)
    enrolled(GRETA(alpha))
    assert not is_let(JUERGEN(alpha))


def test_r14_the_privilege_counts_as_it_stands_at_authenticate(alpha: Site) -> None:
    enrolled(GRETA(alpha))
    phone = certified(ALICE(alpha))
    SitePrivilege.objects.all().delete()
    with pytest.raises(PhoneError, match="HTTP 400"):
        phone.authenticate()


def test_an_unfinished_claim_leaves_a_device_free_and_a_checked_out_one_stays_registered(alpha: Site) -> None:
    certified(GRETA(alpha)).authenticate()
    _visitor, phone = enrolled(JUERGEN(alpha))
    phone.check_out()
    assert not is_let(GRETA(alpha))
    assert is_let(JUERGEN(alpha))


def test_r17_whose_it_became_after_authenticate_counts_too(alpha: Site) -> None:
    early = JUERGEN(alpha)
    phone = certified(early)
    phone.authenticate()
    enrolled(GRETA(alpha))
    with pytest.raises(PhoneError, match="HTTP 400"):
        phone.token_update()
    assert early.enrollment.status == Status.FAILED
    assert Device.objects.get().assigned_user_name == "greta"


def test_a_refusal_ends_the_attempt_and_touches_nothing_of_before(alpha: Site) -> None:
    first, held = enrolled(GRETA(alpha))
    before = (Enrollment.objects.values().get(), Device.objects.values().get())
    visitor = JUERGEN(alpha)

    assert not is_let(visitor)

    row = visitor.enrollment
    assert (Enrollment.objects.values().get(pk=first.enrollment.pk), Device.objects.values().get()) == before
    assert (row.status, row.failure_reason, row.device) == (Status.FAILED, "not-theirs", None)
    assert not Certificate.objects.filter(enrollment=row, revoked_at=None).exists()
    noted = Event.objects.get(kind=EventKind.REENROLLMENT_REFUSED)
    assert (noted.enrollment, noted.device) == (row, Device.objects.get())
    held.management.idle_until_done()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "You cannot enroll this iPhone yet"),
        ("de", "Sie können dieses iPhone noch nicht anmelden"),
        ("ar", "لا يمكنك تسجيل iPhone هذا بعد"),
    ],
)
def test_the_open_page_says_so_and_not_whose_it_is(alpha: Site, language: str, title: str) -> None:
    enrolled(GRETA(alpha))
    visitor = JUERGEN(alpha)
    assert not is_let(visitor)
    visitor.headers["Accept-Language"] = language

    assert visitor.get(f"{visitor.own}/status").content == b"failed"
    page = visitor.see(f"{visitor.own}/")

    assert title in page.h1.replace("\u2068", "").replace("\u2069", "")
    assert "+1 555 0100" in page.text and "Alpha School IT desk" in page.text
    assert visitor.enrollment.reference[:4] in page.text
    assert "greta" not in page.text.lower() and "Grün" not in page.text


def test_the_help_desk_removes_the_user_and_trying_again_goes_on(alpha: Site) -> None:
    enrolled(GRETA(alpha))
    visitor = JUERGEN(alpha)
    assert not is_let(visitor)
    privileges = (Privilege.VIEW_SITE, Privilege.HELP_PEOPLE)
    hana = people.staff("hana", "Hana Help", *((alpha, each) for each in privileges), is_staff=True)
    desk, device = Visitor(), Device.objects.get()
    desk.log_in_to_admin("hana")

    assert "Remove the user" in desk.get(f"/admin/enrollment/device/{device.pk}/change/").content.decode()
    desk.post(f"/admin/enrollment/device/{device.pk}/press/remove_user/")

    assert Event.objects.get(kind=EventKind.USER_REMOVED).actor == hana
    device.refresh_from_db()
    assert (device.assigned_user_name, device.assigned_external_id) == ("", "")
    visitor.post(f"{visitor.own}/failed/")
    assert is_let_after_all(visitor)
    device.refresh_from_db()
    assert (device.assigned_user_name, device.user_removed_at) == ("jürgen", None)
    assert device.assignment_source == AssignmentSource.SIGNED_IN
    assert not is_let(GRETA(alpha)), "once"


def is_let_after_all(visitor: Visitor) -> bool:
    """With the profile that Try Again issued."""
    phone = phone_without_network(udid=UDID)
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()
    return visitor.enrollment.status == Status.ENROLLED
