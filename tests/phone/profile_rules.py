"""The rules of a configuration profile as iOS checks them (device-management schema, TopLevel and the
payloads).

Each rule yields sentences about what is wrong; nothing yielded means the profile is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from tests.phone.payload_rules import PAYLOAD_RULES, wrong

Payload = dict[str, Any]
REVERSE_DNS = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9_-]+)+\Z")
DEVICE_TYPES = (0, 1)  # any; iPhone, iPod, iPad


def problems(profile: Payload) -> list[str]:
    found = list(_top_level(profile))
    payloads = profile.get("PayloadContent")
    if not isinstance(payloads, list) or not payloads or not all(isinstance(item, dict) for item in payloads):
        return [*found, "PayloadContent is not an array of payloads"]
    for payload in payloads:
        found += [f"{payload.get('PayloadType')}: {problem}" for problem in _payload(payload, payloads)]
    return found + list(_unique(profile, payloads))


def _top_level(profile: Payload) -> Iterator[str]:
    yield from _common(profile)
    if profile.get("PayloadType") != "Configuration":
        yield "PayloadType is not Configuration"
    if not REVERSE_DNS.match(str(profile.get("PayloadIdentifier"))):
        yield "PayloadIdentifier is no reverse DNS name"
    if profile.get("TargetDeviceType", 0) not in DEVICE_TYPES:
        yield "TargetDeviceType is another kind of device"
    if profile.get("PayloadRemovalDisallowed"):
        yield "PayloadRemovalDisallowed needs a supervised device"
    yield from _consent(profile.get("ConsentText"))


def _consent(texts: object) -> Iterator[str]:
    if texts is None:
        return
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        yield "ConsentText is not a dictionary of texts"
    elif "default" not in texts:
        yield "ConsentText has no default"


def _common(payload: Payload) -> Iterator[str]:
    yield from wrong(payload, "PayloadIdentifier", str, required=True)
    yield from wrong(payload, "PayloadType", str, required=True)
    yield from wrong(payload, "PayloadVersion", int, required=True)
    if payload.get("PayloadVersion") != 1:
        yield "PayloadVersion is not 1"
    for key in ("PayloadDisplayName", "PayloadDescription", "PayloadOrganization"):
        yield from wrong(payload, key, str)
    yield from _uuid(payload.get("PayloadUUID"))


def _uuid(value: object) -> Iterator[str]:
    try:
        UUID(str(value))
    except ValueError:
        yield "PayloadUUID is no UUID"


def _payload(payload: Payload, payloads: list[Payload]) -> Iterator[str]:
    yield from _common(payload)
    rule = PAYLOAD_RULES.get(str(payload.get("PayloadType")))
    if rule:
        yield from rule(payload, payloads)


def _unique(profile: Payload, payloads: list[Payload]) -> Iterator[str]:
    for key in ("PayloadIdentifier", "PayloadUUID"):
        for value in _repeated(str(item.get(key)).upper() for item in (profile, *payloads)):
            yield f"{key} {value} stands twice"
    if sum(payload.get("PayloadType") == "com.apple.mdm" for payload in payloads) > 1:
        yield "more than one com.apple.mdm payload"


def _repeated(values: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {value for value in values if value in seen or seen.add(value)}  # type: ignore[func-returns-value]
