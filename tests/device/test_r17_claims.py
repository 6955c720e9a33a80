"""R17: UDID and serial number are claims. A new claim changes nothing of the enrollment there is, until its own
first TokenUpdate; then the earlier one is superseded, keeps what is its own, and is heard of when it speaks again."""

import plistlib

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.assignments import assign
from enrollment.actions.commands import take_report
from enrollment.mdm.report import read_report
from enrollment.models import AssignmentSource, Command, Device, Enrollment, EventKind, Status
from sites_config.secrets import decrypt
from tests import people
from tests.device.phones import Phone, Phones
from tests.moved_clock import Clock

UDID = "00008101-000A1B2C3D4E001E"
OWN = ("push_token_encrypted", "push_magic_encrypted", "unlock_token_encrypted")


@pytest.fixture
def earlier(phones: Phones, alpha: Site) -> Phone:
    """Ana's, enrolled, with inventory and one command still open."""
    invitation, _token = people.invite(alpha, assigned_user_name="ana", assigned_full_name="Ana Alvarez")
    phone = phones.enrolled(invitation=invitation, udid=UDID, serial="F2LX1234ABCD", name="Ana's iPhone")
    answer = phone.report(Status="Idle")
    number = plistlib.loads(answer.body)["CommandUUID"]
    phone.report(Status="Acknowledged", CommandUUID=number, QueryResponses={"DeviceName": "Ana's iPhone"})
    return phone


def later_phone(phones: Phones, site: Site) -> Phone:
    """The same UDID by another invitation, as far as Authenticate."""
    invitation, _token = people.invite(site, assigned_user_name="ben", assigned_full_name="Ben Brook")
    return phones.authenticated(invitation=invitation, udid=UDID, serial="SOMETHINGELSE")


def everything_of(phone: Phone) -> dict[str, object]:
    """Every column of the enrollment and its device, and its commands and events."""
    row = Enrollment.objects.filter(pk=phone.attempt.pk).values().get()
    device = Device.objects.filter(udid=UDID, site=phone.site).values().get()
    commands = list(Command.objects.filter(enrollment=phone.attempt).order_by("pk").values())
    return {"enrollment": row, "device": device, "commands": commands, "events": phone.events}


def test_r17_a_claim_changes_nothing_before_its_first_token_update(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    before = everything_of(earlier)
    later = later_phone(phones, alpha)
    assert everything_of(earlier) == before
    assert later.enrollment.device == earlier.enrollment.device
    assert later.report(Status="Idle").status == 400
    assert plistlib.loads(earlier.report(Status="Idle").body)["Command"]["RequestType"] == "SecurityInfo"


def test_r17_a_claim_that_is_given_up_leaves_no_trace_on_the_device(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    before = everything_of(earlier)
    later_phone(phones, alpha).check_out()
    assert everything_of(earlier) == before


def test_r17_the_first_token_update_takes_over_with_user_and_claims_of_the_new_one(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    later = later_phone(phones, alpha)
    later.token_update()
    device = Device.objects.get(udid=UDID)
    assert device.enrollment == later.enrollment
    assert (device.assigned_user_name, device.assigned_full_name) == ("ben", "Ben Brook")
    assert device.serial_number == "SOMETHINGELSE"
    assert (earlier.enrollment.status, later.enrollment.status) == (Status.SUPERSEDED, Status.ENROLLED)
    assert earlier.events[-1] == EventKind.MOVED


def test_r17_a_device_without_a_user_does_not_inherit_one(phones: Phones, earlier: Phone) -> None:
    nobody, _token = people.invite(phones.site, assigned_user_name="")
    later = phones.started(udid=UDID, invitation=nobody)
    assign(later.attempt, None, source=AssignmentSource.SELF_DECLARED, now=phones.clock.now())
    later.take(later.issue())
    later.obtain_certificate()
    later.authenticate()
    later.token_update()
    device = Device.objects.get(udid=UDID)
    assert (device.assigned_user_name, device.assigned_full_name, device.assignment_source) == ("", "", "")


def test_r17_what_one_enrollment_keeps_never_moves_to_the_next(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    kept = {column: getattr(earlier.enrollment, column) for column in OWN}
    open_before = list(Command.objects.filter(enrollment=earlier.attempt).values_list("pk", "state"))
    later = later_phone(phones, alpha)
    later.token_update()
    assert {column: getattr(earlier.enrollment, column) for column in OWN} == kept
    assert list(Command.objects.filter(enrollment=earlier.attempt).values_list("pk", "state")) == open_before
    token = decrypt(bytes(later.enrollment.unlock_token_encrypted or b""))
    assert token == later.hardware.unlock_token != earlier.hardware.unlock_token
    assert later.idle_until_done() == ["DeviceInformation", "SecurityInfo", "ProfileList"]


def test_r17_without_an_unlock_token_of_its_own_the_new_one_has_none(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    later = later_phone(phones, alpha)
    later.check_in("TokenUpdate", Token=b"t" * 32, PushMagic="magic")
    assert later.enrollment.status == Status.ENROLLED
    assert later.enrollment.unlock_token_encrypted is None


@pytest.mark.parametrize("message_type", ["Authenticate", "TokenUpdate"])
def test_r17_a_superseded_certificate_gets_200_and_changes_nothing(
    phones: Phones, earlier: Phone, alpha: Site, message_type: str
) -> None:
    later_phone(phones, alpha).token_update()
    before = everything_of(earlier) | {"events": None}
    answer = earlier.check_in(message_type, Token=b"stolen".ljust(32), PushMagic="stolen")
    assert (answer.status, answer.body) == (200, b"")
    after = everything_of(earlier) | {"events": None}
    for changed in (before, after):
        changed["enrollment"].pop("conflict_noted_at")  # type: ignore[attr-defined]
    assert after == before


def test_r17_a_superseded_certificate_that_speaks_is_on_both_timelines_once(
    phones: Phones, earlier: Phone, alpha: Site, clock: Clock
) -> None:
    later = later_phone(phones, alpha)
    later.token_update()
    for _ in range(3):
        answer = earlier.report(Status="Idle")
        assert (answer.status, answer.body) == (200, b"")
    for phone in (earlier, later):
        assert phone.events.count(EventKind.DEVICE_CONFLICT) == 1
    clock.forward(hours=1)
    earlier.report(Status="Idle")
    for phone in (earlier, later):
        assert phone.events.count(EventKind.DEVICE_CONFLICT) == 2  # it goes on, so it is said again


def test_r17_results_of_a_superseded_enrollment_are_not_taken(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    number = str(Command.objects.filter(enrollment=earlier.attempt, state="queued").latest("-pk").uuid)
    later_phone(phones, alpha).token_update()
    earlier.report(Status="Acknowledged", CommandUUID=number, SecurityInfo={"PasscodePresent": False})
    assert Device.objects.get(udid=UDID).passcode_present is None
    assert Command.objects.get(uuid=number).state == "queued"


def test_r17_check_out_of_a_superseded_enrollment_ends_nothing(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    later = later_phone(phones, alpha)
    later.token_update()
    assert earlier.check_in("CheckOut").status == 200
    assert (earlier.enrollment.status, later.enrollment.status) == (Status.SUPERSEDED, Status.ENROLLED)


def test_r17_a_device_that_checked_out_may_come_back(phones: Phones, earlier: Phone, alpha: Site) -> None:
    earlier.check_out()
    later = later_phone(phones, alpha)
    later.token_update()
    assert (earlier.enrollment.status, later.enrollment.status) == (Status.CHECKED_OUT, Status.ENROLLED)


def test_r17_the_same_udid_at_another_institution_is_another_device(
    phones: Phones, earlier: Phone, beta: Site
) -> None:
    before = everything_of(earlier)
    elsewhere = phones.enrolled(site=beta, host="beta.test", udid=UDID)
    assert elsewhere.enrollment.status == Status.ENROLLED
    assert everything_of(earlier) == before
    assert Device.objects.filter(udid=UDID).count() == 2


def test_r17_the_certificate_stays_with_its_enrollment_whatever_udid_it_names(
    phones: Phones, earlier: Phone
) -> None:
    thief = phones.certified()
    stolen = {"UDID": UDID}
    assert thief.check_in("Authenticate", **stolen).status == 200  # a claim, as good as any
    assert thief.check_in("TokenUpdate", Token=b"t" * 32, PushMagic="m").status == 400  # its own UDID by now
    assert earlier.enrollment.status == Status.ENROLLED


def test_r17_what_the_inventory_told_of_the_earlier_enrollment_goes(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    told = {"wifi_mac": "aa:bb", "is_supervised": True, "capacity_gb": 64.0, "profiles": [{"name": "Old"}]}
    Device.objects.filter(udid=UDID).update(**told)

    later_phone(phones, alpha).token_update()

    device = Device.objects.get(udid=UDID)
    assert (device.wifi_mac, device.is_supervised, device.capacity_gb, device.profiles) == (
        "",
        None,
        None,
        [],
    )


def test_r17_a_result_of_the_earlier_enrollment_does_not_reach_the_later_ones_device(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    """Read before the take-over, written after it."""
    row = earlier.enrollment
    command = Command.objects.filter(enrollment=row, state="queued").order_by("pk")[0]
    later_phone(phones, alpha).token_update()

    report = read_report(
        plistlib.dumps(
            {
                "UDID": UDID,
                "Status": "Acknowledged",
                "CommandUUID": str(command.uuid),
                "SecurityInfo": {"PasscodePresent": True},
            }
        )
    )
    take_report(row, report, now=phones.clock.now())

    assert Device.objects.get(udid=UDID).passcode_present is None
