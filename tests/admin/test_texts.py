"""The editor of texts, as an administrator uses it: what is missing, what it will look like, what it was before."""

import re

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.wording.screens import messages, screens
from sites_config.models import MessageText, SiteConfiguration, TextRevision
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
KEY = "welcome.need"
# Names, and what holds nothing but a placeholder, say the same in every language.
TO_TRANSLATE = [
    each for each in messages().values() if re.search(r"[A-Za-z]", re.sub(r"{\w+}", "", each.default))
]


def editor(site: Site, language: str = "en", what: str = "edit") -> str:
    return reverse(f"admin:sites_config_messagetext_{what}", args=[site.pk, language])


def fields(client: Client, url: str, **query: str) -> dict[str, str]:
    """The editor's form as a browser would send it back."""
    answer = client.get(url, query)
    assert answer.status_code == 200
    sent = {f"text.{row.key}": row.typed for row in answer.context["rows"]}
    return sent | {f"seen.{row.key}": str(row.seen) for row in answer.context["rows"]}


def word(client: Client, site: Site, language: str, key: str, text: str) -> None:
    url = editor(site, language)
    sent = fields(client, url, words=key) | {f"text.{key}": text}
    assert client.post(url, sent).status_code == 302


def row_of(client: Client, url: str, key: str, **query: str) -> object:
    rows = client.get(url, {"words": key} | query).context["rows"]
    return next(row for row in rows if row.key == key)


def test_a_text_is_worded_and_people_read_it(as_anna: Client, alpha: Site) -> None:
    _row, token = people.invite(alpha)

    word(as_anna, alpha, "de", KEY, "  Bringen Sie\n Ihr Ladegerät mit ")

    assert "Bringen Sie Ihr Ladegerät mit" in Visitor(language="de").see(f"/i/{token}").text
    assert "What you need" in Visitor(language="en").see(f"/i/{token}").text
    stored = MessageText.objects.get()
    assert (stored.key, stored.text_de, stored.text_en) == (KEY, "Bringen Sie Ihr Ladegerät mit", None)  # type: ignore[attr-defined]
    revision = TextRevision.objects.get()
    assert (revision.author.username, revision.english) == ("anna", "What you need")  # type: ignore[union-attr]


def test_every_text_stands_in_the_editor_of_its_screen(as_anna: Client, alpha: Site) -> None:
    shown: set[str] = set()
    for screen in screens():
        answer = as_anna.get(editor(alpha, "ar"), {"screen": screen.slug})
        shown |= {row.key for row in answer.context["rows"]}
    assert shown == set(messages())


def test_an_editor_shows_english_beside_and_the_built_in_text_as_placeholder(
    as_anna: Client, alpha: Site
) -> None:
    page = as_anna.get(editor(alpha, "de"), {"screen": "welcome"}).content.decode()

    assert '<p class="english" lang="en" dir="ltr">What you need</p>' in page
    assert 'placeholder="Was Sie brauchen"' in page and "<code>{device}</code>" in page
    assert 'dir="rtl" placeholder' in as_anna.get(editor(alpha, "ar"), {"screen": "welcome"}).content.decode()


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("welcome.title", "Enroll {devise}", "There is no {devise} in this text; it knows {device}."),
        ("welcome.need", "x" * 1001, "1001 characters"),
        ("welcome.need", "a\u202eb", "U+202E"),
        ("ownership.institutional-description", "![x](https://e.example/x.png)", "Pictures"),
        ("ownership.institutional-description", "[x](http://e.example/)", "has to begin with https:"),
        ("ownership.institutional-description", "x" * 70_000, "64 KiB"),
        ("ownership.institutional-description", "> " * 40 + "x", "deeper than 6"),
        ("ownership.institutional-description", "* a\n" * 3000, "too many"),
    ],
)
def test_what_cannot_be_shown_is_not_saved_and_not_lost(
    as_anna: Client, alpha: Site, key: str, text: str, said: str
) -> None:
    url = editor(alpha, "en")
    sent = fields(as_anna, url, words=key) | {f"text.{key}": text}

    answer = as_anna.post(url, sent)

    assert answer.status_code == 200
    row = next(row for row in answer.context["rows"] if row.key == key)
    assert any(said in problem for problem in row.problems), row.problems
    assert row.typed == text
    assert not MessageText.objects.exists() and not TextRevision.objects.exists()


def test_one_wrong_text_keeps_all_of_them_from_being_saved(as_anna: Client, alpha: Site) -> None:
    url = editor(alpha, "en")
    sent = fields(as_anna, url, screen="welcome")
    sent |= {"text.welcome.need": "Good", "text.welcome.title": "Bad {x}"}

    answer = as_anna.post(url, sent)

    assert not MessageText.objects.exists()
    assert "Good" in answer.content.decode()


def test_two_administrators_at_once_lose_nothing(as_anna: Client, as_root: Client, alpha: Site) -> None:
    """The second is shown what the first saved; saving once more replaces it."""
    url = editor(alpha, "en")
    annas, roots = fields(as_anna, url, words=KEY), fields(as_root, url, words=KEY)
    as_anna.post(url, annas | {f"text.{KEY}": "Anna's"})

    answer = as_root.post(url, roots | {f"text.{KEY}": "Root's"})

    assert MessageText.objects.get().text == "Anna's"
    assert "anna saved this" in answer.content.decode() and "Root&#x27;s" in answer.content.decode()
    again = {f"text.{row.key}": row.typed for row in answer.context["rows"]}
    again |= {f"seen.{row.key}": str(row.seen) for row in answer.context["rows"]}
    assert as_root.post(url, again).status_code == 302
    assert MessageText.objects.get().text == "Root's"


def test_an_untouched_field_is_no_change_of_somebody_elses(
    as_anna: Client, as_root: Client, alpha: Site
) -> None:
    url = editor(alpha, "en")
    annas, roots = fields(as_anna, url, screen="welcome"), fields(as_root, url, screen="welcome")
    as_anna.post(url, annas | {"text.welcome.need": "Anna's"})

    answer = as_root.post(url, roots | {"text.welcome.start": "Go"})

    assert answer.status_code == 302 or answer.context["any_wrong"]
    assert MessageText.objects.get(key="welcome.need").text == "Anna's"


def test_what_is_missing_is_counted_and_listed(as_anna: Client, alpha: Site) -> None:
    """Every text of a language that comes without translations; none of one that has them."""
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.languages = "en,de,sk"
    configuration.save()

    (entry,) = as_anna.get(reverse("admin:sites_config_messagetext_changelist")).context["table"]

    counts = {each["code"]: each["counts"] for each in entry["languages"]}
    assert counts["en"].missing == counts["de"].missing == 0
    assert counts["sk"].missing == len(TO_TRANSLATE)
    assert row_of(as_anna, editor(alpha, "sk"), KEY, only="missing").state.missing  # type: ignore[attr-defined]
    word(as_anna, alpha, "sk", KEY, "Čo potrebujete")
    (entry,) = as_anna.get(reverse("admin:sites_config_messagetext_changelist")).context["table"]
    assert entry["languages"][2]["counts"].missing == len(TO_TRANSLATE) - 1


def test_an_own_english_text_that_others_never_see_is_marked(as_anna: Client, alpha: Site) -> None:
    """Local instructions would vanish silently for whoever reads Arabic."""
    word(as_anna, alpha, "en", KEY, "Bring your badge")

    arabic = row_of(as_anna, editor(alpha, "ar"), KEY, only="vanishing")

    assert arabic.state.vanishes and arabic.state.english == "Bring your badge"  # type: ignore[attr-defined]
    word(as_anna, alpha, "ar", KEY, "أحضر بطاقتك")
    assert not as_anna.get(editor(alpha, "ar"), {"only": "vanishing"}).context["rows"]


def test_a_translation_is_marked_when_the_english_changed(as_anna: Client, alpha: Site) -> None:
    word(as_anna, alpha, "en", KEY, "Bring your badge")
    word(as_anna, alpha, "de", KEY, "Bringen Sie Ihren Ausweis mit")
    assert not as_anna.get(editor(alpha, "de"), {"only": "stale"}).context["rows"]

    word(as_anna, alpha, "en", KEY, "Bring your badge and your charger")

    assert not as_anna.get(editor(alpha, "en"), {"only": "stale"}).context["rows"]
    page = as_anna.get(editor(alpha, "de"), {"only": "stale"})
    assert [row.key for row in page.context["rows"]] == [KEY]
    assert '<p class="english" lang="en">Bring your badge</p>' in page.content.decode()


def test_a_search_says_when_there_is_more(as_anna: Client, alpha: Site) -> None:
    page = as_anna.get(editor(alpha, "de"), {"words": "e"}).content.decode()
    assert "These are the first 120 of" in page
    assert (
        "These are the first" not in as_anna.get(editor(alpha, "de"), {"words": "charger"}).content.decode()
    )


def test_what_is_inherited_says_from_where(as_root: Client, alpha: Site) -> None:
    child = people.new_site("Alpha Junior", parent=alpha)
    word(as_root, alpha, "en", KEY, "From the parent")

    page = as_root.get(editor(child), {"words": KEY}).content.decode()

    assert "inherited from Alpha School" in page and 'placeholder="From the parent"' in page
    word(as_root, child, "en", KEY, "The child's own")
    assert "inherited from" in as_root.get(editor(child), {"words": KEY}).content.decode()
    word(as_root, child, "en", KEY, "")
    assert not MessageText.objects.get(site=child).text


def test_the_history_tells_every_change_and_brings_one_back(as_anna: Client, alpha: Site) -> None:
    for text in ("Bring a pen", "Bring <b>two</b> pens", ""):
        word(as_anna, alpha, "en", KEY, text)
    url = reverse("admin:sites_config_messagetext_text_history", args=[alpha.pk, "en", KEY])

    page = as_anna.get(url)

    changes = page.context["changes"]
    assert [change.revision.text for change in changes] == ["", "Bring <b>two</b> pens", "Bring a pen"]
    html = page.content.decode()
    assert "<del>a</del>" in html and "<ins>two</ins>" in html.replace("<ins>&lt;b&gt;two", "<ins>two</ins>")
    assert "<b>two" not in html
    newest = changes[0].revision.pk
    as_anna.post(url, {"revision": changes[1].revision.pk, "seen": newest})
    assert MessageText.objects.get().text == "Bring <b>two</b> pens"
    refused = as_anna.post(url, {"revision": changes[2].revision.pk, "seen": newest}, follow=True)
    assert "Somebody changed this text" in refused.content.decode()
    assert MessageText.objects.get().text == "Bring <b>two</b> pens"


@pytest.mark.parametrize("no_id", ["", "x", "²", "9" * 19, "9" * 5000])
def test_what_is_no_revision_is_not_there(as_anna: Client, alpha: Site, no_id: str) -> None:
    word(as_anna, alpha, "en", KEY, "Bring a pen")
    url = reverse("admin:sites_config_messagetext_text_history", args=[alpha.pk, "en", KEY])
    assert as_anna.post(url, {"revision": no_id, "seen": "1"}).status_code == 404
    assert as_anna.post(url, {"revision": "1", "seen": no_id}).status_code == 404


def test_somebody_who_only_views_changes_nothing(as_vera: Client, as_anna: Client, alpha: Site) -> None:
    url = editor(alpha)
    sent = fields(as_vera, url, words=KEY) | {f"text.{KEY}": "Vera's"}
    assert 'value="Save"' not in as_vera.get(url).content.decode()

    assert as_vera.post(url, sent).status_code == 403
    word(as_anna, alpha, "en", KEY, "Anna's")
    revision = TextRevision.objects.get().pk
    history = reverse("admin:sites_config_messagetext_text_history", args=[alpha.pk, "en", KEY])
    assert as_vera.post(history, {"revision": revision, "seen": revision}).status_code == 403
    assert MessageText.objects.get().text == "Anna's"


@pytest.mark.parametrize("language", ["xx", "EN", "text_en"])
def test_a_language_that_is_none_has_no_editor(as_anna: Client, alpha: Site, language: str) -> None:
    assert as_anna.get(editor(alpha, language)).status_code == 404


SHOWN = [screen.slug for screen in screens()] + ["problem:busy", "problem:no_such", "nonsense"]


@pytest.mark.parametrize("shown", SHOWN)
def test_every_screen_has_a_preview_that_harms_nobody(as_anna: Client, alpha: Site, shown: str) -> None:
    """In a sandbox, without scripts, and with nothing that could be pressed."""
    answer = as_anna.post(
        editor(alpha, "ar", "preview"), {"shown": shown, "device": "iPad", "appearance": "dark"}
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in html and "<body inert>" in html and "@media all{:root" in html
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;") and "script-src" not in policy and "frame-ancestors 'self'" in policy
    assert "{" not in html.partition("<main")[2] or shown.startswith("problem")


def test_a_preview_shows_what_nobody_saved(as_anna: Client, alpha: Site) -> None:
    _row, token = people.invite(alpha)
    sent = {"text.welcome.need": "Bring <b>it</b>", "text.name.organization": "École", "shown": "welcome"}

    html = as_anna.post(editor(alpha, "en", "preview"), sent).content.decode()

    assert "Bring &lt;b&gt;it&lt;/b&gt;" in html and "École" in html
    assert "Bring" not in Visitor().see(f"/i/{token}").text
    assert not MessageText.objects.exists()
    assert "frame-src 'self'" in as_anna.get(editor(alpha)).headers["Content-Security-Policy"]
