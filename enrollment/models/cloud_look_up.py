"""Where the directories of Microsoft and of Google are asked, and which providers can be asked at all."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from enrollment.models.cloud_identity_provider import CloudIdentityProvider

# Microsoft Graph by the host of the issuer: the world, the United States' government, China.
# https://learn.microsoft.com/graph/deployments
GRAPH = {
    "login.microsoftonline.com": "https://graph.microsoft.com",
    "login.microsoftonline.us": "https://graph.microsoft.us",
    "login.partner.microsoftonline.cn": "https://microsoftgraph.chinacloudapi.cn",
}
GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"
GOOGLE_DIRECTORY = "https://admin.googleapis.com/admin/directory/v1"
# The claim that is the id in the directory too: whoever is found is then the same as whoever logs in.
SHARED_ID = {"entra": "oid", "google": "sub"}
VERSION_2 = "/v2.0"


def tenant_path(issuer: str) -> str:
    """The tenant of an issuer of Entra, "" where it names none."""
    path = urlsplit(issuer).path.rstrip("/")
    tenant = path.removesuffix(VERSION_2).strip("/")
    return tenant if path.endswith(VERSION_2) and "/" not in tenant else ""


def wrong(row: "CloudIdentityProvider", google_issuer: str) -> dict[str, str]:
    """Why nobody could be found by it, by column."""
    claim = SHARED_ID.get(row.kind)
    if claim is None:
        return {"look_up": "Only Microsoft Entra ID and Google have a directory that can be asked."}
    found: dict[str, str] = {}
    if row.id_claim != claim:
        found["id_claim"] = f"To find people it must be {claim}, the id that the directory has too."
    if row.kind == "google":
        if row.issuer != google_issuer:
            found["issuer"] = f"Google's is {google_issuer}."
        if not row.delegated_admin:
            found["delegated_admin"] = "Needed to find people: the service account reads in their name."
    elif urlsplit(row.issuer).netloc not in GRAPH or not tenant_path(row.issuer):
        found["issuer"] = f"To find people it must be https://{next(iter(GRAPH))}/TENANT-ID/v2.0."
    return found
