"""R29: a site words a text anew, and whatever stands in it does no harm."""

import re

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.steps import log_in, welcome
from enrollment.wording.screens import messages
from sites_config.agreements import publish
from sites_config.catalogues import translated
from sites_config.models import MessageText, Ownership, SiteConfiguration, User
from sites_config.texts import Message, texts_for
from tests import people
from tests.visitor import Visitor

TITLE = welcome.Texts.need


def _word(site: Site, message: Message = TITLE, **texts: str) -> None:
    MessageText.objects.create(site=site, key=message.key, **texts)


def _shown(site: Site, language: str, message: Message = TITLE, **values: object) -> str:
    return str(texts_for(SiteConfiguration.for_site(site), language).fill(message, values))


@pytest.mark.django_db
def test_r29_a_text_is_looked_up_from_the_nearest_to_english(alpha: Site) -> None:
    """Own wording, the parent's, the built-in translation, the wording in the default language, English."""
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.default_language = "de"
    configuration.save()
    child = people.new_site("Alpha Junior", parent=alpha, ready=False)
    built_in = translated(TITLE.default, "ar")
    assert _shown(child, "ar") == built_in

    _word(alpha, text_de="Eltern-Worte")
    assert _shown(child, "ar") == built_in, "the built-in translation comes before another language's wording"
    assert _shown(child, "de") == "Eltern-Worte"
    untranslated = Message("test.untranslated", "A text that no catalogue has")
    _word(alpha, untranslated, text_de="Worte der Eltern")
    assert _shown(child, "ar", untranslated) == "Worte der Eltern", "and after it"

    MessageText.objects.filter(site=alpha).update(text_ar="الأب")
    _word(child, text_de="Eigene Worte")
    assert _shown(child, "de") == "Eigene Worte"
    assert _shown(child, "ar") == "الأب"
    assert _shown(alpha, "de") == "Eltern-Worte", "a child says nothing about its parent"
    assert _shown(child, "ar", Message("nobody.worded", "English at last")) == "English at last"


@pytest.mark.django_db
def test_r29_a_sites_wording_reaches_the_page_at_once(alpha: Site, beta: Site) -> None:
    _row, token = people.invite(alpha)
    assert "What you need" in Visitor().see(f"/i/{token}").text

    _word(alpha, text_en="Bring your charger")

    assert "Bring your charger" in Visitor().see(f"/i/{token}").text
    _row, at_beta = people.invite(beta)
    assert "Bring your charger" not in Visitor("beta.test").see(f"/i/{at_beta}").text


@pytest.mark.django_db
def test_r29_markup_in_a_plain_text_is_text(alpha: Site) -> None:
    _word(alpha, text_en="<b>Bring</b> <script>alert(1)</script>")
    assert _shown(alpha, "en") == "&lt;b&gt;Bring&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;"


EVIL = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '<img src="https://evil.example/pixel.png" onerror="alert(1)">',
    '<a href="https://example.org" onclick="alert(1)">x</a>',
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<style>*{display:none}</style>",
    '<iframe src="https://evil.example/"></iframe>',
    "[x](http://plain.example/)",
    "<svg/onload=alert(1)>",
)

# What a browser would run or load. The drawings of our own pages are no harm.
HARM = re.compile(
    r"<(script|img|iframe|style)|<svg[^>]*onload|<[^>]*(\bonclick|\bonerror|\bonload|javascript:|\"data:text|http://(?!www\.w3))"
)


@pytest.mark.django_db
@pytest.mark.parametrize("evil", EVIL)
def test_r29_markdown_is_sanitised(alpha: Site, evil: str) -> None:
    message = Message("test.markdown", f"**Bold** [site](https://example.org)\n\n{evil}", markdown=True)

    shown = _shown(alpha, "en", message)

    assert '<strong>Bold</strong> <a href="https://example.org"' in shown
    assert not re.search(
        r"<(script|img|style|iframe|svg)|<[^>]*(onclick|onerror|onload|javascript:|data:|http://)", shown
    )


@pytest.mark.django_db
@pytest.mark.parametrize("markdown", [False, True])
def test_r29_placeholders_are_filled_with_escaped_text(alpha: Site, markdown: bool) -> None:
    message = Message("test.filled", "For {name} and {other}", placeholders=("name",), markdown=markdown)

    shown = _shown(alpha, "en", message, name="<b>Ana</b> **x** {other} [l](https://e.example)")

    assert "<bdi>&lt;b&gt;Ana&lt;/b&gt; **x** {other} [l](https://e.example)</bdi> and {other}" in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "The service desk helps. Ask the service desk? The service desk knows: the service desk."),
        ("eDesk", "eDesk helps. Ask eDesk? eDesk knows: eDesk."),
    ],
)
def test_r29_a_sentence_begins_with_a_capital_letter(alpha: Site, name: str, shown: str) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.support_name = name
    configuration.save()
    _word(alpha, text_en="{support} helps. Ask {support}? {support} knows: {support}.")
    _row, token = people.invite(alpha)

    assert shown in Visitor().see(f"/i/{token}").text


@pytest.mark.django_db
def test_r29_what_a_person_typed_is_escaped_on_the_page(alice: User) -> None:
    answer = Visitor().log_in('"><script>alert(1)</script>', "wrong")
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"), [("username", "x" * 151), ("password", "x" * 129), ("username", "a\0b")]
)
def test_r29_no_error_comes_from_elsewhere(alice: User, field: str, value: str) -> None:
    """Django has words of its own for what is too long or holds a NUL."""
    answer = Visitor().log_in(**({"username": "alice", "password": "wrong"} | {field: value}))

    ours = [message.default for message in vars(log_in.Texts).values() if isinstance(message, Message)]
    assert answer.status_code == 200
    errors = [error for each in answer.context["form"].errors.values() for error in each]  # type: ignore[attr-defined]
    assert errors and set(errors) <= set(ours)


@pytest.mark.django_db
@pytest.mark.parametrize("evil", EVIL)
def test_r29_no_field_lets_markup_through(alpha: Site, evil: str) -> None:
    """Every text, name and agreement of a site, past every check of the editor."""
    for message in messages().values():
        MessageText.objects.create(site=alpha, key=message.key, text_en=evil)
    publish(alpha.pk, Ownership.INSTITUTIONAL, {"en": evil}, ask_again=True, now=timezone.now())
    texts = texts_for(SiteConfiguration.for_site(alpha), "en")

    shown = [str(texts.fill(message, {}, "de")) for message in messages().values()]
    _row, token = people.invite(alpha, ask_for_agreement=True)
    visitor = Visitor()
    pages = [visitor.get(path).content.decode() for path in (f"/i/{token}", "/enroll/", "/nothing")]
    visitor.start(token)
    visitor.reach("agreement")
    pages.append(visitor.get(f"{visitor.own}/agreement/").content.decode())

    for html in (*shown, *pages):
        ours = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", html, flags=re.DOTALL)
        assert not HARM.search(ours), ours
    assert "&lt;" in pages[0] or "<" not in evil


def test_r29_this_search_finds_harm() -> None:
    for harm in ("<script>", "<img src=x>", '<a onclick="x">', '<a href="javascript:x">', "<svg/onload=x>"):
        assert HARM.search(harm)
