"""A site's accent color: readable or refused, and the shades that the dark appearance needs.

Contrast as WCAG 2.2 defines it (1.4.3, relative luminance). The backgrounds are those of templates/enrollment/page.css.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError

ACCENT = re.compile(r"#[0-9a-f]{6}")
READABLE = 4.5  # text, WCAG 1.4.3
VISIBLE = 3.0  # shapes, WCAG 1.4.11
_CHIP_LIGHT, _CHIP_DARK, _CARD_DARK, _WHITE, _BLACK = "#e3e3e8", "#333336", "#1c1c1e", "#ffffff", "#000000"


@dataclass(frozen=True)
class Accent:
    """``light``: buttons and links; ``dark_button`` and ``dark_link``: the same in the dark appearance."""

    light: str
    dark_button: str
    dark_link: str

    @property
    def css(self) -> str:
        """Replaces the two colors of the pages' own style."""
        return (
            f":root{{--act:{self.light};--btn:{self.light}}}"
            f"@media (prefers-color-scheme:dark){{:root{{--act:{self.dark_link};--btn:{self.dark_button}}}}}"
        )


def accent_color(value: str) -> None:
    """Raises ValidationError for what is no color or can't be read, with the nearest shade that can."""
    if not ACCENT.fullmatch(value):
        raise ValidationError("Write it as # and six digits 0-9 or a-f in small letters, such as #0b5fd0.")
    if contrast(value, _CHIP_LIGHT) < READABLE:
        raise ValidationError(
            f"Too light to be read on a pale button. The nearest shade that can be read is {_darkened(value)}."
        )


@lru_cache(maxsize=256)
def accent(value: str) -> Accent:
    """The shades of a color that ``accent_color`` took."""
    return Accent(
        light=value,
        dark_button=_mixed_until(value, _WHITE, _CARD_DARK, VISIBLE),
        dark_link=_mixed_until(value, _WHITE, _CHIP_DARK, READABLE),
    )


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _darkened(value: str) -> str:
    return _mixed_until(value, _BLACK, _CHIP_LIGHT, READABLE)


def _mixed_until(value: str, towards: str, background: str, wanted: float) -> str:
    """With as little of ``towards`` as gives the contrast."""
    for part in range(256):
        shade = _mixed(value, towards, part / 255)
        if contrast(shade, background) >= wanted:
            return shade
    return towards


def _mixed(one: str, other: str, part: float) -> str:
    return "#" + "".join(
        f"{round(a + (b - a) * part):02x}" for a, b in zip(_channels(one), _channels(other), strict=True)
    )


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
