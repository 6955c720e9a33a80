"""Property lists that strangers send: XML only, within limits, one exception.

The standard library's reader keeps the last of duplicate keys, follows any depth, reads binary plists whose
few bytes unfold into 2^40 nodes, and lets several exception classes escape. So expat's events are read here,
once, by a closed grammar; there is no second parser that could understand the same bytes differently.
"""

import base64
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from xml.parsers import expat

MAX_DEPTH = 20  # dictionaries and arrays inside each other; devices need five or six
MAX_ELEMENTS = 200_000  # an inventory of a thousand apps has some 25,000

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_REAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")
_LONGEST_NUMBER = 64  # characters; keeps the patterns above from scanning megabytes of digits
_SPACE = " \t\r\n"


class BadPlist(Exception):
    """What a device sent cannot be used. `reason` is fit for a log: it never quotes the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_plist(body: bytes, *, limit: int) -> dict[str, object]:
    """The dictionary at the top of an XML property list of at most `limit` bytes.

    Values are dict, list, str, bytes, int, float, bool and datetime (aware, UTC). Only BadPlist is raised.
    """
    _check_bytes(body, limit)
    builder = _Builder()
    try:
        _parser_for(builder).Parse(body, True)
    except expat.ExpatError:
        raise BadPlist("not well-formed XML") from None
    if not isinstance(builder.root, dict):
        raise BadPlist("the plist holds no dictionary")
    return builder.root


def _check_bytes(body: bytes, limit: int) -> None:
    if len(body) > limit:
        raise BadPlist("larger than the limit")
    if body.startswith(b"bplist"):
        raise BadPlist("a binary plist")
    if b"\0" in body or body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadPlist("a NUL byte or UTF-16")


def _parser_for(builder: "_Builder") -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.XmlDeclHandler = _xml_declaration
    parser.StartDoctypeDeclHandler = _doctype
    parser.SkippedEntityHandler = _skipped_entity
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    return parser


def _xml_declaration(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
        raise BadPlist("an encoding other than UTF-8")


def _doctype(name: str, system_id: str | None, public_id: str | None, has_internal_subset: bool) -> None:
    if has_internal_subset:
        raise BadPlist("a DOCTYPE that declares something")


def _skipped_entity(name: str, is_parameter_entity: bool) -> None:
    # Expat does not fetch Apple's DTD, so it would drop `&name;` and hand over the text around it.
    raise BadPlist("an entity that is not defined")


class _Builder:
    """Puts the value together while expat reports elements."""

    def __init__(self) -> None:
        self.root: object = None
        self.elements = 0
        self.containers: list[dict[str, object] | list[object]] = []
        self.keys: list[str | None] = []  # for each container, the key that waits for its value
        self.leaf = ""  # name of the open element that holds text
        self.text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise BadPlist("too many elements")
        if self.leaf:
            raise BadPlist("an element inside a text")
        if (tag == "plist") != (self.elements == 1):
            raise BadPlist("plist is not the outermost element")
        if tag in ("dict", "array"):
            self.start_container(tag)
        elif tag == "key" or tag in _VALUES:
            self.leaf = tag
        elif tag != "plist":
            raise BadPlist("an unknown element")

    def start_container(self, tag: str) -> None:
        if len(self.containers) >= MAX_DEPTH:
            raise BadPlist("nested too deeply")
        container: dict[str, object] | list[object] = {} if tag == "dict" else []
        self.put(container)
        self.containers.append(container)
        self.keys.append(None)

    def end(self, tag: str) -> None:
        if self.leaf:
            self.end_leaf(tag)
        elif tag != "plist":
            self.end_container()

    def end_leaf(self, tag: str) -> None:
        text = "".join(self.text)
        self.leaf, self.text = "", []
        if tag == "key":
            self.put_key(text)
        else:
            self.put(_VALUES[tag](text))

    def end_container(self) -> None:
        self.containers.pop()
        if self.keys.pop() is not None:
            raise BadPlist("a key without a value")

    def characters(self, text: str) -> None:
        if self.leaf:
            self.text.append(text)
        elif text.strip(_SPACE):
            raise BadPlist("text between elements")

    def put_key(self, key: str) -> None:
        container = self.containers[-1] if self.containers else None
        if not isinstance(container, dict) or self.keys[-1] is not None:
            raise BadPlist("a key out of place")
        if key in container:
            raise BadPlist("a key given twice")
        self.keys[-1] = key

    def put(self, value: object) -> None:
        if not self.containers:
            self.put_root(value)
            return
        container, key = self.containers[-1], self.keys[-1]
        if isinstance(container, list):
            container.append(value)
        elif key is None:
            raise BadPlist("a value without a key")
        else:
            container[key] = value
            self.keys[-1] = None

    def put_root(self, value: object) -> None:
        if self.root is not None:
            raise BadPlist("more than one value")
        self.root = value


def _integer(text: str) -> int:
    number = text.strip(_SPACE)
    if len(number) <= _LONGEST_NUMBER and _INTEGER.fullmatch(number):
        value = int(number)
    elif len(number) <= _LONGEST_NUMBER and _HEXADECIMAL.fullmatch(number):
        value = int(number, 16)
    else:
        raise BadPlist("not an integer of 64 bits")
    if not -(2**63) <= value < 2**64:
        raise BadPlist("not an integer of 64 bits")
    return value


def _real(text: str) -> float:
    number = text.strip(_SPACE)
    if len(number) > _LONGEST_NUMBER or not _REAL.fullmatch(number):
        raise BadPlist("not a real number")
    value = float(number)
    if not math.isfinite(value):  # no database column and no JSON takes it
        raise BadPlist("not a finite number")
    return value


def _date(text: str) -> datetime:
    match = _DATE.fullmatch(text.strip(_SPACE))
    if match is None:
        raise BadPlist("not a date")
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise BadPlist("not a date") from None


def _data(text: str) -> bytes:
    # Padding is counted anew: messages that people redacted and replayed carry too much or too little of it.
    digits = "".join(text.split()).rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except ValueError:
        raise BadPlist("not base64") from None


def _boolean(value: bool) -> Callable[[str], bool]:
    def read(text: str) -> bool:
        if text.strip(_SPACE):
            raise BadPlist("text inside a boolean")
        return value

    return read


_VALUES: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "integer": _integer,
    "real": _real,
    "date": _date,
    "data": _data,
    "true": _boolean(True),
    "false": _boolean(False),
}
