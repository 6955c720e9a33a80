"""R20: property lists are XML, small, shallow and unambiguous, or they are refused with one exception."""

import plistlib
import time
from datetime import UTC, datetime

import pytest

from enrollment.mdm.plist import BadPlist, read_plist
from tests.mdm.attacks import ATTACKS, HEAD, nested, plist, unfolding_binary

LIMIT = 4 * 1024 * 1024
MOST_PROCESSOR_SECONDS = 2.0  # the slowest needs a fifth of it; a bomb needs hours


def test_every_kind_of_value_is_read() -> None:
    inside = (
        "<dict><key>s</key><string>a &amp; b</string><key>i</key><integer>-5</integer>"
        "<key>h</key><integer>0xfF</integer><key>r</key><real>60.977592468261719</real>"
        "<key>d</key><date>2016-11-03T03:12:26Z</date><key>b</key><data> YXBw\n bGU= </data>"
        "<key>t</key><true/><key>f</key><false/><key>a</key><array><dict/><array/></array>"
        "<key>e</key><string/></dict>"
    )
    assert read_plist(plist(inside), limit=LIMIT) == {
        "s": "a & b",
        "i": -5,
        "h": 255,
        "r": 60.977592468261719,
        "d": datetime(2016, 11, 3, 3, 12, 26, tzinfo=UTC),
        "b": b"apple",
        "t": True,
        "f": False,
        "a": [{}, []],
        "e": "",
    }


def test_what_the_standard_library_writes_is_read_back() -> None:
    value = {"a": [1, 2.5, "ü\u200d\U0001f600", b"\0\xff" * 100, True], "b": {"c": 2**64 - 1, "d": -(2**63)}}
    assert read_plist(plistlib.dumps(value), limit=LIMIT) == value


def test_comments_and_cdata_are_xml_and_change_nothing() -> None:
    inside = "<!-- a --><dict><key>a</key><string>b<!-- c -->d<![CDATA[<e>]]></string></dict>"
    assert read_plist(plist(inside), limit=LIMIT) == {"a": "bd<e>"}


def test_a_byte_order_mark_and_a_missing_declaration_are_xml_too() -> None:
    assert read_plist(b"\xef\xbb\xbf" + plist("<dict/>"), limit=LIMIT) == {}
    assert read_plist(plist("<dict/>", b""), limit=LIMIT) == {}


def test_apples_doctype_is_accepted_and_not_fetched() -> None:
    doctype = (
        b'<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://127.0.0.1:9/PropertyList-1.0.dtd">'
    )
    assert read_plist(HEAD + doctype + plist("<dict/>", b""), limit=LIMIT) == {}


def test_the_same_key_in_two_dictionaries_is_no_duplicate() -> None:
    inside = "<dict><key>a</key><dict><key>a</key><true/></dict></dict>"
    assert read_plist(plist(inside), limit=LIMIT) == {"a": {"a": True}}


def test_twenty_levels_are_deep_enough() -> None:
    assert read_plist(nested(20), limit=LIMIT)


def test_the_limit_is_in_bytes_and_included() -> None:
    body = plist("<dict/>")
    assert read_plist(body, limit=len(body)) == {}
    with pytest.raises(BadPlist, match="larger"):
        read_plist(body, limit=len(body) - 1)


def test_the_binary_bomb_is_small_and_the_standard_library_takes_it() -> None:
    assert len(unfolding_binary()) < 500
    assert plistlib.loads(unfolding_binary())


@pytest.mark.parametrize("name", ATTACKS)
def test_r20_an_attack_is_refused_at_once(name: str) -> None:
    before = time.process_time()
    with pytest.raises(BadPlist) as refusal:
        read_plist(ATTACKS[name], limit=LIMIT)
    assert time.process_time() - before < MOST_PROCESSOR_SECONDS
    assert 0 < len(refusal.value.reason) < 60


def test_r11_a_reason_never_quotes_the_message() -> None:
    body = plist("<dict><key>PushMagic</key><integer>secret</integer></dict>")
    with pytest.raises(BadPlist) as refusal:
        read_plist(body, limit=LIMIT)
    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None
