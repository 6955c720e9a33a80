"""An invitation without login: from the link to an enrolled device."""

from django.contrib.sites.models import Site

from enrollment.models import Device, Enrollment, Status
from tests import people
from tests.conftest import MakePhone
from tests.live import LiveServer


def test_an_invited_person_enrolls_an_iphone(alpha: Site, live: LiveServer, phone: MakePhone) -> None:
    _row, token = people.invite(alpha, assigned_user_name="ana", assigned_full_name="Ana Alvarez")
    iphone = phone(udid="00008101-000A1B2C3D4E001E", serial="F2LX1234ABCD")

    result = iphone.enroll(live.url(path=f"/i/{token}"))

    assert result.page is not None and result.page.h1 == "Enrollment complete"
    enrollment = Enrollment.objects.get()
    device = Device.objects.get()
    assert enrollment.status == Status.ENROLLED
    assert device.enrollment == enrollment
    assert (device.udid, device.serial_number) == ("00008101-000A1B2C3D4E001E", "F2LX1234ABCD")
    assert device.assigned_full_name == "Ana Alvarez"
    assert [command for command, _status in result.commands] == [
        "DeviceInformation",
        "SecurityInfo",
        "ProfileList",
    ]
