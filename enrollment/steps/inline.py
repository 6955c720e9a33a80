"""Styles and scripts, inlined in every page and allowed by their hash: a page is one request."""

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Inlined:
    """``styles`` and ``scripts`` are the hashes of all, as a policy names them. ``css`` stands in all of them,
    ``forms_css`` where there are fields, ``link_css`` and ``link_js`` where a link is handed on, ``js`` where somebody
    waits, ``leave_js`` where the log-in page leads on by itself, ``notice_css`` where the site has a notice."""

    css: SafeString
    forms_css: SafeString
    link_css: SafeString
    js: SafeString
    link_js: SafeString
    leave_js: SafeString
    notice_css: SafeString
    styles: str
    scripts: str

    def policy(self, accent: str) -> str:
        """The Content-Security-Policy of pages with any of these, and with a site's own colors."""
        return _policy(f"{self.styles} {_hashes([accent])}" if accent else self.styles, self.scripts)


@functools.cache
def inlined() -> Inlined:
    """Read once per process."""
    styles = [_source(f"enrollment/{name}.css") for name in ("page", "forms", "link", "notice")]
    scripts = [_source(f"enrollment/{name}.js") for name in ("page", "link", "leave")]
    css, forms_css, link_css, notice_css, js, link_js, leave_js = map(
        mark_safe, (*styles, *scripts)
    )  # our own
    return Inlined(
        css, forms_css, link_css, js, link_js, leave_js, notice_css, _hashes(styles), _hashes(scripts)
    )


@functools.lru_cache(maxsize=256)
def _policy(styles: str, scripts: str) -> str:
    return (
        f"default-src 'none'; style-src {styles}; script-src {scripts}; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _source(name: str) -> str:
    path = Path(settings.BASE_DIR) / "templates" / name
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    # A style needs no line ends.
    return ("" if name.endswith(".css") else "\n").join(line for line in lines if line)


def _hashes(texts: list[str]) -> str:
    return " ".join(f"'{_hash(text)}'" for text in texts)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
