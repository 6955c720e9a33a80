"""Microsoft Graph, version 1.0: the people and groups of a tenant of Entra.

https://learn.microsoft.com/graph/api/user-list, user-get, user-list-transitivememberof
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from enrollment.directories.cloud import rows, tokens
from enrollment.directories.entry import DirectoryUnavailable, Entry, Group
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import CloudKind

# The fields of an entry, and Graph's properties.
PROPERTIES = {
    "user_name": "userPrincipalName",
    "full_name": "displayName",
    "email": "mail",
    "department": "department",
    "building": "companyName",
    "room": "officeLocation",
    "phone": "mobilePhone",
    "position": "jobTitle",
}
SELECT = ",".join(["id", "accountEnabled", *PROPERTIES.values()])
GROUPS_A_PAGE = 500
NEXT = "@odata.nextLink"


def find(user_name: str, sites: frozenset[int]) -> list[Entry]:
    """At most two. Raises DirectoryUnavailable."""
    return rows.find(CloudKind.ENTRA, search, user_name, sites)


def search(row: CloudIdentityProvider, user_name: str) -> list[Entry]:
    """Whose principal name or address this is. Raises DirectoryUnavailable."""
    literal = "'" + user_name.replace("'", "''") + "'"  # OData 4.01 URL Conventions, 5.1.1.6.1
    asked = {
        "$filter": f"userPrincipalName eq {literal} or mail eq {literal}",
        "$select": SELECT,
        "$top": str(rows.AMBIGUOUS),
    }
    answer = tokens.asked_with_token(row, f"{_base(row)}/users", tokens.of_entra, params=asked)
    if answer is None:
        raise DirectoryUnavailable(f"{row.name}: Graph knows no users")
    found = rows.objects(row, answer, "value")
    if NEXT in answer or len(found) > rows.AMBIGUOUS:
        return []  # as good as nobody
    return [_entry(row, person) for person in found if _is(person, user_name) and _enabled(person)]


def person(row: CloudIdentityProvider, external_id: str) -> Entry | None:
    """By the id; None for nobody and for a closed account. Raises DirectoryUnavailable."""
    url = f"{_base(row)}/users/{quote(external_id, safe='')}"
    answer = tokens.asked_with_token(row, url, tokens.of_entra, params={"$select": SELECT})
    if answer is None or not _enabled(answer):
        return None
    found = _entry(row, answer)
    return found if found.external_id == external_id else None


def groups(row: CloudIdentityProvider, external_id: str) -> tuple[Group, ...]:
    """Those of groups too. Raises DirectoryUnavailable, also for more than can be read."""
    base = _base(row)
    url = f"{base}/users/{quote(external_id, safe='')}/transitiveMemberOf/microsoft.graph.group"
    asked: dict[str, str] = {"$select": "id,displayName", "$count": "true", "$top": str(GROUPS_A_PAGE)}
    found: list[Group] = []
    for _page in range(rows.MOST_PAGES):
        answer = tokens.asked_with_token(
            row, url, tokens.of_entra, params=asked, headers={"ConsistencyLevel": "eventual"}
        )
        found += [
            Group(rows.fitting_id(row, each), rows.text(each, "displayName", "id"))
            for each in rows.objects(row, answer, "value")
        ]
        url, asked = _next(row, base, answer or {}), {}
        if not url:
            return tuple(found)
    raise DirectoryUnavailable(f"{row.name}: more groups than {rows.MOST_PAGES} pages")


def probe(row: CloudIdentityProvider) -> None:
    """One harmless question. Raises DirectoryUnavailable."""
    tokens.asked_with_token(
        row, f"{_base(row)}/users", tokens.of_entra, params={"$top": "1", "$select": "id"}
    )


def _next(row: CloudIdentityProvider, base: str, answer: Mapping[str, Any]) -> str:
    """The token goes to Graph and nowhere else."""
    link = answer.get(NEXT, "")
    if link and not (isinstance(link, str) and link.startswith(f"{base}/")):
        raise DirectoryUnavailable(f"{row.name}: its next page is somewhere else")
    return str(link)


def _base(row: CloudIdentityProvider) -> str:
    return f"{tokens.graph_of(row)}/v1.0"


def _is(person: Mapping[str, Any], user_name: str) -> bool:
    """Graph does not tell capitals from small letters."""
    names = (rows.text(person, name).casefold() for name in ("userPrincipalName", "mail"))
    return user_name.casefold() in names


def _enabled(person: Mapping[str, Any]) -> bool:
    return person.get("accountEnabled") is True


def _entry(row: CloudIdentityProvider, person: Mapping[str, Any]) -> Entry:
    fields: dict[str, Any] = {field: rows.text(person, name) for field, name in PROPERTIES.items()}
    return Entry(source=row.source, external_id=rows.fitting_id(row, person), **fields)
