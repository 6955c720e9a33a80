"""A notice on every page from its start to its end: in the person's language, sanitised, at no cost."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from pytest_django.fixtures import Settings

from sites_config import changes
from sites_config.models import SiteNotice, User
from tests import people
from tests.admin.filled import send
from tests.budgets.counting import queries
from tests.gallery import Gallery, pages
from tests.moved_clock import Clock
from tests.rules.test_r29_wording import EVIL, HARM
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
ADD = reverse("admin:sites_config_sitenotice_add")
# Made without knowing a site.
WITHOUT = {"unknown_host", "error"}
WORDS = "The Wi-Fi is down until noon."


def post(site: Site, clock: Clock, *, hours: float = 1, starts: float = 0, **columns: object) -> SiteNotice:
    begin = clock.time + timedelta(hours=starts)
    texts = columns or {"text_en": WORDS}
    return SiteNotice.objects.create(
        site=site, starts_at=begin, ends_at=begin + timedelta(hours=hours), **texts
    )


@pytest.mark.parametrize("name", pages())
def test_every_page_has_it(alpha: Site, alice: User, bob: User, clock: Clock, name: str) -> None:
    post(alpha, clock, hours=100)

    html = pages()[name](Gallery(alpha, clock)).content.decode()

    assert (WORDS in html) == (name not in WITHOUT)
    if name not in WITHOUT:
        assert html.index('<aside class="card notice ') < html.index("<main") < html.index("<h1")
        assert len(re.findall(r'aria-labelledby="(notice-\d)"><h2 id="\1">', html)) == html.count("<aside")


def test_it_is_there_from_its_start_to_its_end(alpha: Site, clock: Clock, settings: Settings) -> None:
    """Also in a process that remembers its configuration all the while."""
    settings.CONFIGURATION_CHECK_SECONDS = 10**6
    post(alpha, clock, starts=1, hours=2)
    visitor = Visitor()
    seen = []
    for _half_hour in range(8):
        seen.append(WORDS in visitor.see("/enroll/").text)
        clock.forward(minutes=30)

    assert seen == [False, False, True, True, True, True, False, False]


def test_it_costs_no_statement_a_page(alpha: Site, clock: Clock, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    visitor = Visitor()
    costs = []
    for _notice in range(3):
        changes.forget()
        visitor.get("/enroll/")
        with queries() as sent:
            visitor.get("/enroll/")
        costs.append(len(sent))
        post(alpha, clock)

    assert len(set(costs)) == 1 and costs[0] <= 2, costs


def test_schools_show_their_districts_and_nobody_elses(alpha: Site, beta: Site, clock: Clock) -> None:
    school = people.new_site("Alpha Junior", "junior.test", parent=alpha, ready=False)
    post(alpha, clock)
    post(school, clock, text_en="No lessons today.")

    assert WORDS in Visitor("junior.test").see("/enroll/").text
    assert "No lessons today." in Visitor("junior.test").see("/enroll/").text
    assert "No lessons today." not in Visitor().see("/enroll/").text
    assert WORDS not in Visitor("beta.test").see("/enroll/").text


def test_warnings_come_first_and_three_are_the_most(alpha: Site, clock: Clock) -> None:
    for number in range(3):
        post(alpha, clock, starts=-number / 10, text_en=f"Information {number}.")
    post(alpha, clock, starts=-0.5, severity="warning", text_en="Careful.")

    html = Visitor().get("/enroll/").content.decode()

    found = re.findall(r"(Careful|Information \d)\.", html)
    assert found == ["Careful", "Information 0", "Information 1"]
    assert "Important" in html and html.count("<aside") == 3


@pytest.mark.parametrize(
    ("language", "shown", "marked"),
    [
        ("de", "Kein WLAN.", "de"),
        ("en", "No Wi-Fi.", "en"),
        ("ar", "Kein WLAN.", "de"),
        ("en-GB", "No Wi-Fi.", "en"),
    ],
)
def test_it_speaks_the_persons_language_or_the_sites(
    alpha: Site, clock: Clock, language: str, shown: str, marked: str
) -> None:
    people.configure(alpha, default_language="de")
    post(alpha, clock, text_de="Kein WLAN.", text_en="No Wi-Fi.")

    html = Visitor(language=language).get("/enroll/").content.decode()

    assert f'lang="{marked}" dir="ltr"><p>{shown}</p>' in html


@pytest.mark.parametrize("evil", EVIL)
def test_r29_it_is_sanitised(alpha: Site, clock: Clock, evil: str) -> None:
    post(alpha, clock, text_en=f"**Bold** {evil}")

    html = Visitor().get("/enroll/").content.decode()

    assert "<strong>Bold</strong>" in html
    assert not HARM.search(re.sub(r"<style>.*?</style>|<script>.*?</script>", "", html, flags=re.DOTALL))


def when(clock: Clock, hours: float) -> dict[str, str]:
    start, end = clock.time, clock.time + timedelta(hours=hours)
    return {
        "starts_at_0": f"{start:%Y-%m-%d}", "starts_at_1": f"{start:%H:%M:%S}",
        "ends_at_0": f"{end:%Y-%m-%d}", "ends_at_1": f"{end:%H:%M:%S}",
    }  # fmt: skip


def test_an_administrator_writes_changes_and_ends_it(as_anna: Client, alpha: Site, clock: Clock) -> None:
    answer = send(as_anna, ADD, site=alpha.pk, text_en=WORDS, **when(clock, 2))
    assert answer.status_code == 302, answer.content.decode()
    clock.forward(seconds=1)
    row = SiteNotice.objects.get()
    assert WORDS in Visitor().see("/enroll/").text
    page = as_anna.get(reverse("admin:sites_config_sitenotice_changelist")).content.decode()
    assert "Shown" in page

    change = reverse("admin:sites_config_sitenotice_change", args=[row.pk])
    send(as_anna, change, text_en="Wi-Fi is slow.")
    assert "Wi-Fi is slow." in Visitor().see("/enroll/").text

    as_anna.post(f"/admin/sites_config/sitenotice/{row.pk}/press/end_now/")
    assert "Wi-Fi is slow." not in Visitor().see("/enroll/").text
    assert "Over" in as_anna.get(change).content.decode()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"text_en": "x" * 301}, "300"),
        ({"text_en": ""}, "Write the notice in one language at least."),
        ({"text_en": "![x](https://e.example/x.png)"}, ""),
        ({"text_en": WORDS, "hours": -1}, "It ends before it starts."),
    ],
)
def test_what_is_refused(
    as_anna: Client, alpha: Site, clock: Clock, columns: dict[str, str], words: str
) -> None:
    hours = float(columns.pop("hours", 1))

    answer = send(as_anna, ADD, site=alpha.pk, **columns, **when(clock, hours))

    assert answer.status_code == 200 and words in answer.content.decode()
    assert not SiteNotice.objects.exists()


def test_the_form_asks_in_the_sites_languages(as_anna: Client, alpha: Site, clock: Clock) -> None:
    people.configure(alpha, languages="en,ar")
    row = post(alpha, clock)

    for url in (ADD, reverse("admin:sites_config_sitenotice_change", args=[row.pk])):
        page = as_anna.get(url).content.decode()
        assert set(re.findall(r'<textarea name="text_(\w+)"', page)) == {"en", "ar"}


def test_auditors_read_and_change_nothing(as_vera: Client, alpha: Site, clock: Clock) -> None:
    row = post(alpha, clock)

    assert (
        WORDS in as_vera.get(reverse("admin:sites_config_sitenotice_change", args=[row.pk])).content.decode()
    )
    assert as_vera.get(ADD).status_code == 403
    assert as_vera.post(f"/admin/sites_config/sitenotice/{row.pk}/press/end_now/").status_code == 403
    row.refresh_from_db()
    assert row.shown(clock.time)


def in_new_york(alpha: Site) -> Site:
    """A school of Alpha, which is in Berlin."""
    people.configure(alpha, time_zone="Europe/Berlin")
    school = people.new_site("Alpha New York", parent=alpha, ready=False)
    people.configure(school, time_zone="America/New_York")
    return school


def test_times_are_those_of_the_notices_site(as_anna: Client, alpha: Site, clock: Clock) -> None:
    school = in_new_york(alpha)
    day = f"{clock.time + timedelta(days=1):%Y-%m-%d}"
    times = {"starts_at_0": day, "starts_at_1": "08:00:00", "ends_at_0": day, "ends_at_1": "12:00:00"}

    assert send(as_anna, ADD, site=school.pk, text_en=WORDS, **times).status_code == 302

    row, zone = SiteNotice.objects.get(), ZoneInfo("America/New_York")
    assert f"{row.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" == f"{day} 08:00"
    assert f"{row.ends_at.astimezone(zone):%Y-%m-%d %H:%M}" == f"{day} 12:00"
    change = reverse("admin:sites_config_sitenotice_change", args=[row.pk])
    page = as_anna.get(change).content.decode()
    assert 'value="08:00:00"' in page and 'value="12:00:00"' in page and "America/New_York" in page
    send(as_anna, change, text_en="Changed.", **times)
    row.refresh_from_db()
    assert row.text_en == "Changed."  # type: ignore[attr-defined]
    assert f"{row.starts_at.astimezone(zone):%H:%M}" == "08:00"


def test_the_form_says_whose_time_it_is(as_anna: Client, alpha: Site, clock: Clock) -> None:
    school = in_new_york(alpha)

    assert "in the time zone of the site." in as_anna.get(ADD).content.decode()
    assert "in the time zone of the site: America/New_York." in (
        as_anna.get(f"{ADD}?site={school.pk}").content.decode()
    )


def test_without_a_start_it_starts_at_once_wherever_the_site_is(
    as_anna: Client, alpha: Site, clock: Clock
) -> None:
    school = in_new_york(alpha)
    end = f"{clock.time + timedelta(days=2):%Y-%m-%d}"

    send(as_anna, ADD, site=school.pk, text_en=WORDS, ends_at_0=end, ends_at_1="12:00:00")

    assert SiteNotice.objects.get().starts_at == clock.time


def test_an_auditor_reads_the_times_of_the_site(as_vera: Client, alpha: Site, clock: Clock) -> None:
    school = in_new_york(alpha)
    row = post(school, clock, hours=4)

    page = as_vera.get(reverse("admin:sites_config_sitenotice_change", args=[row.pk])).content.decode()

    local = row.ends_at.astimezone(ZoneInfo("America/New_York"))
    assert date_format(local, "DATETIME_FORMAT") in page and "America/New_York" in page
