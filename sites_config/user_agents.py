"""What a browser is called, from what it says of itself: words and digits of ours, nothing that was sent."""

import re

# The first that is found: nearly all of them claim to be Safari as well.
_FAMILIES = (
    ("CriOS/", "Chrome"), ("FxiOS/", "Firefox"), ("EdgiOS/", "Edge"), ("OPT/", "Opera"), ("OPiOS/", "Opera"),
    ("DuckDuckGo/", "DuckDuckGo"), ("GSA/", "Google app"), ("FBAN", "Facebook app"), ("FBAV", "Facebook app"),
    ("Instagram", "Instagram app"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Firefox/", "Firefox"),
    ("Version/", "Safari"), ("AppleWebKit/", "an app"),
)  # fmt: skip
# iPads ask for the pages of a Mac and say that they are one.
_DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("iPod", "iPod touch"), ("Macintosh", "iPad or Mac"),
    ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip
LONGEST = 40  # characters
_LOOKED_AT = 500


def browser_name(agent: str) -> str:
    """“Safari 18.6 on iPhone”; "" for what says nothing known."""
    agent = agent[:_LOOKED_AT]
    mark, family = next((each for each in _FAMILIES if each[0] in agent), ("", ""))
    device = next((name for word, name in _DEVICES if word in agent), "")
    if not family:
        return device
    found = re.search(re.escape(mark) + r"(\d{1,3}(?:\.\d{1,3})?)", agent) if mark.endswith("/") else None
    version = f" {found[1]}" if found and family != "an app" else ""
    return f"{family}{version}{f' on {device}' if device else ''}"[:LONGEST]
