"""How long things are kept after their end, kind by kind; ``manage.py purge`` removes what is older."""

from collections.abc import Mapping
from dataclasses import dataclass

from sites_config.environment import env_days


@dataclass(frozen=True)
class Kind:
    """``days`` after its end. ``what`` completes “how long to keep …”."""

    name: str
    days: int
    what: str

    @property
    def variable(self) -> str:
        return f"GATEHOUSE_RETENTION_{self.name.upper()}"


KINDS = (
    Kind("enrollments", 90, "attempts that came to nothing, with their events and answers"),
    Kind("events", 730, "events of enrollments that are over, of invitations and of devices"),
    Kind("invitations", 365, "invitations that expired or were revoked, if no enrollment refers to them"),
    Kind(
        "messages",
        90,
        "messages that were sent, refused or cancelled, with their recipients; how many a day had",
    ),
    Kind(
        "identities",
        365,
        "people whom a directory vouched for, after they were last seen, if nothing names them",
    ),
    Kind("audit", 730, "what was changed in the administration, by whom, with the values before and after"),
    Kind("commands", 365, "commands that devices answered"),
    Kind("certificates", 90, "revoked device certificates, counted from the day they would have ended"),
    Kind(
        "tokens",
        7,
        "unused SCEP challenges and profiles, hand-overs, short codes, ways to SAML providers and back",
    ),
)


def retention_days() -> Mapping[str, int]:
    """By the name of the kind, from the environment where it says something."""
    return {kind.name: env_days(kind.variable, kind.days) for kind in KINDS}
