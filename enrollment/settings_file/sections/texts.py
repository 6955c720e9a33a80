"""texts: what the site words in its own way, by key and language."""

from typing import Any

from django.contrib.sites.models import Site

from enrollment.settings_file.nodes import Node, Wrong, fields, meant, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.run import CHANGE, Change, Run
from enrollment.wording.screens import messages
from enrollment.wording.store import store
from sites_config.languages import CODES
from sites_config.models import MessageText, SiteConfiguration, TextSource
from sites_config.texts import COLUMNS, Message, texts_of
from sites_config.wording import Wording
from sites_config.wording_checks import normal, problems_of

UNWORDED = "(not worded here)"


def exported(site: Site, references: References) -> dict[str, Any]:
    """Without what an earlier release had a key for."""
    own = _own(site)
    return {key: own[key] for key in messages() if own.get(key)}


def apply(run: Run, node: Node) -> None:
    own = _own(run.site)
    wanted = fields(node)
    wordings: list[Wording] = []
    for key, each in wanted.items():
        with run.within(f"texts.{key}"):
            wordings += _of_message(run, key, each, own.get(key, {}))
    for key, texts in own.items():
        for code in texts if key in messages() else ():
            if key not in wanted or code not in getattr(wanted[key], "of", {}):
                wordings += _left_over(run, key, code)
    run.changes += [_change(each, own) for each in wordings]
    if wordings and not run.problems:
        settings = SiteConfiguration.for_site(run.site)
        store(settings, wordings, source=TextSource.FILE, author=run.author, now=run.now)
        _touch(run, {each.key for each in wordings})


def _of_message(run: Run, key: str, node: Node, own: dict[str, str]) -> list[Wording]:
    message = messages().get(key)
    if message is None:
        raise Wrong(node, f"There is no such text.{meant(key, messages())}")
    found: list[Wording] = []
    for code, each in run.fields(node, f"texts.{key}", CODES).items():
        with run.within(f"texts.{key}.{code}"):
            text = _text(message, text_of(each), own.get(code, ""), each)
            found += [Wording(key, code, text)] if text != own.get(code, "") else []
    return found


def _text(message: Message, typed: str, own: str, node: Node) -> str:
    if typed == own:
        return own
    text = normal(message, typed)
    if problems := problems_of(message, text):
        raise Wrong(node, " ".join(problems))
    return text


def _change(wording: Wording, own: dict[str, dict[str, str]]) -> Change:
    before = own.get(wording.key, {}).get(wording.language, "")
    return Change(f"texts.{wording.key}.{wording.language}", before or UNWORDED, wording.text or UNWORDED)


def _left_over(run: Run, key: str, code: str) -> list[Wording]:
    if run.prune:
        return [Wording(key, code, "")]
    run.kept.append(f"texts.{key}.{code}")
    return []


def _touch(run: Run, keys: set[str]) -> None:
    for row in MessageText.objects.filter(site=run.site, key__in=keys).order_by("key"):
        run.touch(row, CHANGE, "text")


def _own(site: Site) -> dict[str, dict[str, str]]:
    rows = MessageText.objects.filter(site=site).order_by("key").values("key", *COLUMNS)
    return {row["key"]: texts_of(row) for row in rows}
