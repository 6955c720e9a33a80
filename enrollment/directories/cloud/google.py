"""Google's Directory API, version directory_v1: the people and groups of a Workspace.

https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get, groups/list
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from enrollment.directories.cloud import rows, tokens
from enrollment.directories.entry import DirectoryUnavailable, Entry, Group
from enrollment.models import CloudIdentityProvider, cloud_look_up
from enrollment.models.cloud_identity_provider import CloudKind

GROUPS_A_PAGE = 200  # the most it gives
AS_ADMINISTRATOR = {"projection": "basic", "viewType": "admin_view"}


def find(user_name: str, sites: frozenset[int]) -> list[Entry]:
    """At most two. Raises DirectoryUnavailable."""
    return rows.find(CloudKind.GOOGLE, search, user_name, sites)


def search(row: CloudIdentityProvider, user_name: str) -> list[Entry]:
    """Whose address or alias this is. Raises DirectoryUnavailable."""
    if "@" not in user_name:
        return []  # an id would be found as well
    answer = _user(row, user_name)
    return [_entry(row, answer)] if answer is not None and _is(answer, user_name) else []


def person(row: CloudIdentityProvider, external_id: str) -> Entry | None:
    """By the id; None for nobody and for a closed account. Raises DirectoryUnavailable."""
    answer = _user(row, external_id)
    found = _entry(row, answer) if answer is not None else None
    return found if found is not None and found.external_id == external_id else None


def groups(row: CloudIdentityProvider, external_id: str) -> tuple[Group, ...]:
    """Direct memberships alone: Google lists no others. Named by address, which is unique and not its owner's choice.

    Raises DirectoryUnavailable, also for more than can be read.
    """
    asked = {"userKey": external_id, "maxResults": str(GROUPS_A_PAGE)}
    found: list[Group] = []
    for _page in range(rows.MOST_PAGES):
        answer = tokens.asked_with_token(row, _url("groups"), tokens.of_google, params=asked) or {}
        found += [
            Group(rows.fitting_id(row, each), rows.text(each, "email", "id"))
            for each in rows.objects(row, answer, "groups")
        ]
        page = rows.text(answer, "nextPageToken")
        if not page:
            return tuple(found)
        asked = asked | {"pageToken": page}
    raise DirectoryUnavailable(f"{row.name}: more groups than {rows.MOST_PAGES} pages")


def probe(row: CloudIdentityProvider) -> None:
    """Harmless questions: one person, one group's name. Raises DirectoryUnavailable."""
    asked = {"customer": "my_customer", "maxResults": "1"}
    for what in ("users", "groups"):
        if tokens.asked_with_token(row, _url(what), tokens.of_google, params=asked) is None:
            raise DirectoryUnavailable(f"{row.name}: the directory knows no {what}")


def _user(row: CloudIdentityProvider, key: str) -> dict[str, Any] | None:
    url = _url(f"users/{quote(key, safe='')}")
    answer = tokens.asked_with_token(row, url, tokens.of_google, params=AS_ADMINISTRATOR)
    if answer is None or answer.get("suspended") or answer.get("archived"):
        return None
    return answer


def _url(what: str) -> str:
    return f"{cloud_look_up.GOOGLE_DIRECTORY}/{what}"


def _is(person: Mapping[str, Any], user_name: str) -> bool:
    lists = (person.get(name) for name in ("aliases", "nonEditableAliases"))
    aliases = [alias for each in lists if isinstance(each, list) for alias in each if isinstance(alias, str)]
    return user_name.casefold() in {name.casefold() for name in (rows.text(person, "primaryEmail"), *aliases)}


def _entry(row: CloudIdentityProvider, person: Mapping[str, Any]) -> Entry:
    name = person.get("name")
    work, place, phone = (_best(person.get(each)) for each in ("organizations", "locations", "phones"))
    return Entry(
        source=row.source,
        external_id=rows.fitting_id(row, person),
        user_name=rows.text(person, "primaryEmail"),
        full_name=rows.text(name, "fullName", "displayName") if isinstance(name, dict) else "",
        email=rows.text(person, "primaryEmail"),
        department=rows.text(work, "department"),
        building=rows.text(place, "buildingId"),
        room=rows.text(place, "deskCode", "floorSection"),
        phone=rows.text(phone, "value"),
        position=rows.text(work, "title"),
    )


def _best(several: object) -> Mapping[str, Any]:
    """The primary one of a list, else the first."""
    found = [each for each in several if isinstance(each, dict)] if isinstance(several, list) else []
    return next((each for each in found if each.get("primary") is True), found[0] if found else {})
