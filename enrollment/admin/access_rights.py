"""Apple's AccessRights as boxes to tick instead of a sum to work out."""

from typing import Any

from django import forms

from enrollment.profiles.access_rights import ALL, CATALOGUE, AccessRight

WORDS = {
    "inspect-profiles": "see installed configuration profiles",
    "install-profiles": "install and remove configuration profiles",
    "lock": "lock the device and remove its passcode",
    "erase": "erase the device",
    "device-information": "ask for name, model, serial number, capacity",
    "network-information": "ask for telephone and SIM numbers, network addresses",
    "inspect-provisioning": "see provisioning profiles",
    "install-provisioning": "install and remove provisioning profiles",
    "inspect-apps": "see installed apps",
    "restrictions": "ask about restrictions",
    "security": "ask about security, such as whether there is a passcode",
    "settings": "change settings",
    "manage-apps": "install and remove managed apps",
}


class AccessRightsField(forms.MultipleChoiceField):
    """The sum of the ticked bits, None when nothing is ticked: then the right of the parent counts."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"required": False, "widget": forms.CheckboxSelectMultiple}
        super().__init__(choices=[(right.bit, _label(right)) for right in CATALOGUE], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return bits(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        ticked = super().clean(value)
        return sum(map(int, ticked)) or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or 0) != sum(int(each) for each in data or () if str(each).isdigit())


def bits(rights: int) -> list[int]:
    return [right.bit for right in CATALOGUE if rights & right.bit]


def in_words(rights: int) -> str:
    """For a hint: which rights these are."""
    if rights == ALL:
        return "all of them"
    return "; ".join(WORDS[right.slug] for right in CATALOGUE if rights & right.bit)


def _label(right: AccessRight) -> str:
    words = WORDS[right.slug]
    return f"{words[0].upper()}{words[1:]} ({right.bit})"
