"""Who has a user name now, as logging in would find out: an account of staff first, then the directories."""

from dataclasses import dataclass, field, replace

from django.db.models import QuerySet

from enrollment.actions.enrollments import SignIn
from enrollment.directories.cloud.known import row_of
from enrollment.directories.entry import DirectoryUnavailable, Entry
from enrollment.directories.find import find
from enrollment.directories.groups import with_groups
from enrollment.models import DirectoryServer, SignInMethod
from enrollment.signin.completed import groups_at_log_in
from enrollment.signin.password import staff_sign_in
from sites_config.models import User
from sites_config.site_settings import SiteSettings

# By the first half of an entry's source.
METHODS = {"ldap": SignInMethod.LDAP, "saml": SignInMethod.SAML, "oidc": SignInMethod.OIDC}


@dataclass(frozen=True)
class Check:
    """One rule and whether it holds; ``passed`` None where it only tells something."""

    passed: bool | None
    text: str


@dataclass
class Person:
    """``who`` None: nobody could log in by this name."""

    who: SignIn | None = None
    checks: list[Check] = field(default_factory=list)


def person_called(user_name: str, site: SiteSettings, accounts: QuerySet[User]) -> Person:
    """``accounts``: those that whoever asks may see; of another one it is said only that it is there."""
    account = User.objects.filter(username__iexact=user_name.strip(), is_active=True).first()
    if account is None:
        return _of_directory(user_name, site)
    if not accounts.filter(pk=account.pk).exists():
        return Person(None, [Check(False, "An account that you may not see has this user name.")])
    return Person(staff_sign_in(account), [Check(True, f"{account} is a staff account that is open.")])


def _of_directory(user_name: str, site: SiteSettings) -> Person:
    try:
        entry = find(user_name, site.lineage)
        entry = with_groups(entry, user_name, site.lineage) if entry else None
    except DirectoryUnavailable as reason:
        return Person(None, [Check(False, f"A directory could not be asked: {reason}.")])
    if entry is None:
        nobody = (
            "No open staff account and no single person of the site's directories has exactly this user name."
        )
        return Person(None, [Check(False, nobody)])
    groups = ", ".join(sorted(group.name or group.id for group in entry.groups)) or "none"
    known = [
        Check(True, f"{entry.full_name or entry.user_name} ({entry.user_name}) is in a directory."),
        Check(None, f"Groups: {groups}."),
    ]
    closed = _why_no_log_in(entry)
    if closed:
        return Person(None, [*known, Check(False, closed)])
    entry, by_id = _as_at_log_in(entry, site)
    if by_id:
        known.append(Check(None, f"A log-in names these groups by ID alone: {by_id}."))
    return Person(_signed_in(entry), [*known, Check(True, "This directory lets people log in.")])


def _as_at_log_in(entry: Entry, site: SiteSettings) -> tuple[Entry, str]:
    """With the groups that a token would name, and their IDs where it names nothing else."""
    row = row_of(entry, site.lineage) if entry.source.startswith("oidc:") else None
    if row is None:
        return entry, ""
    groups = groups_at_log_in(row, entry.groups)
    by_id = "" if groups == entry.groups else ", ".join(sorted(group.id for group in groups))
    return replace(entry, groups=groups), by_id


def _why_no_log_in(entry: Entry) -> str:
    kind, _, number = entry.source.partition(":")
    if kind not in METHODS:
        return "Nobody can log in by the table of people: it only finds the users of devices."
    if kind == "ldap" and not DirectoryServer.objects.filter(pk=number, enabled=True, sign_in=True).exists():
        return "“People may log in” is off for this directory."
    return ""


def _signed_in(entry: Entry) -> SignIn:
    method = METHODS[entry.source.partition(":")[0]]
    return SignIn(method, entry.source, entry.external_id, entry.full_name or entry.user_name, None, entry)
