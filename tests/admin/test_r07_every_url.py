"""R07: every URL of the admin, asked by Alpha's administrator for Beta's rows. A URL nobody thought of fails here."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.sites.models import Site
from django.core.serializers import serialize
from django.test import Client

from sites_config.models import MessageText, User
from tests.admin.patterns import Pattern, buttons, patterns, url_of
from tests.admin.world import World, logged_in, own_rows, registered

# Pages about nobody's row in particular, and what Alpha's administrator gets there.
OF_THE_WHOLE = {
    "index": 200,
    "app_list": 200,
    "login": 403,
    "logout": 302,
    "password_change": 302,
    "password_change_done": 200,
    "autocomplete": 403,
    "jsi18n": 200,
    "help": 200,
    "help_story": 404,  # tests/desk/test_search.py asks for each kind of row
    "help_page": 404,
    "None": 404,  # what matches nothing else
}
NAMED = {
    "app_list": "enrollment/",
    "None": "no-such-page",
    "help_story": "help/enrollment/0/",
    "help_page": "help/enrollment/0/page/",
}
OF_A_ROW = {"change", "delete", "history", "press", "auth_user_password_change", "dashboard", "None"}
OF_A_LIST = {"changelist", "add", "try", "import"}
OF_A_SITE = {"edit", "preview", "text_history"}  # the editor of its texts
PATTERNS = list(patterns())


def test_r07_every_pattern_is_known() -> None:
    assert {each.name for each in PATTERNS if each.model is None} == set(OF_THE_WHOLE)
    assert {each.name for each in PATTERNS if each.model is not None} == OF_A_ROW | OF_A_LIST | OF_A_SITE
    assert len({each.model for each in PATTERNS}) == len(registered()) + 1


def test_r07_only_what_is_scoped_is_registered() -> None:
    names = {model._meta.label for model in registered()}

    assert not names & {
        "auth.Group",
        "auth.Permission",
        "admin.LogEntry",
        "account.EmailAddress",
        "sessions.Session",
    }
    assert {
        type(admin.site.get_model_admin(model)).__module__.partition(".")[0] for model in registered()
    } == {
        "enrollment",
        "sites_config",
    }


def snapshot() -> str:
    # Sessions are no model of ours; what somebody looks at changes nothing else.
    return "".join(serialize("json", model._default_manager.order_by("pk")) for model in registered())


def urls(pattern: Pattern, pk: object) -> list[str]:
    if pattern.name == "press":
        names = (*buttons(pattern.model), "no-such-button") if pattern.model else ()
        return [url_of(pattern, object_id=pk, name=name) for name in names]
    if pattern.name in OF_A_SITE:
        site = MessageText.objects.get(pk=str(pk)).site_id
        return [url_of(pattern, site=site, language="de", key="welcome.title")]
    return [url_of(pattern, object_id=pk, id=pk)]


@pytest.fixture
def ask(as_anna: Client, betas: World) -> Callable[[str], list[int]]:
    """The statuses of GET and of two POSTs, an empty one and one that confirms, at the end of their redirects."""

    def statuses(url: str) -> list[int]:
        answers = [as_anna.get(url, follow=True)]
        answers += [as_anna.post(url, data, follow=True) for data in ({}, {"post": "yes", "_save": "1"})]
        return [answer.status_code for answer in answers]

    return statuses


def test_r07_betas_rows_are_not_there_for_alphas_administrator(
    ask: Callable[[str], list[int]], alphas: World, betas: World
) -> None:
    before = snapshot()
    asked = 0

    for pattern in (each for each in PATTERNS if each.model and each.name in OF_A_ROW | OF_A_SITE):
        assert pattern.model is not None
        pk = betas.row(pattern.model).pk
        for url in urls(pattern, pk):
            asked += 1
            assert set(ask(url)) <= {403, 404}, url

    assert asked >= 4 * len(registered())
    assert snapshot() == before


def test_r07_alphas_rows_are_there(as_anna: Client, alphas: World) -> None:
    """The same generator, so that a 404 above means "not yours" and no wrong address."""
    for pattern in (each for each in PATTERNS if each.model and each.name in {"change", "history", "None"}):
        assert pattern.model is not None
        url = urls(pattern, alphas.row(pattern.model).pk)[0]
        # The history of an account names other sites where it was given a privilege.
        expected = 403 if (pattern.model, pattern.name) == (User, "history") else 200
        assert as_anna.get(url, follow=True).status_code == expected, url


@pytest.mark.parametrize("query", ["", "?q=bUFFALO", "?site__id__exact={beta}", "?all="])
def test_r07_lists_hold_no_foreign_row(as_anna: Client, alphas: World, betas: World, query: str) -> None:
    for model in registered():
        url = url_of(Pattern("changelist", "", model)) + query.format(beta=betas.site.pk)
        answer = as_anna.get(url)
        if answer.status_code != 200:
            assert answer.status_code in {302, 400}, url  # this list has no such filter
            continue
        shown = {row.pk for row in answer.context["cl"].queryset} if "cl" in answer.context else set()
        assert not shown & set(own_rows(model, betas.site).values_list("pk", flat=True)), url
        # Neither in a cell nor among the choices of a filter; the page repeats what was searched for as typed.
        text = answer.content.decode()
        assert "Buffalo" not in text and "Beta College" not in text, url


def test_r07_the_pages_of_the_whole(as_anna: Client, alphas: World, betas: World) -> None:
    for pattern in (each for each in PATTERNS if each.model is None):
        route = NAMED.get(pattern.name, pattern.route)
        answer = as_anna.get(f"/admin/{route}")
        assert answer.status_code == OF_THE_WHOLE[pattern.name], pattern
        assert "Beta College" not in answer.content.decode() and "Buffalo" not in answer.content.decode()


def test_r07_staff_without_a_privilege_see_nothing(bob: User, alpha: Site, alphas: World) -> None:
    bob.is_staff = True
    bob.save()
    as_bob = logged_in(bob, alpha)

    assert "You don’t have permission to view or edit anything" in as_bob.get("/admin/").content.decode()
    for pattern in (each for each in PATTERNS if each.model):
        assert pattern.model is not None
        pk = alphas.row(pattern.model).pk
        for url in urls(pattern, pk):
            assert as_bob.get(url, follow=True).status_code in {403, 404}, url


def test_r07_global_permissions_count_for_nothing(bob: User, alpha: Site, alphas: World) -> None:
    from django.contrib.auth.models import Permission

    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.all())

    answer = logged_in(bob, alpha).get("/admin/enrollment/device/")

    assert answer.status_code == 403
