"""Texts as XLIFF 1.2 (OASIS, xliff-core), which translators' programs read and write."""

import io
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax import SAXException, handler
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from enrollment.wording.exchange import BadFile, Exported, Sent
from sites_config.http import sent_id

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
ORIGINAL = "gatehouse"
XML = "http://www.w3.org/XML/1998/namespace"
REVISION = "x-gatehouse-revision"  # the type of an element <context>, 2.2.4


def write(texts: Iterable[Exported], language: str) -> bytes:
    out = io.BytesIO()
    xml = _Writer(XMLGenerator(out, "utf-8", short_empty_elements=True))
    xml.start_document()
    with_file = {"original": ORIGINAL, "datatype": "plaintext", "source-language": "en"}
    xml.open("xliff", {"version": "1.2"})
    xml.open("file", with_file | {"target-language": tag(language)})
    xml.open("body")
    for each in texts:
        xml.open("trans-unit", {"id": each.key}, preserve=True)
        xml.element("source", each.english)
        state = "final" if each.own else "needs-review-translation" if each.text else "new"
        xml.element("target", each.text, {"state": state})
        xml.open("context-group", {"purpose": "information"})
        xml.element("context", str(each.revision), {"context-type": REVISION})
        xml.close("context-group")
        xml.element("note", each.screen)
        xml.close("trans-unit")
    for name in ("body", "file", "xliff"):
        xml.close(name)
    xml.end_document()
    return out.getvalue()


def read(content: bytes, language: str) -> list[Sent]:
    """Raises BadFile: no XLIFF 1.2, another language, document types and entities."""
    reader = _Reader(language)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(handler.feature_namespaces, True)
    parser.setContentHandler(reader)
    try:
        parser.parse(io.BytesIO(content))
    except DefusedXmlException:
        raise BadFile(["It holds a document type or entities, which no XLIFF file needs."]) from None
    except SAXException as error:
        line = getattr(error, "getLineNumber", lambda: 1)()
        raise BadFile([f"line {line}: {error.getMessage()}."]) from None
    if reader.problems or not reader.is_xliff:
        raise BadFile(reader.problems or ["This is no XLIFF 1.2."])
    return reader.found


def tag(language: str) -> str:
    """As RFC 5646 writes it, 2.1.1: ``pt-BR``, ``zh-Hans``."""
    first, *others = language.split("-")
    return "-".join([first, *(each.title() if len(each) == 4 else each.upper() for each in others)])


class _Writer:
    def __init__(self, generator: Any) -> None:
        self._xml = generator

    def start_document(self) -> None:
        self._xml.startDocument()
        self._xml.startPrefixMapping(None, NAMESPACE)

    def end_document(self) -> None:
        self._xml.endDocument()

    def open(self, name: str, attributes: dict[str, str] | None = None, preserve: bool = False) -> None:
        values: dict[Any, str] = {(None, key): value for key, value in (attributes or {}).items()}
        values |= {(XML, "space"): "preserve"} if preserve else {}
        self._xml.startElementNS((NAMESPACE, name), None, AttributesNSImpl(values, {}))
        if name in ("xliff", "file", "body", "trans-unit"):
            self._xml.ignorableWhitespace("\n")

    def close(self, name: str) -> None:
        self._xml.endElementNS((NAMESPACE, name), None)
        self._xml.ignorableWhitespace("\n")

    def element(self, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
        self.open(name, attributes)
        self._xml.characters(text)
        self.close(name)


class _Reader(handler.ContentHandler):
    """``found``: units with a target; whatever else programs put into a file is passed over."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self.found: list[Sent] = []
        self.problems: list[str] = []
        self.is_xliff = False
        self._unit = ""
        self._line = 0
        self._parts: dict[str, list[str]] = {}
        self._within: list[str] = []
        self._lines: Callable[[], int] = lambda: 0

    def setDocumentLocator(self, locator: Any) -> None:
        self._lines = lambda: locator.getLineNumber() or 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        space, local = name
        known = local if space == NAMESPACE else ""
        if known == "context" and attrs.get((None, "context-type")) != REVISION:
            known = ""
        self._within.append(known)
        line = self._lines()
        if known == "xliff":
            self.is_xliff = attrs.get((None, "version")) == "1.2"
        if known == "file":
            self._check_language(line, attrs.get((None, "target-language"), ""))
        if known == "trans-unit":
            self._unit, self._line, self._parts = attrs.get((None, "id"), ""), line, {}
        if known in ("target", "context") and "alt-trans" not in self._within:
            self._parts[known] = []

    def _check_language(self, line: int, given: str) -> None:
        if given.lower() != self._language:
            self.problems.append(f"line {line}: its language is {given[:20]!r}, not {tag(self._language)!r}.")

    def characters(self, content: str) -> None:
        # Within <g> and the like too: the text of a target is all of it.
        open_part = next((each for each in reversed(self._within) if each in ("target", "context")), "")
        if open_part and "alt-trans" not in self._within:
            self._parts[open_part].append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        if self._within.pop() == "trans-unit" and "target" in self._parts:
            revision = sent_id("".join(self._parts.get("context", [])).strip())
            target = "".join(self._parts["target"])
            self.found.append(Sent(f"line {self._line}", self._unit, target, revision))
