"""Property lists made to harm a reader; each is named for what it tries."""

import plistlib

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def plist(inside: str, head: bytes = HEAD) -> bytes:
    return head + f'<plist version="1.0">{inside}</plist>'.encode()


def unfolding_binary() -> bytes:
    """A few hundred bytes that stand for 2^40 values: each array holds the next one twice."""
    value: list[object] = []
    for _ in range(40):
        value = [value, value]
    return plistlib.dumps({"UDID": value}, fmt=plistlib.FMT_BINARY)


def nested(depth: int) -> bytes:
    """`depth` containers inside each other, the dictionary at the top included."""
    return plist("<dict><key>a</key>" + "<array>" * (depth - 1) + "</array>" * (depth - 1) + "</dict>")


ATTACKS: dict[str, bytes] = {
    "nothing": b"",
    "no XML": b"MessageType=Authenticate",
    "a binary plist that unfolds": unfolding_binary(),
    "a harmless binary plist": plistlib.dumps({"UDID": "1"}, fmt=plistlib.FMT_BINARY),
    "the old text format": b'{ UDID = "1"; }',
    "billion laughs": (
        HEAD
        + f'<!DOCTYPE plist [<!ENTITY l0 "ha">{LAUGHS}]>'.encode()
        + plist("<dict><key>a</key><string>&l9;</string></dict>", b"")
    ),
    "an external entity": (
        HEAD
        + b'<!DOCTYPE plist [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + plist("<dict><key>a</key><string>&x;</string></dict>", b"")
    ),
    "an empty internal subset": HEAD + b"<!DOCTYPE plist []>" + plist("<dict/>", b""),
    "a parameter entity": (
        HEAD + b'<!DOCTYPE plist [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]>' + plist("<dict/>", b"")
    ),
    "an entity only a foreign DTD defines": (
        HEAD
        + b'<!DOCTYPE plist SYSTEM "http://127.0.0.1:9/x.dtd">'
        + plist("<dict><key>a</key><string>b&x;c</string></dict>", b"")
    ),
    "UTF-16": plist("<dict/>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 without a mark": plist("<dict/>").decode().encode("utf-16-le"),
    "UTF-7": plist("<dict/>", b'<?xml version="1.0" encoding="UTF-7"?>'),
    "Latin-1": plist("<dict/>", b'<?xml version="1.0" encoding="ISO-8859-1"?>'),
    "broken UTF-8": plist("<dict><key>a</key><string>\xff</string></dict>").replace(b"\xc3\xbf", b"\xff"),
    "half of a surrogate pair": plist("<dict><key>a</key><string>@</string></dict>").replace(
        b"@", b"\xed\xa0\x80"
    ),
    "a NUL byte": plist("<dict><key>a</key><string>a\0b</string></dict>"),
    "a NUL as a character reference": plist("<dict><key>a</key><string>&#0;</string></dict>"),
    "nesting of 21": nested(21),
    "nesting of 10000": nested(10_000),
    "10^5000": plist(f"<dict><key>a</key><integer>1{'0' * 5000}</integer></dict>"),
    "2^64": plist(f"<dict><key>a</key><integer>{2**64}</integer></dict>"),
    "-2^63-1": plist(f"<dict><key>a</key><integer>{-(2**63) - 1}</integer></dict>"),
    "an integer in another script": plist("<dict><key>a</key><integer>\u0661</integer></dict>"),
    "an integer with underscores": plist("<dict><key>a</key><integer>1_0</integer></dict>"),
    "an integer without digits": plist("<dict><key>a</key><integer/></dict>"),
    "a real that is not finite": plist("<dict><key>a</key><real>1e999</real></dict>"),
    "a real that is no number": plist("<dict><key>a</key><real>nan</real></dict>"),
    "a real of a million digits": plist(f"<dict><key>a</key><real>0.{'1' * 1_000_000}</real></dict>"),
    "a million digits that end in a letter": plist(
        f"<dict><key>a</key><real>{'1' * 1_000_000}x</real></dict>"
    ),
    "the 31st of February": plist("<dict><key>a</key><date>2025-02-31T00:00:00Z</date></dict>"),
    "the year 0": plist("<dict><key>a</key><date>0000-01-01T00:00:00Z</date></dict>"),
    "a date in words": plist("<dict><key>a</key><date>today</date></dict>"),
    "data that is no base64": plist("<dict><key>a</key><data>a*b=</data></dict>"),
    "data with something between": plist("<dict><key>a</key><data>*YXBw</data></dict>"),
    "data of one digit": plist("<dict><key>a</key><data>A</data></dict>"),
    "data in another script": plist("<dict><key>a</key><data>\u0661\u0661\u0661\u0661</data></dict>"),
    "a key given twice": plist("<dict><key>a</key><string>1</string><key>a</key><string>2</string></dict>"),
    "a key given twice further down": plist(
        "<dict><key>b</key><array><dict><key>a</key><true/><key>a</key><false/></dict></array></dict>"
    ),
    "two keys in a row": plist("<dict><key>a</key><key>b</key><true/></dict>"),
    "a key without a value": plist("<dict><key>a</key></dict>"),
    "a value without a key": plist("<dict><true/></dict>"),
    "a key in an array": plist("<dict><key>a</key><array><key>b</key></array></dict>"),
    "a key at the top": plist("<key>a</key>"),
    "text between elements": plist("<dict>a</dict>"),
    "text inside a boolean": plist("<dict><key>a</key><true>no</true></dict>"),
    "an element inside a text": plist("<dict><key>a</key><string>b<true/></string></dict>"),
    "an unknown element in place of a key": plist("<dict><set/></dict>"),
    "an unknown element": plist("<dict><key>a</key><set/></dict>"),
    "an unknown element at the top": HEAD + b"<dict/>",
    "a plist inside a plist": plist("<plist><dict/></plist>"),
    "two values": plist("<dict/><dict/>"),
    "no value": plist(""),
    "an array at the top": plist("<array/>"),
    "a text at the top": plist("<string>a</string>"),
    "an end that is missing": plist("<dict>")[:-8],
    "something after the end": plist("<dict/>") + b"<plist/>",
    "200000 empty dictionaries": plist(f"<dict><key>a</key><array>{'<dict/>' * 200_000}</array></dict>"),
}
