"""Fields for what people type from elsewhere, such as a code: what the keyboard does, and what is said of it."""

from django import forms


def typed_field(max_length: int, **attributes: str) -> forms.CharField:
    """Without the keyboard's own corrections, and with “go” on it; ``attributes`` win over these."""
    keyboard = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false", "enterkeyhint": "go"}
    return forms.CharField(max_length=max_length, widget=forms.TextInput(attrs=keyboard | attributes))


def say(field: forms.Field, *, label: str, missing: str, refused: str) -> None:
    """In the person's language. What no such value can be is refused like a wrong one."""
    field.label = label
    field.error_messages |= {"required": missing}
    field.error_messages |= dict.fromkeys(("max_length", "null_characters_not_allowed"), refused)
