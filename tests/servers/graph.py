"""A double of Microsoft Graph and of Entra's token endpoint. No tenant was reachable: it does what documents say."""

import re
from typing import Any

from tests.live import TestAuthority
from tests.servers.cloud import NOT_FOUND, Answer, Asked, Double

TENANT, CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", "gatehouse-app", "entra's secret"
FILTER = re.compile(r"userPrincipalName eq '((?:[^']|'')*)' or mail eq '((?:[^']|'')*)'")
Row = dict[str, Any]


def user(oid: str, name: str, **more: object) -> Row:
    """As https://learn.microsoft.com/graph/api/resources/user has it."""
    return {
        "id": oid,
        "userPrincipalName": f"{name}@northwind.example",
        "displayName": name.title(),
        "mail": f"{name}@northwind.example",
        "accountEnabled": True,
        **more,
    }


ADA = user(
    "ada-0001", "ada", displayName="Ada Ångström", department="Physics", companyName="Main building",
    officeLocation="Room 7", mobilePhone="+1 555 0107", jobTitle="Teacher",
)  # fmt: skip
PEOPLE = [
    ADA,
    user("obrien-1", "o'brien"),
    user("gone-1", "gone", accountEnabled=False),
    user("twin-1", "twin", mail="twins@northwind.example"),
    user("twin-2", "twin2", mail="twins@northwind.example"),
]


class Graph(Double):
    """``pages``: how many pages the groups of everybody have; 0: without end."""

    def __init__(self, tls: TestAuthority) -> None:
        super().__init__(tls)
        self.people, self.pages, self.elsewhere = list(PEOPLE), 2, ""

    @property
    def issuer(self) -> str:
        return f"{self.base}/{TENANT}/v2.0"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == (TENANT, "oauth2", "v2.0", "token"):
            return self._token(asked)
        if asked.headers.get("Authorization") != "Bearer graph-token":
            return Answer(401, {"error": {"code": "InvalidAuthenticationToken", "message": "Empty."}})
        if asked.path == ("v1.0", "users"):
            return self._list(asked)
        if asked.path[:2] == ("v1.0", "users") and len(asked.path) == 3:
            return self._get(asked)
        if asked.path[3:] == ("transitiveMemberOf", "microsoft.graph.group"):
            return self._groups(asked)
        return NOT_FOUND

    def _token(self, asked: Asked) -> Answer:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        wanted = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": f"{self.base}/.default",
        }
        if (asked.method, asked.form) != ("POST", wanted):
            why = "AADSTS7000215: Invalid client secret provided."
            return Answer(401, {"error": "invalid_client", "error_description": why})
        return Answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": "graph-token"})

    def _list(self, asked: Asked) -> Answer:
        """https://learn.microsoft.com/graph/api/user-list; https://learn.microsoft.com/graph/filter-query-parameter"""
        top = int(asked.query["$top"])
        if "$filter" not in asked.query:
            return Answer(200, {"value": [self._shown(each, asked) for each in self.people[:top]]})
        match = FILTER.fullmatch(asked.query["$filter"])
        if match is None:
            return Answer(400, {"error": {"code": "Request_BadRequest", "message": "Invalid filter clause"}})
        name, mail = (each.replace("''", "'").casefold() for each in match.groups())
        found = [
            each
            for each in self.people
            if name == each["userPrincipalName"].casefold() or mail == (each["mail"] or "").casefold()
        ]
        more = {"@odata.nextLink": f"{self.base}/v1.0/users?$skiptoken=x"} if len(found) > top else {}
        return Answer(200, {"value": [self._shown(each, asked) for each in found[:top]]} | more)

    def _get(self, asked: Asked) -> Answer:
        """https://learn.microsoft.com/graph/api/user-get"""
        found = [each for each in self.people if asked.path[2] in (each["id"], each["userPrincipalName"])]
        return Answer(200, self._shown(found[0], asked)) if found else NOT_FOUND

    def _groups(self, asked: Asked) -> Answer:
        """https://learn.microsoft.com/graph/api/user-list-transitivememberof; a cast needs the header and $count."""
        page = int(asked.query.get("$skiptoken", "1"))
        assert asked.headers.get("ConsistencyLevel") == "eventual"
        assert page > 1 or (asked.query["$count"] == "true" and int(asked.query["$top"]) <= 999)
        link = f"{self.elsewhere or self.base}/v1.0/users/{asked.path[2]}/transitiveMemberOf/"
        more = {"@odata.nextLink": f"{link}microsoft.graph.group?$skiptoken={page + 1}"}
        group = {"id": f"group-{page}", "displayName": f"Group {page}"}
        return Answer(200, {"value": [group]} | (more if page != self.pages else {}))

    def _shown(self, row: Row, asked: Asked) -> Row:
        return {name: row.get(name) for name in asked.query["$select"].split(",")}
