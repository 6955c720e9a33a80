"""Who may only look reads everything of the site and changes nothing, by whatever way the administration has."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from enrollment.models import Event, EventKind
from sites_config.models import User
from tests.admin.filled import values_of
from tests.admin.patterns import Pattern, patterns, url_of
from tests.admin.test_r07_every_url import OF_A_LIST, OF_A_SITE, snapshot, urls
from tests.admin.world import World, registered

# What an auditor is offered for many rows at once: files and paper, for what they see anyway.
READING = {"export", "export_selected", "print_selected"}
MODELS = registered()


def list_of(model: type[Model]) -> str:
    return url_of(Pattern("changelist", "", model))


def actions() -> Iterator[tuple[type[Model], str]]:
    """Every action that is written down anywhere, offered or not."""
    for model in MODELS:
        declared: Any = admin.site.get_model_admin(model).actions or ()
        for each in (*declared, "delete_selected"):
            yield model, str(each)


@pytest.fixture
def everything(alphas: World) -> str:
    """The rows before, of all tables that the administration shows, and of what it writes itself."""
    return state()


def state() -> str:
    """Without the record of an export, the one thing that reading leaves."""
    Event.objects.filter(kind=EventKind.DATA_EXPORTED).delete()
    return snapshot() + str(LogEntry.objects.count())


def test_every_list_row_and_history_is_read(as_vera: Client, alphas: World) -> None:
    for model in MODELS:
        row = alphas.row(model).pk
        pages = [list_of(model), f"{list_of(model)}{row}/change/"]
        # The history of an account names other sites.
        pages += [f"{list_of(model)}{row}/history/"] if model is not User else []
        for url in pages:
            assert as_vera.get(url, follow=True).status_code == 200, url


def test_no_action_changes_anything(as_vera: Client, everything: str, alphas: World) -> None:
    for model, action in actions():
        page = as_vera.get(list_of(model))
        listed = page.context.get("action_form") if page.context else None
        offered = {name for name, _label in listed.fields["action"].choices} - {""} if listed else set()
        assert offered <= READING, model
        _try(as_vera, model, action)
        assert state() == everything, (model, action)


def _try(client: Client, model: type[Model], action: str) -> None:
    """With every way in which some page would take it as confirmed."""
    chosen: dict[str, Any] = {
        "action": action,
        "_selected_action": [row.pk for row in model._default_manager.all()],
        "user_name": "x",
    }
    for sent in ({}, {"post": "yes"}, {"confirmed": "yes"}, {"select_across": "1", "confirmed": "yes"}):
        answer: Any = client.post(list_of(model), chosen | sent)
        assert answer.status_code in {200, 302, 403}, (model, action, sent)
        seal = (answer.context or {}).get("seal")
        if seal:
            client.post(list_of(model), chosen | sent | {"confirmed": seal})


def test_no_form_and_no_button_changes_anything(as_vera: Client, everything: str, alphas: World) -> None:
    for model in MODELS:
        page = as_vera.get(f"{list_of(model)}{alphas.row(model).pk}/change/", follow=True)
        text = page.content.decode()
        assert 'name="_save"' not in text and "gatehouse-tool" not in text.partition("<body")[2], model
        sent = values_of(page) if page.context and "adminform" in page.context else {}
        for url in _ways(model, alphas):
            file = SimpleUploadedFile("file.csv", b"email\nana@school.example\n")
            values = sent | {
                "site": alphas.site.pk,
                "name": "changed",
                "post": "yes",
                "_save": "1",
                "file": file,
            }
            assert as_vera.post(url, values).status_code in {200, 302, 403, 404, 405}, url
        assert state() == everything, model


def _ways(model: type[Model], alphas: World) -> Iterator[str]:
    for pattern in (each for each in patterns() if each.model is model and each.name not in OF_A_SITE):
        if pattern.name in OF_A_LIST:
            yield url_of(pattern)
        else:
            yield from urls(pattern, alphas.row(model).pk)


def test_no_text_is_worded(as_vera: Client, everything: str, alphas: World) -> None:
    url = f"/admin/sites_config/messagetext/of/{alphas.site.pk}/en/"
    sent = {"text:welcome.title": "Mine", "was:welcome.title": "Welcome to Aardvark"}

    assert as_vera.post(url, sent).status_code == 403
    assert as_vera.get(url).status_code == 200

    assert state() == everything and Event.objects.exists()
