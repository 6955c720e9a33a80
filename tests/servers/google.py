"""A double of Google's Directory API and token endpoint; Google's own description judges every request and answer."""

import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.live import TestAuthority
from tests.servers.cloud import NOT_FOUND, Answer, Asked, Double
from tests.servers.google_document import DOCUMENT, check_request, check_value, method_of

ADMIN, ACCOUNT = "admin@northwind.example", "gatehouse@northwind.iam.gserviceaccount.com"
ADA: dict[str, Any] = {
    "kind": "admin#directory#user",
    "id": "sub-ada",
    "primaryEmail": "ada@northwind.example",
    "name": {"givenName": "Ada", "familyName": "Ångström", "fullName": "Ada Ångström"},
    "aliases": ["ada.angstrom@northwind.example"],
    "suspended": False,
    "organizations": [
        {"title": "Mentor", "department": "Chess"},
        {"title": "Teacher", "department": "Physics and Stars", "primary": True},
    ],
    "locations": [{"area": "desk", "buildingId": "Main building", "deskCode": "Desk 7"}],
    "phones": [{"value": "+1 555 0107", "type": "work"}],
}
GONE = {"id": "101", "primaryEmail": "gone@northwind.example", "suspended": True}
ARCHIVED = {"id": "102", "primaryEmail": "archived@northwind.example", "archived": True}


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def service_account() -> str:
    """The JSON that Google's console hands out."""
    pem = _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps(
        {
            "type": "service_account",
            "client_email": ACCOUNT,
            "private_key": pem,
            "private_key_id": "key-1",
            "token_uri": "https://elsewhere.example/token",
        }
    )


class Google(Double):
    """``wrong``: what Google's description has to say against a request or an answer. ``pages`` 0: without end."""

    def __init__(self, tls: TestAuthority) -> None:
        super().__init__(tls)
        self.people, self.pages, self.scopes = [ADA, GONE, ARCHIVED], 2, set[str]()
        self.wrong: list[str] = []
        self.directory = f"{self.base}/admin/directory/v1"
        self.tokens = f"{self.base}/token"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == ("token",):
            return self._token(asked)
        if asked.headers.get("Authorization") != "Bearer google-token":
            return Answer(401, {"error": {"code": 401, "message": "Invalid Credentials"}})
        try:
            return self._described(asked)
        except AssertionError as error:
            self.wrong.append(str(error))
            return Answer(400, {"error": {"code": 400, "message": str(error)}})

    def _described(self, asked: Asked) -> Answer:
        method = method_of(asked.method, "/".join(each.replace("/", "%2F") for each in asked.path))
        check_request(method, asked.query, self.scopes)
        answer = {
            "directory.users.get": self._get,
            "directory.users.list": self._list,
            "directory.groups.list": self._groups,
        }[method["id"]](asked)
        if answer.status == 200:
            check_value(answer.body, method["response"])
        return answer

    def _token(self, asked: Asked) -> Answer:
        """https://developers.google.com/identity/protocols/oauth2/service-account#httprest"""
        try:
            claims = jwt.decode(
                asked.form["assertion"], _key().public_key(), ["RS256"], audience=self.tokens, issuer=ACCOUNT
            )
        except (jwt.InvalidTokenError, KeyError):
            return Answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        self.scopes = set(claims["scope"].split())
        known = set(DOCUMENT["auth"]["oauth2"]["scopes"])
        if not self.scopes <= known or claims["exp"] > time.time() + 3600 or claims["sub"] != ADMIN:
            why = "Client is unauthorized to retrieve access tokens using this method."
            return Answer(401, {"error": "unauthorized_client", "error_description": why})
        return Answer(200, {"access_token": "google-token", "expires_in": 3599, "token_type": "Bearer"})

    def _get(self, asked: Asked) -> Answer:
        """directory.users.get: by primary address, alias or id."""
        key = asked.path[-1].casefold()
        for each in self.people:
            if key in (each["id"], each["primaryEmail"], *each.get("aliases", [])):
                return Answer(200, each)
        return NOT_FOUND

    def _list(self, asked: Asked) -> Answer:
        """directory.users.list"""
        assert asked.query["customer"] == "my_customer"
        return Answer(200, {"kind": "admin#directory#users", "users": self.people[:1]})

    def _groups(self, asked: Asked) -> Answer:
        """directory.groups.list: direct memberships of userKey, or those of the customer."""
        assert ("userKey" in asked.query) != ("customer" in asked.query)
        page = int(asked.query.get("pageToken", "1"))
        group = {
            "id": f"g{page}",
            "email": f"group{page}@northwind.example",
            "name": "Whatever its owner likes",
        }
        more = {"nextPageToken": str(page + 1)} if page != self.pages else {}
        return Answer(200, {"kind": "admin#directory#groups", "groups": [group]} | more)
