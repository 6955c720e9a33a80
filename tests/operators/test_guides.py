"""What the guides name is there, and what is there is named: variables, checks, metrics, pictures, links."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from enrollment.doctor.checks import CHECKS, DATABASE

BASE = Path(settings.BASE_DIR)
DOCUMENTS = (BASE / "README.md", BASE / "CHANGELOG.md", *sorted((BASE / "docs").rglob("*.md")))
OPERATORS = (BASE / "docs/operators.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
VARIABLE = r"\bGATEHOUSE_[A-Z_]*[A-Z]\b"
# Of `make run` alone; the other one begins the names that export_site makes up.
OTHER_VARIABLES = {"GATEHOUSE_DEMO", "GATEHOUSE_SECRET"}


def named(pattern: str, folder: str) -> set[str]:
    files = (BASE / folder).rglob("*.py")
    return {name for file in files for name in re.findall(pattern, file.read_text(encoding="utf-8"))}


def test_every_variable_of_the_environment_is_in_the_guide() -> None:
    variables = named(VARIABLE, "sites_config") | named(VARIABLE, "enrollment")

    assert variables - OTHER_VARIABLES - set(re.findall(VARIABLE, OPERATORS)) == set() and len(variables) > 15


def test_every_check_of_the_doctor_and_every_metric_is_in_the_guide() -> None:
    metrics = named(r'"(gatehouse_\w+)"', "enrollment/actions")
    names = {check.name for check in (DATABASE, *CHECKS)} | metrics

    assert {name for name in names if f"`{name}`" not in OPERATORS} == set() and len(metrics) > 5


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(BASE)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not path.startswith(("https:", "http:")):
            assert target.exists() and (not anchor or anchor in anchors(target)), link


def test_every_picture_is_shown_and_small() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    pictures = sorted((BASE / "docs/pictures").iterdir())

    assert [each.name for each in pictures if f"pictures/{each.name})" not in text] == []
    assert [each.name for each in pictures if each.stat().st_size > 120_000] == []
