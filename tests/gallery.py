"""Every page an enrolling person can meet, each made anew: for rules that hold on all of them."""

from tests.gallery_pages import beginning, desk, problems, saml, screens, sign_in
from tests.gallery_pages.base import PAGES, Gallery, Show

__all__ = ["Gallery", "pages"]
ROOMS = (beginning, desk, problems, saml, screens, sign_in)


def pages() -> dict[str, Show]:
    """By name; the kinds of steps/problem.py by their own. Importing the rooms put them on the list."""
    assert all(ROOMS)
    return dict(PAGES)
