"""What a browser says of itself, as far as it decides whether a profile can be installed from it."""

import re
from enum import Enum

from enrollment.mdm.os_version import numbers

# Browsers of iPhone and iPad beside Safari, and apps that show pages themselves. All of them say "Safari" somewhere.
_OTHERS_ON_IOS = (
    "CriOS", "FxiOS", "Focus/", "EdgiOS", "OPT/", "OPiOS", "OPX/", "DuckDuckGo", "Ddg/", "Brave", "YaBrowser",
    "UCBrowser", "GSA/", "FBAN", "FBAV", "Instagram", "Line/", "LinkedInApp", "Snapchat", "MicroMessenger",
    "musical_ly", "BytedanceWebview",
)  # fmt: skip
_SYSTEM = re.compile(r"OS (\d{1,3}(?:_\d{1,3}){0,2}) like Mac OS X")
_SAFARI = re.compile(r"Version/(\d{1,3}(?:\.\d{1,3}){0,2})\s")
SOME_UPDATE = 999
_ELSEWHERE = ("Android", "Windows", "X11", "CrOS", "Linux")


class Kind(Enum):
    """``OTHER_ON_IOS``: not Safari, but on the device. ``MAC``: a Mac, or an iPad, which says the same."""

    SAFARI = "safari"
    OTHER_ON_IOS = "other-on-ios"
    MAC = "mac"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


def kind_of(agent: str) -> Kind:
    """By the User-Agent. Whatever it doesn't know for sure is ``UNKNOWN``, which nobody is sent away for."""
    if "iPhone" in agent or "iPad" in agent or "iPod" in agent:
        # What shows pages inside an app, and the sheet for logging in to a Wi-Fi, names neither of the two.
        is_safari = "Version/" in agent and "Safari/" in agent
        return Kind.SAFARI if is_safari and not _is_other(agent) else Kind.OTHER_ON_IOS
    if "Macintosh" in agent:
        return Kind.MAC
    return Kind.ELSEWHERE if any(word in agent for word in _ELSEWHERE) else Kind.UNKNOWN


def names_other_than_safari(agent: str) -> bool:
    """Says that it is a Mac, and is a browser that exists on iPads only."""
    return kind_of(agent) is Kind.MAC and _is_other(agent)


def _is_other(agent: str) -> bool:
    return any(word in agent for word in _OTHERS_ON_IOS)


def newest_possible(agent: str) -> tuple[int, ...]:
    """No newer than this is the iOS of a Safari that names it; () where nobody can tell, as of an iPad's.

    Before iOS 26 the part about the system is exact, and Safari's own number may lag behind it. Since then that part
    stands still at 18, and Safari's number has the version.
    """
    system, safari = _SYSTEM.search(agent), _SAFARI.search(agent)
    if kind_of(agent) is not Kind.SAFARI or not (system and safari):
        return ()
    said, own = numbers(system[1].replace("_", ".")), numbers(safari[1])
    return (own[0], SOME_UPDATE) if own[0] > said[0] else max(said, own)
