"""Lists that are longer than anybody reads: pages, “Go on from here”, sorting, filters."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.models import Device, Event, Invitation
from sites_config.admin import counting, paging
from tests.admin.world import World, registered

URL = "/admin/enrollment/device/"


@pytest.fixture
def devices(alpha: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """130 of them, in a house where a list ends after two pages; their keys as the list has them."""
    monkeypatch.setattr(paging, "MOST_PAGES", 2)
    now = timezone.now()
    made = Device.objects.bulk_create(
        Device(
            site=alpha,
            udid=f"UDID-{number}",
            serial_number=f"F{number % 7}",
            first_seen_at=now,
            last_seen_at=now - timedelta(minutes=number // 3),
        )
        for number in range(130)
    )
    return [row.pk for row in sorted(made, key=lambda row: (row.last_seen_at, row.pk), reverse=True)]


def shown(answer: Any) -> list[int]:
    return [row.pk for row in answer.context["cl"].result_list]


def test_everything_is_reached_in_order_and_once(as_anna: Client, devices: list[int]) -> None:
    first, second = as_anna.get(URL), as_anna.get(URL, {"p": 2})
    assert "Go on from here" not in first.content.decode()

    further = as_anna.get(URL + second.context["cl"].go_on_url)

    assert shown(first) + shown(second) + shown(further) == devices
    assert "From the beginning" in further.content.decode()
    assert shown(as_anna.get(URL + further.context["cl"].from_the_beginning_url)) == devices[:50]


@pytest.mark.parametrize("column", ["3", "-3", "10"])
def test_also_when_sorted_otherwise(as_anna: Client, devices: list[int], column: str) -> None:
    second = as_anna.get(f"{URL}?p=2&o={column}")
    further = as_anna.get(URL + second.context["cl"].go_on_url)

    pages = [*shown(as_anna.get(URL, {"o": column})), *shown(second), *shown(further)]
    assert sorted(pages) == sorted(devices) and pages != devices
    # Sorted anew it begins at the beginning again.
    link = second.context["cl"].go_on_url.replace(f"o={column}", "o=4")
    assert not as_anna.get(URL + link).context["cl"].begins_later


def test_pages_that_would_be_deep_are_refused(as_anna: Client, devices: list[int]) -> None:
    answer = as_anna.get(URL, {"p": 3})

    assert answer.status_code == 302 and answer.headers["Location"].endswith("?e=1")


@pytest.mark.parametrize(
    "after", ["-last_seen_at~x~2026-01-01", "-last_seen_at~1~yesterday", "-last_seen_at~"]
)
def test_an_address_that_somebody_made_up(as_anna: Client, devices: list[int], after: str) -> None:
    assert as_anna.get(URL, {"after": after}).status_code == 302


def test_sorting_is_for_columns_with_an_index(as_anna: Client, devices: list[int]) -> None:
    assert shown(as_anna.get(URL, {"o": "2"})) == devices[:50]  # the model: shown, and no way to sort


def test_totals_say_when_they_are_none(
    as_anna: Client, devices: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "130 devices" in as_anna.get(URL).content.decode()
    monkeypatch.setattr(counting, "EXACT_UP_TO", 100)

    text = as_anna.get(URL).content.decode()

    assert "more than 100 devices" in text and "Select all more than 100 devices" in text


def test_no_filter_asks_which_values_there_are(as_root: Client, alphas: World, betas: World) -> None:
    """Nor does any list follow dates from the first to the last, or count what each filter would find."""
    for model in registered():
        model_admin = admin.site.get_model_admin(model)
        assert model_admin.date_hierarchy is None and model_admin.show_facets is admin.ShowFacets.NEVER
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        listed = (as_root.get(url).context or {}).get("cl")
        kinds = {type(each) for each in listed.filter_specs} if listed else set()
        assert not kinds & {admin.AllValuesFieldListFilter, admin.RelatedFieldListFilter}, model


def test_parts_of_names_and_beginnings_of_codes(as_anna: Client, alpha: Site) -> None:
    now = timezone.now()
    device = Device.objects.create(
        site=alpha,
        udid="00008101-AB",
        serial_number="F2LX9",
        name="Library cart",
        assigned_full_name="Ana Alvarez",
        assigned_email="ana@school.example",
        first_seen_at=now,
        last_seen_at=now,
    )

    def finds(words: str) -> bool:
        return shown(as_anna.get(URL, {"q": words})) == [device.pk]

    assert all(finds(each) for each in ("f2lx", "00008101", "brary", "alvarez ana", '"ana alv"', "@school"))
    assert not any(finds(each) for each in ("2lx9", "ana benson", "nobody"))


def test_events_are_found_by_what_they_are_about(as_anna: Client, alphas: World, betas: World) -> None:
    device = Device.objects.get(site=alphas.site)
    invitation = Invitation.objects.get(site=alphas.site)

    for words in (device.serial_number[:5], invitation.name):
        found = set(shown(as_anna.get("/admin/enrollment/event/", {"q": words})))
        assert found and found <= set(Event.objects.filter(site=alphas.site).values_list("pk", flat=True))
    assert shown(as_anna.get("/admin/enrollment/event/", {"q": "SERIAL-Buffalo"})) == []
