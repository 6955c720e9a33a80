"""Style and script, inlined in every page and allowed by their hash: a page is one request."""

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Inlined:
    """``policy`` is the Content-Security-Policy of a page with exactly this style and script; forms add a style."""

    css: SafeString
    forms_css: SafeString
    js: SafeString
    policy: str


@functools.cache
def inlined() -> Inlined:
    """Read once per process."""
    css, forms_css, js = map(_source, ("enrollment/page.css", "enrollment/forms.css", "enrollment/page.js"))
    styles = f"'{_hash(css)}' '{_hash(forms_css)}'"
    policy = (
        f"default-src 'none'; style-src {styles}; script-src '{_hash(js)}'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Inlined(mark_safe(css), mark_safe(forms_css), mark_safe(js), policy)  # noqa: S308  # our own files


def _source(name: str) -> str:
    path = Path(settings.BASE_DIR) / "templates" / name
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
