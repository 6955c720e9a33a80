"""A phone goes through a whole enrollment, whatever the pages ask."""

from __future__ import annotations

import pytest

from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.phone.mdm import MdmStyle
from tests.phone.mdm_signature import SIMULATOR
from tests.phone.network import Network
from tests.phone.page import Page
from tests.phone.scep import ScepStyle
from tests.phone_checks.authority import ROOT, STRANGER, rsa_key
from tests.phone_checks.double import Reply, page, see_other
from tests.phone_checks.double_mdm import command
from tests.phone_checks.double_portal import INSTALL, PROFILE, REFRESH, Portal
from tests.phone_checks.enrollment_profile import certificate_profile, sign_plist

ALICE = {"username": "alice", "password": "right"}


def phone(**options: object) -> IPhone:
    return IPhone(key_maker=lambda bits: rsa_key(10), roots=[ROOT.pem], **options)  # type: ignore[arg-type]


def test_a_phone_answers_every_page_and_ends_on_the_complete_page(portal: Portal) -> None:
    portal.mdm.queue = [
        command(1, "DeviceInformation", Queries=["UDID", "Model"]),
        command(2, "SecurityInfo"),
    ]
    lines: list[str] = []
    result = phone(printer=lines.append).enroll(f"{portal.double.url}/enroll/", ALICE)
    assert result.page is not None
    assert result.page.h1 == "Enrollment complete"
    assert result.commands == (("DeviceInformation", "Acknowledged"), ("SecurityInfo", "Acknowledged"))
    assert portal.mdm.said == ["Authenticate", "TokenUpdate", "Idle", "Acknowledged", "Acknowledged"]
    assert "Safari: 'Log in': log in as alice" in lines
    assert "right" not in " ".join(lines)


def test_the_agreement_is_accepted_and_the_school_owns_the_device(portal: Portal) -> None:
    phone().enroll(f"{portal.double.url}/enroll/", ALICE)
    assert portal.double.asked_for("POST /enroll/1/ownership/")[0].form == {"ownership": "institution"}
    agreed = portal.double.asked_for("POST /enroll/1/agreement/")[0].form
    assert agreed == {"agreed": "on", "answer": "accept"}


def test_an_inserted_screen_breaks_no_journey(portal: Portal) -> None:
    question = '<form method="post"><label>Room <input name="room"></label><button>Continue</button></form>'
    routes = portal.double.routes
    routes["POST /enroll/1/agreement/"] = lambda asked: see_other("/enroll/1/room/")
    routes["GET /enroll/1/room/"] = lambda asked: page("Which room?", question)
    routes["POST /enroll/1/room/"] = lambda asked: see_other("/enroll/1/install/")
    phone().enroll(f"{portal.double.url}/enroll/", ALICE | {"room": "12"})
    assert portal.double.asked_for("POST /enroll/1/room/")[0].form == {"room": "12"}


def test_a_site_is_chosen_by_its_label_from_a_list_or_by_radio(portal: Portal) -> None:
    listed = (
        '<select name="site"><option value="">Choose<option value="3">North<option value="4">South</select>'
    )
    routes = portal.double.routes
    routes["POST /enroll/1/agreement/"] = lambda asked: see_other("/enroll/1/site/")
    routes["GET /enroll/1/site/"] = lambda asked: page(
        "Site", f'<form method="post">{listed}<button>Go</button></form>'
    )
    routes["POST /enroll/1/site/"] = lambda asked: see_other("/enroll/1/install/")
    phone().enroll(f"{portal.double.url}/enroll/", ALICE | {"site": "South", "ownership": "Me"})
    assert portal.double.asked_for("POST /enroll/1/site/")[0].form == {"site": "4"}
    assert portal.double.asked_for("POST /enroll/1/ownership/")[0].form == {"ownership": "personal"}


def test_a_certificate_profile_is_installed_before_the_page_is_answered(portal: Portal) -> None:
    form = '<form method="post"><button>I have installed it</button></form>'
    offer = f'<a href="/ca.mobileconfig">Certificate</a>{form}'
    routes = portal.double.routes
    routes["POST /enroll/1/agreement/"] = lambda asked: see_other("/enroll/1/authority/")
    routes["GET /enroll/1/authority/"] = lambda asked: page("Certificate", offer)
    routes["GET /ca.mobileconfig"] = lambda asked: Reply(sign_plist(certificate_profile(STRANGER)), PROFILE)
    routes["POST /enroll/1/authority/"] = lambda asked: see_other("/enroll/1/install/")
    device = phone(installer_fetches=False)
    device.enroll(f"{portal.double.url}/enroll/", ALICE)
    assert set(device.settings.installed) == {"test.double.6", "test.double.4"}


def test_an_ipad_through_tls_with_a_simulators_messages(tls_portal: Portal) -> None:
    ipad = phone(
        family="iPad",
        mdm=MdmStyle(SIMULATOR, charset="; charset=UTF-8"),
        scep=ScepStyle(cipher="3des", digest="sha1"),
    )
    ipad.enroll(f"{tls_portal.double.url}/enroll/", ALICE)
    authenticate = tls_portal.mdm.messages[0]
    assert authenticate["ProductName"] == "iPad13,4"
    assert "IMEI" not in authenticate
    assert "Macintosh" in tls_portal.double.asked[0].headers["User-Agent"]
    check_in = tls_portal.double.asked_for("PUT /check-in")[0]
    assert check_in.headers["Content-Type"] == "application/x-apple-aspen-mdm-checkin; charset=UTF-8"


def test_tls_under_an_unknown_root_is_refused(tls_portal: Portal) -> None:
    with pytest.raises(PhoneError, match="got no answer"):
        IPhone().open(tls_portal.double.url)


def test_a_wrong_password_ends_with_what_the_page_says(portal: Portal) -> None:
    with pytest.raises(
        PhoneError, match=r"came back: HTTP 200, page 'Log in', it says 'That did not match\.'"
    ):
        phone().enroll(f"{portal.double.url}/enroll/", ALICE | {"password": "wrong"})


def test_the_installer_fetches_the_same_bytes_without_cookies(portal: Portal) -> None:
    phone().enroll(f"{portal.double.url}/enroll/", ALICE)
    by_safari, by_settings = portal.double.asked_for("GET /p/token.mobileconfig")
    assert by_safari.headers["Cookie"] == "key=k"
    assert by_settings.headers["Cookie"] is None


def test_a_refused_authenticate_leaves_nothing_installed(portal: Portal) -> None:
    portal.mdm.refused = "Authenticate"
    device = phone()
    with pytest.raises(PhoneError, match="Authenticate answered HTTP 500"):
        device.enroll(f"{portal.double.url}/enroll/", ALICE)
    assert device.settings.installed == {}
    assert device.settings.certificates == []


def test_steps_can_be_taken_one_at_a_time(portal: Portal) -> None:
    device = phone()
    here: Page = device.open(f"{portal.double.url}/enroll/")
    while not here.profile_url:
        here = device.answer_page(ALICE)
    device.download()
    device.install()
    device.obtain_certificate()
    device.authenticate()
    assert device.journey.status() == "profile-fetched"
    device.token_update()
    assert device.idle_until_done() == []
    assert device.return_to_safari().h1 == "Enrollment complete"
    device.check_out()
    assert portal.mdm.said == ["Authenticate", "TokenUpdate", "Idle", "CheckOut"]
    assert device.settings.installed == {}


def test_download_again_is_pressed_where_no_profile_is_offered(portal: Portal) -> None:
    again = '<form><button>Check</button></form><form method="post"><button>Download again</button></form>'
    portal.double.routes["GET /waiting/"] = lambda asked: page("Install in Settings", again)
    portal.double.routes["POST /waiting/"] = lambda asked: see_other("/enroll/1/install/")
    device = phone()
    device.open(f"{portal.double.url}/waiting/")
    assert device.download().name == "Double School"


def test_a_page_that_fails_ends_the_journey(portal: Portal) -> None:
    portal.double.routes["GET /enroll/1/failed/"] = lambda asked: page(
        "It failed", '<form method="post"><button>x</button></form>'
    )
    with pytest.raises(PhoneError, match="the enrollment failed: HTTP 200, page 'It failed'"):
        phone().enroll(f"{portal.double.url}/enroll/1/failed/", ALICE)


def test_other_bytes_at_the_second_fetch_are_noticed(portal: Portal) -> None:
    profiles = iter([portal.profile, certificate_profile(ROOT)])
    portal.double.routes["GET /p/token.mobileconfig"] = lambda asked: Reply(
        sign_plist(next(profiles)), PROFILE
    )
    with pytest.raises(PhoneError, match="second fetch of the profile gave other bytes"):
        phone().enroll(f"{portal.double.url}/enroll/", ALICE)


def test_a_page_that_does_not_turn_complete_is_an_error(portal: Portal) -> None:
    portal.double.routes["GET /enroll/1/status"] = lambda asked: Reply(b"failed", "text/plain")
    portal.double.routes["GET /enroll/1/install/"] = lambda asked: page("Install", INSTALL, REFRESH)
    with pytest.raises(PhoneError, match="not complete: HTTP 200, page 'Install'"):
        phone().enroll(f"{portal.double.url}/enroll/", ALICE)


def test_a_server_that_removes_its_own_profile_gets_a_check_out(portal: Portal) -> None:
    portal.mdm.queue = [command(1, "RemoveProfile", Identifier="test.double.4")]
    device = phone()
    device.enroll(f"{portal.double.url}/enroll/", ALICE)
    assert portal.mdm.said[-2:] == ["Acknowledged", "CheckOut"]
    assert device.settings.installed == {}


def test_roots_of_an_enrollment_profile_are_trusted_beside_the_systems_own() -> None:
    assert Network().trusting([ROOT.der]).system_roots
    assert not Network([ROOT.pem]).trusting([ROOT.der]).system_roots
