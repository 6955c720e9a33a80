"""What `manage.py doctor --json` said."""

import io
import json
from dataclasses import dataclass
from typing import Any

from django.core.management import CommandError, call_command


@dataclass
class Told:
    """``status``: exit status; ``rows``: the checks in their order."""

    status: int
    state: str
    rows: list[dict[str, Any]]

    def of(self, check: str, subject: str = "") -> dict[str, Any]:
        """The one line of the check whose subject contains the text."""
        found = [row for row in self.rows if row["check"] == check and subject in row["subject"]]
        assert len(found) == 1, (check, subject, self.rows)
        return found[0]

    def states(self) -> dict[str, set[str]]:
        return {row["check"]: {each["state"] for each in self.all(row["check"])} for row in self.rows}

    def all(self, check: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["check"] == check]


def consulted(*urls: str) -> Told:
    out, status = io.StringIO(), 0
    try:
        call_command("doctor", "--json", *(f"--url={url}" for url in urls), stdout=out)
    except CommandError as error:
        status = error.returncode
    whole = json.loads(out.getvalue())
    return Told(status, whole["state"], whole["checks"])
