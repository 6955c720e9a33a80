"""Google's own description of its Directory API, from the package google-api-python-client."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

# Fields that the description calls "any", and the schema of their elements.
ELEMENTS = {"organizations": "UserOrganization", "locations": "UserLocation", "phones": "UserPhone"}
TYPES: dict[str, Any] = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list}


def _read() -> dict[str, Any]:
    found = importlib.util.find_spec("googleapiclient")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("google-api-python-client is missing (make setup-test installs it)")
    folder = Path(next(iter(found.submodule_search_locations))) / "discovery_cache" / "documents"
    document: dict[str, Any] = json.loads((folder / "admin.directory_v1.json").read_text())
    return document


DOCUMENT = _read()


def method_of(http_method: str, path: str) -> dict[str, Any]:
    """Raises AssertionError for a request that the API does not have."""
    for resource in DOCUMENT["resources"].values():
        for method in resource.get("methods", {}).values():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(method["flatPath"]))
            if method["httpMethod"] == http_method and re.fullmatch(pattern, path):
                found: dict[str, Any] = method
                return found
    raise AssertionError(f"no such method: {http_method} {path}")


def check_request(method: dict[str, Any], query: dict[str, str], scopes: set[str]) -> None:
    """Raises AssertionError."""
    known = {name: rule for name, rule in method["parameters"].items() if rule["location"] == "query"}
    assert set(query) <= set(known), f"unknown parameters: {set(query) - set(known)}"
    for name, value in query.items():
        rule = known[name]
        assert value in rule.get("enum", [value]), f"{name}={value}"
        if rule["type"] == "integer":
            assert int(rule.get("minimum", 0)) <= int(value) <= int(rule.get("maximum", 10**9)), name
    assert all(name in query for name, rule in known.items() if rule.get("required"))
    assert scopes & set(method["scopes"]), f"none of {method['scopes']}"


def check_value(value: Any, rule: dict[str, Any], name: str = "") -> None:
    """Raises AssertionError for what Google would not answer."""
    if "$ref" in rule:
        rule = DOCUMENT["schemas"][rule["$ref"]]
    if rule["type"] == "any":
        for each in value:
            check_value(each, {"$ref": ELEMENTS[name]}, name)
        return
    fits: bool = isinstance(value, TYPES[rule["type"]])
    assert fits, f"{name}: {value!r}"
    if rule["type"] == "array":
        for each in value:
            check_value(each, rule["items"], name)
    for key, inner in value.items() if rule["type"] == "object" else ():
        assert key in rule["properties"], f"{name}.{key} is not in the schema"
        check_value(inner, rule["properties"][key], key)
