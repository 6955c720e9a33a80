"""Two languages that nobody speaks: one whose words are long, one that runs the other way."""

import re

_KEPT = re.compile(r"(\{\w+\})")
_LONGER = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
_MIRRORED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "אבגדהוזחטיכלמנסעפצקרשתאבגדאבגדהוזחטיכלמנסעפצקרשתאבגד",
)
# Languages without a catalogue, one for each direction.
STRETCHED, MIRRORED = "sk", "ur"


def stretched(text: str) -> str:
    """Accents on every vowel, and nearly half as long again: words that shipped languages don't reach."""
    words = "".join(part if _KEPT.fullmatch(part) else part.translate(_LONGER) for part in _KEPT.split(text))
    return f"[{words}{' ' + 'ñandú ' * (len(text) // 15) if len(text) > 12 else '~' * (len(text) // 2)}]"


def mirrored(text: str) -> str:
    """The same words in Hebrew letters."""
    return "".join(part if _KEPT.fullmatch(part) else part.translate(_MIRRORED) for part in _KEPT.split(text))


def in_pseudo(text: str, language: str) -> str:
    """In place of sites_config.catalogues.translated."""
    return {STRETCHED: stretched, MIRRORED: mirrored}.get(language, str)(text) if text else ""
