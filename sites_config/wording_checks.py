"""What a site's own wording may not be: found when it is saved, so that no page has to refuse it."""

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from sites_config.texts import MARKDOWN, PLACEHOLDER, Message, rendered

LARGEST_MARKDOWN = 64 * 1024  # bytes
LONGEST_PLAIN = 1000  # characters
DEEPEST = 6  # lists within lists within quotations
MOST_TOKENS = 5000
SCHEMES = ("https:", "mailto:", "tel:")
# Control characters, and those that turn the direction of what follows: they could make a page say something else.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def normal(message: Message, text: str) -> str:
    """As it is stored: no space around it, one kind of line end, none at all in a plain text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if message.markdown else " ".join(text.split())


def problems_of(message: Message, text: str) -> list[str]:
    """Why the text can't be saved, in words for its author; "" has none."""
    return [*_of_length(message, text), *_of_characters(text), *_of_placeholders(message, text)] or [
        *(_of_markdown(text) if message.markdown else ())
    ]


def left_out(message: Message, text: str) -> tuple[str, ...]:
    """Placeholders of the built-in text that this one does without: allowed, and worth a look."""
    return tuple(name for name in message.placeholders if text and f"{{{name}}}" not in text)


def problems_of_markdown(text: str) -> list[str]:
    """Likewise for a text that is no Message, such as an agreement."""
    return [*_of_length(None, text), *_of_characters(text)] or [*_of_markdown(text)]


def _of_length(message: Message | None, text: str) -> Iterator[str]:
    if message is not None and not message.markdown:
        if len(text) > LONGEST_PLAIN:
            yield f"It has {len(text)} characters; {LONGEST_PLAIN} are the most."
    elif len(text.encode(errors="replace")) > LARGEST_MARKDOWN:
        yield "It is longer than 64 KiB."


def _of_characters(text: str) -> Iterator[str]:
    found = _UNSEEN.search(text) or _HALF_A_PAIR.search(text)
    if found:
        yield f"It holds a character that nobody sees (U+{ord(found[0]):04X})."


def _of_placeholders(message: Message, text: str) -> Iterator[str]:
    known = ", ".join(f"{{{name}}}" for name in message.placeholders) or "none"
    for name in dict.fromkeys(PLACEHOLDER.findall(text)):
        if name not in message.placeholders:
            yield f"There is no {{{name}}} in this text; it knows {known}."


def _of_markdown(text: str) -> Iterator[str]:
    tokens = MARKDOWN.parse(text)
    if len(tokens) > MOST_TOKENS or any(token.level > 2 * DEEPEST for token in tokens):
        yield f"Its lists and quotations lie deeper than {DEEPEST}, or are too many."
        return
    yield from dict.fromkeys(_of_tokens(tokens))
    if not rendered(text).strip() and text:
        yield "Nothing of it can be shown."


def _of_tokens(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "image":
            yield "Pictures can't be shown; the site's logo stands at the top of each page."
        if token.type == "link_open" and not str(token.attrGet("href")).lower().startswith(SCHEMES):
            yield f"The link {str(token.attrGet('href'))[:60]} has to begin with https:, mailto: or tel:."
        yield from _of_tokens(token.children or ())
