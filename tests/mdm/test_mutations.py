"""R20: whatever bytes arrive, reading them gives a message or BadPlist, never anything else."""

import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.mdm.check_in import read_check_in
from enrollment.mdm.inventory import DeviceDetails, installed_profiles
from enrollment.mdm.plist import BadPlist
from enrollment.mdm.report import read_report
from tests.mdm.captured import CHECK_INS, REPORTS

BODIES = [body for body in (path.read_bytes() for path in CHECK_INS + REPORTS) if len(body) < 8192]
ELEMENTS = ["dict", "array", "key", "string", "integer", "real", "data", "date", "true", "plist"]
FRAGMENTS = [
    *itertools.chain.from_iterable((f"<{tag}>", f"</{tag}>", f"<{tag}/>") for tag in ELEMENTS),
    "&amp;", "&x;", "&#0;", "&#x202e;", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "<!DOCTYPE a []>",
    "\0", "\x1b", "\u202e", "9" * 30, "1e999", "UDID", "CommandUUID", "Status", "-", "=",
]  # fmt: skip
INSERTIONS = st.one_of(st.binary(max_size=8), st.sampled_from([text.encode() for text in FRAGMENTS]))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real message in which up to six stretches were cut out, replaced or added."""
    body = draw(st.sampled_from(BODIES))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 40))
        body = body[:start] + draw(INSERTIONS) + body[start + length :]
    return body


def read_everything(body: bytes) -> None:
    with contextlib.suppress(BadPlist):
        read_check_in(body)
    with contextlib.suppress(BadPlist):
        response = read_report(body).response
        DeviceDetails.from_device_information(response)
        DeviceDetails.from_security_info(response)
        installed_profiles(response)


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_r20_a_mutated_message_is_read_or_refused(body: bytes) -> None:
    read_everything(body)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_r20_any_order_of_elements_is_read_or_refused(fragments: list[str]) -> None:
    read_everything(b"<plist><dict>" + "".join(fragments).encode() + b"</dict></plist>")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_r20_arbitrary_bytes_are_refused(body: bytes) -> None:
    for read in (read_check_in, read_report):
        with pytest.raises(BadPlist):
            read(body)


LEAVES = (
    st.none() | st.text(max_size=20) | st.floats() | st.integers() | st.booleans() | st.binary(max_size=5)
)
KEYS = st.sampled_from(["DeviceName", "IMEI", "IsSupervised", "BatteryLevel", "PasscodePresent", "IsManaged"])
ANSWERS = (
    st.dictionaries(KEYS, LEAVES) | st.lists(st.dictionaries(KEYS, LEAVES) | LEAVES, max_size=4) | LEAVES
)


@settings(max_examples=300, deadline=None)
@given(ANSWERS)
def test_r22_an_answer_of_any_shape_gives_details_or_none(answer: object) -> None:
    DeviceDetails.from_device_information({"QueryResponses": answer})
    DeviceDetails.from_security_info({"SecurityInfo": answer})
    installed_profiles({"ProfileList": answer})
