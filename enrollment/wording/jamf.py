"""Texts from Jamf Pro: the enrollment languages that its API gives (one EnrollmentProcessTextObject for each).

``personalEula`` is of personally owned devices and ``enterpriseEula`` of institutionally owned ones, as Jamf's own
settings name them; some tools have the two the wrong way round.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import strip_tags

from enrollment.wording.exchange import BadFile, Sent
from enrollment.wording.screens import messages
from sites_config.languages import CODES, nearest
from sites_config.models import Ownership
from sites_config.texts import rendered

# Jamf's field -> our texts. A field may be worded at several of our screens.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("frame.header",),
    "loginDescription": ("log-in.lead",),
    "username": ("log-in.username",),
    "password": ("log-in.password",),
    "loginButton": ("log-in.log-in",),
    "deviceClassDescription": ("ownership.lead",),
    "deviceClassPersonal": ("ownership.personal",),
    "deviceClassPersonalDescription": ("ownership.personal-description",),
    "deviceClassEnterprise": ("ownership.institutional",),
    "deviceClassEnterpriseDescription": ("ownership.institutional-description",),
    "deviceClassButton": ("ownership.continue", "assign.enroll"),
    "eulaButton": ("agreement.accept",),
    "siteDescription": ("site.lead",),
    "certificateText": ("ca-certificate.lead",),
    "certificateButton": ("ca-certificate.download",),
    "certificateProfileName": ("ca-certificate.name",),
    "certificateProfileDescription": ("ca-certificate.description",),
    "userEnrollmentText": ("personal.lead",),
    "userEnrollmentButton": ("personal.done",),
    "enterpriseText": ("mdm-profile.lead",),
    "enterpriseButton": ("mdm-profile.continue",),
    "enterpriseProfileName": ("profile.name",),
    "enterpriseProfileDescription": ("profile.description",),
    "completeMessage": ("complete.lead",),
    "failedMessage": ("failed.lead",),
    "tryAgainButton": ("failed.try-again",),
    "checkNowButton": ("install.check",),
    "checkEnrollmentMessage": ("install.come-back-why",),
    "logoutButton": ("frame.log-out", "complete.log-out"),
}
AGREEMENTS = {"personalEula": Ownership.PERSONAL, "enterpriseEula": Ownership.INSTITUTIONAL}
# What has no place here, and why.
WITHOUT_A_PLACE = {
    "languageCode": "it says which language the others are in",
    "name": "languages are called by their own names",
    "personalText": "profile-driven enrollment of personal devices ended with Jamf Pro 11.25",
    "personalButton": "likewise",
    "personalProfileName": "likewise",
    "personalProfileDescription": "likewise",
    "userEnrollmentProfileName": "a personal device gets its profile from the device management",
    "userEnrollmentProfileDescription": "likewise",
    "enterprisePending": "it is of Macs",
    "quickAddText": "it is of Macs",
    "quickAddButton": "it is of Macs",
    "quickAddName": "it is of Macs",
    "quickAddPending": "it is of Macs",
}
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>")


@dataclass
class FromJamf:
    """Of one language. ``agreements``: Markdown by ownership; ``notes``: what could not be taken as it was."""

    language: str
    texts: list[Sent] = field(default_factory=list)
    agreements: dict[Ownership, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(content: bytes) -> list[FromJamf]:
    """One object, a list of them, or the API's answer with ``results``. Raises BadFile."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadFile([f"It is no JSON: {error}."]) from None
    entries = found.get("results", [found]) if isinstance(found, dict) else found
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries) or not entries:
        raise BadFile(["It has to be an object with Jamf's texts of a language, or a list of such."])
    problems = [problem for number, each in enumerate(entries, 1) for problem in _problems(number, each)]
    languages = [_language(each) for each in entries]
    if len(set(languages)) != len(languages):
        problems.append("A language stands in it twice.")
    if problems:
        raise BadFile(problems)
    return [_taken(each) for each in entries]


def _problems(number: int, entry: dict[str, Any]) -> Iterator[str]:
    where = f"language {number}: "
    if not _language(entry):
        yield f"{where}languageCode is {str(entry.get('languageCode'))[:20]!r}, which no iPhone can be set to."
    for name, value in entry.items():
        if not (name in FIELDS or name in AGREEMENTS or name in WITHOUT_A_PLACE):
            yield f"{where}Jamf Pro has no field {name[:40]!r}."
        elif not isinstance(value, str | None):
            yield f"{where}{name} is no text."


def _language(entry: dict[str, Any]) -> str:
    code = entry.get("languageCode")
    return nearest(code, CODES) if isinstance(code, str) else ""


def _taken(entry: dict[str, Any]) -> FromJamf:
    taken = FromJamf(_language(entry))
    for name, value in entry.items():
        text = (value or "").strip()
        if not text:
            continue
        if name in AGREEMENTS:
            taken.agreements[AGREEMENTS[name]] = _without_pictures(taken, name, text)
        elif name in WITHOUT_A_PLACE and name not in ("languageCode", "name"):
            taken.notes.append(f"{name} was left out: {WITHOUT_A_PLACE[name]}.")
        for key in FIELDS.get(name, ()):
            taken.texts.append(Sent(f"{taken.language}, {name}", key, _fitting(taken, name, key, text)))
    return taken


def _fitting(taken: FromJamf, name: str, key: str, text: str) -> str:
    """Jamf takes Markdown everywhere, our plain texts are plain."""
    text = _without_pictures(taken, name, text)
    if messages()[key].markdown:
        return text
    plain = " ".join(html.unescape(strip_tags(rendered(text))).split())
    if plain != " ".join(text.split()):
        taken.notes.append(f"{name}: its formatting was left out.")
    return plain


def _without_pictures(taken: FromJamf, name: str, text: str) -> str:
    clean = _PICTURE.sub("", text).strip()
    if clean != text:
        taken.notes.append(f"{name}: its pictures were left out; the site's logo stands on every page.")
    return clean
