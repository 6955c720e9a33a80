"""QR codes for the camera of the device that somebody holds beside the screen."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(url: str) -> SafeString:
    """SVG to stand in a page, dark on white in every color scheme; without a size of its own."""
    made = segno.make(url, error="m")
    return mark_safe(made.svg_inline(border=3, omitsize=True, light="#fff", lineclass=None))  # noqa: S308  # no text in it
