"""The languages there are, and which of them comes nearest to what a device asks for.

A site may word its texts in every language that an iPhone can be set to (Settings, General, Language & Region), and in
Serbian in both its scripts, which iOS passes on to websites though it shows its own words in another language.
``SHIPPED`` are those that come with complete translations.
"""

from collections.abc import Iterator

from django.utils.translation.trans_real import parse_accept_lang_header

# Codes as Django writes them, with the languages' own names, in the order of their names in the switch.
LANGUAGES = [
    ("id", "Bahasa Indonesia"),
    ("ms", "Bahasa Melayu"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("en-au", "English (Australia)"),
    ("en-gb", "English (UK)"),
    ("es", "Español (España)"),
    ("es-419", "Español (Latinoamérica)"),
    ("fr", "Français"),
    ("fr-ca", "Français (Canada)"),
    ("hr", "Hrvatski"),
    ("it", "Italiano"),
    ("lt", "Lietuvių"),
    ("hu", "Magyar"),
    ("nl", "Nederlands"),
    ("nb", "Norsk bokmål"),
    ("pl", "Polski"),
    ("pt-br", "Português (Brasil)"),
    ("pt", "Português (Portugal)"),
    ("ro", "Română"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sr-latn", "Srpski (latinica)"),
    ("fi", "Suomi"),
    ("sv", "Svenska"),
    ("vi", "Tiếng Việt"),
    ("tr", "Türkçe"),
    ("el", "Ελληνικά"),
    ("bg", "Български"),
    ("kk", "Қазақ тілі"),
    ("ru", "Русский"),
    ("sr", "Српски"),
    ("uk", "Українська"),
    ("he", "עברית"),
    ("ur", "اردو"),
    ("ar", "العربية"),
    ("mr", "मराठी"),
    ("hi", "हिन्दी"),
    ("bn", "বাংলা"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("gu", "ગુજરાતી"),
    ("or", "ଓଡ଼ିଆ"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
    ("kn", "ಕನ್ನಡ"),
    ("ml", "മലയാളം"),
    ("th", "ไทย"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文（台灣）"),
    ("zh-hk", "繁體中文（香港）"),
    ("ja", "日本語"),
    ("ko", "한국어"),
]
CODES = tuple(code for code, _name in LANGUAGES)

SHIPPED = (
    "id", "cs", "da", "de", "en", "es", "es-419", "fr", "it", "hu", "nl", "nb", "pl", "pt-br", "pt", "ro", "fi",
    "sv", "vi", "tr", "el", "uk", "he", "ar", "hi", "th", "zh-hans", "zh-hant", "ja", "ko",
)  # fmt: skip

# What Django's own list lacks, in the form of django.conf.locale.LANG_INFO.
UNKNOWN_TO_DJANGO = {
    code: {"bidi": False, "code": code, "name": name, "name_local": dict(LANGUAGES)[code]}
    for code, name in (
        ("es-419", "Spanish (Latin America)"),
        ("fr-ca", "French (Canada)"),
        ("gu", "Gujarati"),
        ("or", "Odia"),
        ("zh-hk", "Traditional Chinese (Hong Kong)"),
    )
}

# Which other language somebody reads nearly as well, nearest first: another region, never another script.
NEXT = {
    "en-au": ("en-gb", "en"),
    "en-gb": ("en-au", "en"),
    "en": ("en-gb", "en-au"),
    "es-419": ("es",),
    "es": ("es-419",),
    "fr-ca": ("fr",),
    "fr": ("fr-ca",),
    "pt-br": ("pt",),
    "pt": ("pt-br",),
    "zh-hk": ("zh-hant",),
    "zh-hant": ("zh-hk",),
}

# Tags that mean one of ours by another name: macrolanguages, codes that ISO 639 withdrew, regions that imply a script.
_ALIASES = {
    "no": "nb", "nn": "nb", "iw": "he", "in": "id", "zsm": "ms", "arb": "ar", "cmn": "zh-hans",
    "pt-pt": "pt", "es-es": "es", "pa-guru": "pa", "kk-cyrl": "kk", "sr-cyrl": "sr", "sh": "sr-latn", "ms-latn": "ms",
    "zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-my": "zh-hans",
    "zh-tw": "zh-hant", "zh-mo": "zh-hk", "zh-hant-hk": "zh-hk", "zh-hant-mo": "zh-hk", "yue": "zh-hk",
    "yue-hant": "zh-hk", "yue-hans": "zh-hans",
}  # fmt: skip
_SPANISH_OF_SPAIN = {"es", "es-es", "es-ea", "es-ic", "es-gq", "es-ph"}
_LONGEST_HEADER = 500  # characters of Accept-Language; Django's parser takes as many


def negotiated(chosen: str, accepted: str, offered: tuple[str, ...], default: str) -> str:
    """A code of ``offered``: the person's own choice, else the first of Accept-Language (RFC 9110, 12.5.4) that has a
    near one; ``default`` when nothing fits and it is offered."""
    if chosen in offered:
        return chosen
    for tag in _accepted(accepted):
        found = nearest(tag, offered)
        if found:
            return found
    return default if default in offered else offered[0]


def of_device(accepted: str) -> str:
    """The language that iOS itself shows: Safari names the device's languages in their order. "" when unknown."""
    return next((nearest(tag, CODES) for tag in _accepted(accepted)), "")


def nearest(tag: str, offered: tuple[str, ...]) -> str:
    """The code of ``offered`` for a language tag (RFC 5646), in another region if need be; "" if there is none."""
    for known in _known(tag.lower()):
        for code in (known, *NEXT.get(known, ())):
            if code in offered:
                return code
    return ""


def _known(tag: str) -> Iterator[str]:
    """Our codes for the tag, the most exact first. A script is never dropped: who reads Latin may not read Cyrillic."""
    parts = tag.split("-")
    while parts:
        part = "-".join(parts)
        code = _ALIASES.get(part, part)
        if parts[0] == "es" and len(parts) > 1 and part not in _SPANISH_OF_SPAIN:
            code = "es-419"
        if code in CODES:
            yield code
        if len(parts) > 1 and len(parts[-1]) == 4 and parts[-1].isalpha():  # a script, ISO 15924
            return
        parts.pop()


def _accepted(header: str) -> list[str]:
    return [tag for tag, _quality in parse_accept_lang_header(header[:_LONGEST_HEADER].lower())]


def base_of(code: str) -> str:
    """The language without region and script: ``pt`` of ``pt-br``."""
    return code.partition("-")[0]
