"""Every text there is, screen by screen in the order a person meets them: for the editor and the exchange."""

from dataclasses import dataclass
from functools import cache

from enrollment.flow import STEPS
from enrollment.outbox.mail_texts import MailTexts
from enrollment.steps import (
    code,
    frame,
    gate,
    hand_over,
    language,
    leaving,
    mdm_profile,
    problem,
    resume,
    welcome,
)
from sites_config.names import ORGANIZATION, SUPPORT
from sites_config.texts import Message


class NameTexts:
    """What the institution and its help are called, where that differs from language to language."""

    organization = ORGANIZATION
    support = SUPPORT


@dataclass(frozen=True)
class Screen:
    """``slug`` as in the URL of a step, ``title`` as administrators know it, ``declared`` the classes of its texts."""

    slug: str
    title: str
    declared: tuple[type, ...]

    @property
    def messages(self) -> tuple[Message, ...]:
        found = (each for texts in self.declared for each in vars(texts).values())
        return tuple(each for each in found if isinstance(each, Message))


_BEFORE = (
    Screen("names", "Names", (NameTexts,)),
    Screen("frame", "On every page", (frame.FrameTexts,)),
    Screen(
        "gate-safari", "Another browser on the device", (gate.SafariTexts, gate.GateTexts, gate.LinkTexts)
    ),
    Screen("gate-device", "Another device", (gate.DeviceTexts, gate.MacTexts)),
    Screen("language", "List of languages", (language.Texts,)),
    Screen("welcome", "Invitation", (welcome.Texts,)),
    Screen("code", "Code from the help desk", (code.Texts,)),
    Screen("resume", "Go on with an enrollment", (resume.Texts,)),
)
_BESIDE: dict[str, tuple[type, ...]] = {
    "mdm-profile": (mdm_profile.InfoTexts, mdm_profile.RightTexts, mdm_profile.NeverTexts),
}
_AFTER = (
    Screen("profile", "The profile in Settings", (mdm_profile.ProfileTexts,)),
    Screen("hand-over", "Go on in another browser", (hand_over.OfferTexts,)),
    Screen("take-over", "Go on here", (hand_over.TakeTexts,)),
    Screen("leaving", "On the way to a provider", (leaving.Texts,)),
    Screen("mail", "The message of an invitation", (MailTexts,)),
    Screen("problem", "When it goes no further", (problem.Texts,)),
)


@cache
def screens() -> tuple[Screen, ...]:
    """In the order a person meets them; a text that several show belongs to the first."""
    steps = (
        Screen(step.slug, _title(step.slug), (step.Texts, *_BESIDE.get(step.slug, ()))) for step in STEPS
    )
    return (*_BEFORE, *steps, *_AFTER)


@cache
def messages() -> dict[str, Message]:
    """By key, in the order of the screens."""
    return {message.key: message for screen in screens() for message in screen.messages}


@cache
def screen_of() -> dict[str, Screen]:
    """By key: where the text stands first."""
    found: dict[str, Screen] = {}
    for screen in screens():
        for message in screen.messages:
            found.setdefault(message.key, screen)
    return found


def _title(slug: str) -> str:
    return slug.replace("-", " ").capitalize().replace("Ca ", "CA ").replace("Mdm ", "MDM ")
