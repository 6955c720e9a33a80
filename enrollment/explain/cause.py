"""Why somebody probably does not get on: a table of rules, the first that holds counts."""

from collections.abc import Callable
from dataclasses import dataclass

from enrollment.explain.facts import Facts


@dataclass(frozen=True)
class Cause:
    """``name``: of the rule. ``why`` is for the help desk, ``tell`` is read to the person: words in “ ” are iOS's."""

    name: str
    why: str
    tell: str


Rule = Callable[[Facts], bool]


class Rules(list[tuple[Rule, Cause]]):
    """In the order in which they are asked, the surest first."""

    def cause(self, why: str, tell: str) -> Callable[[Rule], Rule]:
        """Adds the function below it, named as the rule."""

        def add(rule: Rule) -> Rule:
            self.append((rule, Cause(rule.__name__, why, tell)))
            return rule

        return add


NOT_COME = Cause(
    "not_come",
    "No device with this serial number came yet.",
    "Your device has not reported to us yet. Open the enrollment page in Safari on it and follow it to its end.",
)
