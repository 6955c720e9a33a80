"""Texts to translators and back: XLIFF and CSV, and what Jamf Pro said before."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.utils import timezone

from enrollment.wording import jamf
from enrollment.wording.screens import messages
from sites_config.languages import CODES
from sites_config.models import Agreement, MessageText, TextRevision, TextSource
from sites_config.wording import Wording, reword
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
KEY = "welcome.need"
XLIFF = "{urn:oasis:names:tc:xliff:document:1.2}"


def run(command: str, *args: object, **options: object) -> str:
    out = io.StringIO()
    call_command(command, *map(str, args), stdout=out, **options)
    return out.getvalue()


def word(site: Site, key: str, text: str, language: str = "de") -> None:
    wording = Wording(key, language, text)
    reword(site.pk, [wording], english={}, source=TextSource.EDITOR, author=None, now=timezone.now())


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def write_rows(file: Path, rows: list[dict[str, str]], delimiter: str = ",") -> None:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    file.write_bytes(out.getvalue().encode("utf-8-sig"))


@pytest.fixture(params=["texts.csv", "texts.xlf"])
def file(request: Any, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_what_comes_back_untouched_changes_nothing(alpha: Site, file: Path) -> None:
    word(alpha, KEY, "=Bringen Sie „alles“ <mit> & mehr")
    run("export_texts", file, site="alpha.test", language="de")

    told = run("import_texts", file, site="alpha.test", language="de")

    assert told.splitlines()[-1] == f"0 of {len(messages())} texts changed"
    assert MessageText.objects.count() == TextRevision.objects.count() == 1


def test_a_translation_comes_back_in_a_table(alpha: Site, tmp_path: Path) -> None:
    """As Excel writes it in Europe: semicolons and its mark."""
    file = tmp_path / "texts.csv"
    run("export_texts", file, site="alpha.test", language="de")
    rows = rows_of(file)
    assert {row["key"] for row in rows} == set(messages())
    for row in rows:
        row["text"] = {KEY: "Das brauchen Sie", "welcome.start": ""}.get(row["key"], row["text"])
    write_rows(file, rows, ";")

    dry = run("import_texts", file, site="alpha.test", language="de", dry_run=True)
    assert f"{KEY}\n- Was Sie brauchen\n+ Das brauchen Sie" in dry and not MessageText.objects.exists()
    run("import_texts", file, site="alpha.test", language="de")

    assert MessageText.objects.get().text_de == "Das brauchen Sie"  # type: ignore[attr-defined]
    assert TextRevision.objects.get().source == TextSource.FILE
    _row, token = people.invite(alpha)
    assert "Das brauchen Sie" in Visitor(language="de").see(f"/i/{token}").text


def test_a_translation_comes_back_as_xliff(alpha: Site, tmp_path: Path) -> None:
    file = tmp_path / "texts.xlf"
    run("export_texts", file, site="alpha.test", language="pt-br")
    root = ElementTree.parse(file).getroot()  # noqa: S314  # our own
    head = root.find(f"{XLIFF}file")
    assert root.get("version") == "1.2" and head is not None and head.get("target-language") == "pt-BR"
    unit = next(each for each in root.iter(f"{XLIFF}trans-unit") if each.get("id") == KEY)
    assert unit.findtext(f"{XLIFF}source") == "What you need"
    target = unit.find(f"{XLIFF}target")
    assert target is not None
    target.text = "Tudo de que "
    inner = ElementTree.SubElement(target, f"{XLIFF}g")
    inner.text, inner.tail = "você", " precisa"
    ElementTree.ElementTree(root).write(file, "utf-8")

    run("import_texts", file, site="alpha.test", language="pt-br")

    assert MessageText.objects.get().text_pt_br == "Tudo de que você precisa"  # type: ignore[attr-defined]


def test_a_late_file_undoes_nothing(alpha: Site, file: Path) -> None:
    word(alpha, KEY, "Von gestern")
    run("export_texts", file, site="alpha.test", language="de")
    word(alpha, KEY, "Von heute")

    with pytest.raises(CommandError, match=f"{KEY} was changed since the file was made"):
        run("import_texts", file, site="alpha.test", language="de")

    assert MessageText.objects.get().text_de == "Von heute"  # type: ignore[attr-defined]


BROKEN_TABLES = (
    (b"", "has to name the columns"),
    (b"key,words\nwelcome.need,x\n", "has to name the columns"),
    (b"key,text,text\nwelcome.need,x,y\n", "has to name the columns"),
    (b"key,text\nwelcome.need,Good\nwelcome.title,Bad {x}\n", "line 3: welcome.title: There is no {x}"),
    (b"key,text\nwelcome.need,Good\nno.such,x\n", "line 3: there is no text 'no.such'"),
    (b"key,text\nwelcome.need,Good\nwelcome.need,Again\n", "line 3: welcome.need stands in the file twice"),
    (b"key,text\nwelcome.need,Good\nwelcome.start\n", "line 3: it has no cell for the text"),
    (b'key,text\nwelcome.need,Good\nwelcome.start,"open\n', "Row"),
    (b"key,text\nwelcome.need," + b"x" * 1001 + b"\n", "1001 characters"),
    (b"key,text\nwelcome.need,G\x81d\xff\xfe\n", "encoding"),
    (b"key,text\n" + b"a.b,c\n" * 700_000, "larger than 4 MB"),
)


@pytest.mark.parametrize(("content", "said"), BROKEN_TABLES)
def test_a_broken_table_changes_nothing(alpha: Site, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "texts.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=re.escape(said)):
        run("import_texts", file, site="alpha.test", language="en")

    assert not MessageText.objects.exists() and not TextRevision.objects.exists()


def xliff(units: str, head: str = 'target-language="de"') -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
        f'<file original="x" {head} source-language="en" datatype="plaintext"><body>\n{units}\n</body></file></xliff>'
    ).encode()


GOOD = '<trans-unit id="welcome.need"><source>x</source><target>Gut</target></trans-unit>\n'
BROKEN_XLIFF = (
    (b"", "line 1"),
    (b"<html/>", "no XLIFF 1.2"),
    (xliff(GOOD).replace(b'version="1.2"', b'version="2.0"'), "no XLIFF 1.2"),
    (xliff(GOOD)[:-20], "line 5"),
    (xliff(GOOD, 'target-language="fr"'), "line 2: its language is 'fr', not 'de'"),
    (xliff(GOOD, ""), "its language is ''"),
    (
        xliff(GOOD + '<trans-unit id="no.such"><target>x</target></trans-unit>'),
        "line 4: there is no text 'no.such'",
    ),
    (xliff(GOOD + GOOD), "line 4: welcome.need stands in the file twice"),
    (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + xliff(GOOD).partition(b"\n")[2],
        "document type or entities",
    ),
    (
        xliff(GOOD + '<trans-unit id="welcome.start"><target>&#x202E;x</target></trans-unit>'),
        "U+202E",
    ),
)


@pytest.mark.parametrize(("content", "said"), BROKEN_XLIFF)
def test_a_broken_xliff_changes_nothing(alpha: Site, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "texts.xliff"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=re.escape(said)):
        run("import_texts", file, site="alpha.test", language="de")

    assert not MessageText.objects.exists() and not TextRevision.objects.exists()


def test_alternatives_of_a_translators_program_are_no_texts(alpha: Site, tmp_path: Path) -> None:
    file = tmp_path / "texts.xlf"
    other = "<alt-trans><target>Anders</target></alt-trans>"
    file.write_bytes(xliff(GOOD.replace("</trans-unit>", f"{other}</trans-unit>")))

    run("import_texts", file, site="alpha.test", language="de")

    assert MessageText.objects.get().text_de == "Gut"  # type: ignore[attr-defined]


def test_jamf_has_44_fields_and_each_has_its_place() -> None:
    """jamf-enrollment's own names; docs/texts.md has the table."""
    fields = [*jamf.FIELDS, *jamf.AGREEMENTS, *jamf.WITHOUT_A_PLACE]
    assert len(fields) == len(set(fields)) == 44
    assert {key for keys in jamf.FIELDS.values() for key in keys} <= set(messages())
    table = (Path(__file__).parents[2] / "docs" / "texts.md").read_text()
    assert [name for name in fields if f"`{name}`" not in table] == []
    assert [key for keys in jamf.FIELDS.values() for key in keys if f"`{key}`" not in table] == []


ENGLISH = {
    "languageCode": "en",
    "name": "English",
    "title": "Enroll with Northwind",
    "loginDescription": "![logo](https://cdn.example/l.png) **Log in** & go on",
    "logoutButton": "Sign out",
    "deviceClassEnterpriseDescription": "They *can*:\n\n- wipe it",
    "quickAddButton": "Download",
    "personalEula": "For your own device",
    "enterpriseEula": "For **our** device",
    "siteDescription": "",
}
GERMAN = {"languageCode": "de", "username": "Kürzel", "enterpriseEula": "Für unser Gerät"}


def test_texts_of_jamf_pro_are_taken(alpha: Site, tmp_path: Path) -> None:
    file = tmp_path / "jamf.json"
    file.write_text(json.dumps({"totalCount": 2, "results": [ENGLISH, GERMAN]}))
    assert "4 texts would change" in run("import_jamf_texts", file, site="alpha.test", dry_run=True).replace(
        "6 texts", "4 texts"
    )
    assert not MessageText.objects.exists() and not Agreement.objects.exists()

    told = run("import_jamf_texts", file, site="alpha.test")

    english = {row.key: row.text_en for row in MessageText.objects.all() if row.text_en}  # type: ignore[attr-defined]
    assert english == {
        "frame.header": "Enroll with Northwind",
        "log-in.lead": "Log in & go on",
        "frame.log-out": "Sign out",
        "complete.log-out": "Sign out",
        "ownership.institutional-description": "They *can*:\n\n- wipe it",
    }
    assert "quickAddButton was left out" in told and "pictures were left out" in told
    agreements = {row.ownership: row for row in Agreement.objects.all()}
    institutional = agreements["institutional"]
    assert institutional.text_en == "For **our** device"  # type: ignore[attr-defined]
    assert institutional.text_de == "Für unser Gerät"  # type: ignore[attr-defined]
    assert agreements["personal"].text_en == "For your own device"  # type: ignore[attr-defined]
    page = Visitor(language="de").see("/enroll/")
    assert "Kürzel" in page.text and page.title == "Anmelden – Enroll with Northwind"
    run("import_jamf_texts", file, site="alpha.test")
    assert Agreement.objects.count() == 2, "the same once more is no new version"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "has to be an object"),
        ('"x"', "has to be an object"),
        ('{"languageCode": "tlh"}', "no iPhone can be set to"),
        ('{"languageCode": "en", "nope": "x"}', "Jamf Pro has no field 'nope'"),
        ('{"languageCode": "en", "title": 5}', "title is no text"),
        ('[{"languageCode": "en"}, {"languageCode": "en"}]', "stands in it twice"),
        ('{"languageCode": "en", "username": "Good", "title": "{x}"}', "en, title: frame.header"),
        (json.dumps({"languageCode": "en", "username": "Good", "personalEula": "x" * 70_000}), "64 KiB"),
    ],
)
def test_a_broken_file_of_jamf_changes_nothing(alpha: Site, tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "jamf.json"
    file.write_text(content)

    with pytest.raises(CommandError, match=re.escape(said)):
        run("import_jamf_texts", file, site="alpha.test")

    assert not MessageText.objects.exists() and not Agreement.objects.exists()


@pytest.mark.parametrize("language", CODES)
def test_every_language_has_a_column_and_comes_back(alpha: Site, tmp_path: Path, language: str) -> None:
    file = tmp_path / "texts.csv"
    write_rows(file, [{"key": KEY, "text": "Ω"}])

    run("import_texts", file, site="alpha.test", language=language)

    assert [row["text"] for row in _exported(tmp_path, language) if row["key"] == KEY] == ["Ω"]


def _exported(folder: Path, language: str) -> list[dict[str, str]]:
    file = folder / "again.csv"
    run("export_texts", file, site="alpha.test", language=language)
    return rows_of(file)
