"""agreements: the version in force of each kind. Another text is another version; what people accepted stays."""

from typing import Any

from django.contrib.sites.models import Site

from enrollment.settings_file.columns import in_words, truth_of
from enrollment.settings_file.nodes import Node, Wrong, text_of
from enrollment.settings_file.references import References
from enrollment.settings_file.run import ADDITION, Change, Run
from sites_config.agreements import newest_texts, publish
from sites_config.languages import CODES
from sites_config.models import Agreement, Ownership
from sites_config.wording_checks import problems_of_markdown

KEYS = ("ask_again", "texts")


def exported(site: Site, references: References) -> dict[str, Any]:
    """One without any text too: it ends what would be inherited."""
    newest = {ownership: _newest(site, ownership) for ownership in Ownership}
    return {
        str(ownership): {"ask_again": row.ask_again, "texts": newest_texts(site.pk, ownership)}
        for ownership, row in newest.items()
        if row is not None
    }


def apply(run: Run, node: Node) -> None:
    wanted = run.fields(node, "agreements", Ownership.values)
    for name, each in wanted.items():
        with run.within(f"agreements.{name}"):
            _have(run, Ownership(name), each)
    for ownership in Ownership:
        if ownership not in wanted and newest_texts(run.site.pk, ownership):
            _left_over(run, ownership)


def _have(run: Run, ownership: Ownership, node: Node) -> None:
    key = f"agreements.{ownership}"
    keys, row = run.fields(node, key, KEYS), _newest(run.site, ownership)
    before = newest_texts(run.site.pk, ownership)
    asked = row.ask_again if row is not None else True
    ask_again = truth_of(keys["ask_again"], True) if "ask_again" in keys else asked
    texts = _texts(run, key, keys["texts"], before) if "texts" in keys else before
    if row is not None and texts == before and ask_again == asked:
        return
    for code in [code for code in CODES if texts.get(code) != before.get(code)]:
        words = (in_words(each.get(code)) for each in (before, texts))
        run.changes.append(Change(f"{key}.texts.{code}", *words))
    told = in_words(asked) if row is not None else "no agreement"
    run.changes.append(Change(f"{key}.ask_again", told, in_words(ask_again)))
    _publish(run, ownership, texts, ask_again)


def _texts(run: Run, key: str, node: Node, before: dict[str, str]) -> dict[str, str]:
    """In the order of the languages. A version is a whole: a language that is not in the file is not in it."""
    found = {}
    for code, each in run.fields(node, f"{key}.texts", CODES).items():
        with run.within(f"{key}.texts.{code}"):
            typed = text_of(each)
            text = typed if typed == before.get(code) else typed.strip()
            if problems := problems_of_markdown(text):
                raise Wrong(each, " ".join(problems))
            found[code] = text
    return {code: found[code] for code in CODES if found.get(code)}


def _left_over(run: Run, ownership: Ownership) -> None:
    """People accepted it, so it stays; a version without a text ends it."""
    if not run.prune:
        run.kept.append(f"agreements.{ownership}")
        return
    run.changes.append(Change(f"agreements.{ownership}", "there", "ended by a version without a text"))
    _publish(run, ownership, {}, True)


def _publish(run: Run, ownership: Ownership, texts: dict[str, str], ask_again: bool) -> None:
    row = publish(run.site.pk, ownership, texts, ask_again=ask_again, now=run.now)
    run.touch(row, ADDITION)


def _newest(site: Site, ownership: Ownership) -> Agreement | None:
    return Agreement.objects.filter(site=site, ownership=ownership).order_by("-version").first()
