"""Who changed what by a file: an event of the site, the history of each row, and every process told."""

import re
from pathlib import Path

from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site

from enrollment.models import AccessGroup, Authority, Event, EventKind
from sites_config.models import ConfigurationVersion, SiteConfiguration, User
from tests.admin.world import logged_in
from tests.settings_code.commands import apply, document, export, stored
from tests.settings_code.district import VARIABLES


def test_an_event_tells_old_and_new(district: Site, tmp_path: Path) -> None:
    file = stored(
        tmp_path, document(settings="  time_zone: UTC", texts=f"  welcome.lead:\n    en: {'long ' * 90}")
    )

    apply(file, user="anna")

    event = Event.objects.get(kind=EventKind.SETTINGS_CHANGED)
    assert event.site == district and event.actor == User.objects.get(username="anna")
    assert event.data["settings.time_zone"] == "Europe/Berlin → UTC"
    assert re.search(r"long long … \(449 letters, #[0-9a-f]{8}\)$", event.data["texts.welcome.lead.en"])
    assert set(event.data) == {"file", "settings.time_zone", "texts.welcome.lead.en"}


def test_a_long_text_and_a_long_file_are_told_to_their_ends(district: Site, tmp_path: Path) -> None:
    long = "long " * 90
    rows = "\n".join(f"  - {{group_name: Group {number:03}}}" for number in range(130))
    apply(stored(tmp_path, document(texts=f"  welcome.lead:\n    en: {long}end")))
    Event.objects.all().delete()
    apply(stored(tmp_path, document(texts=f"  welcome.lead:\n    en: {long}other", access_groups=rows)))

    events = Event.objects.filter(kind=EventKind.SETTINGS_CHANGED).order_by("pk")
    told = {key: value for event in events for key, value in event.data.items()}
    assert re.search(r"end… \(.*\) → ….*other… \(", told["texts.welcome.lead.en"]), told[
        "texts.welcome.lead.en"
    ]
    assert any("Group 129" in key for key in told) and not any("other changes" in str(each) for each in told)


def test_the_history_of_each_row_names_the_account_and_the_keys(district: Site, tmp_path: Path) -> None:
    rows = "  - {name: Library, hosts: lib2.example}\n  - {name: New, hosts: new.example, user_base: dc=new}"
    file = stored(tmp_path, document(directory_servers=rows, addresses="  - b.example", access_groups="  []"))
    rule = AccessGroup.objects.get(site=district, everybody=True)

    apply(file, user="anna", prune=True)

    told = {
        (entry.content_type.model, entry.object_repr): (entry.action_flag, entry.change_message)
        for entry in LogEntry.objects.select_related("content_type")
        if entry.content_type is not None
    }
    assert set(LogEntry.objects.values_list("user__username", flat=True)) == {"anna"}
    assert told["directoryserver", "Library"] == (2, f"By {file}: enabled, position, hosts.")
    assert told["directoryserver", "New"][0] == told["siteaddress", "b.example"][0] == 1
    assert told["accessgroup", "All directory users"] == (3, f"By {file}.")
    assert LogEntry.objects.get(content_type__model="accessgroup").object_id == str(rule.pk)


def test_without_an_account_the_event_alone_tells(district: Site, tmp_path: Path) -> None:
    apply(stored(tmp_path, document(settings="  time_zone: UTC")))

    assert Event.objects.get(kind=EventKind.SETTINGS_CHANGED).actor is None
    assert not LogEntry.objects.exists()


def test_a_file_that_changes_nothing_leaves_no_event(district: Site, tmp_path: Path) -> None:
    file = stored(tmp_path, document(settings="  time_zone: UTC"))
    for _time in range(2):
        apply(file)

    assert Event.objects.filter(kind=EventKind.SETTINGS_CHANGED).count() == 1


def test_an_administrator_reads_it_in_the_list_of_events(school: Site, tmp_path: Path) -> None:
    user = User.objects.create(username="root", is_staff=True, is_superuser=True)
    apply(stored(tmp_path, document(settings="  time_zone: UTC")), user="root")
    event = Event.objects.get(kind=EventKind.SETTINGS_CHANGED)

    page = logged_in(user, Site.objects.get(domain="northwind.example"), "northwind.example").get(
        f"/admin/enrollment/event/{event.pk}/change/"
    )

    assert "Settings changed by a file" in page.content.decode()
    assert "settings.time_zone: Europe/Berlin → UTC" in page.content.decode()


def test_every_process_hears_of_it_and_of_nothing_else(district: Site, tmp_path: Path) -> None:
    file = stored(tmp_path, document(settings="  time_zone: UTC"))
    before = ConfigurationVersion.objects.get().number

    apply(file, diff=True)
    assert ConfigurationVersion.objects.get().number == before
    apply(file)
    after = ConfigurationVersion.objects.get().number
    assert after != before
    apply(file)
    assert ConfigurationVersion.objects.get().number == after
    assert str(SiteConfiguration.for_site(district).time_zone) == "UTC"


def test_a_file_may_be_for_a_site_of_another_name(district: Site, beta: Site, tmp_path: Path) -> None:
    """The settings of one installation tried at another site."""
    file = stored(tmp_path, document(settings="  time_zone: Asia/Tokyo"))

    said = apply(file, site="beta.test")

    beta.refresh_from_db()
    assert "site.name: Beta College → Northwind District" in said.text
    assert beta.domain == "beta.test" and beta.name == "Northwind District"
    assert str(SiteConfiguration.for_site(beta).time_zone) == "Asia/Tokyo"
    assert str(SiteConfiguration.for_site(district).time_zone) == "Europe/Berlin"


def test_a_new_site_begins_as_an_operator_would_make_it(district: Site, tmp_path: Path) -> None:
    file = stored(tmp_path, document(site="  identifier: s\n  name: South", addresses="  - south.example"))

    said = apply(file, diff=True)
    assert said.status == 1 and "  site: new\n" in said.text
    assert not Site.objects.filter(domain="s").exists()

    said = apply(file)
    assert said.last == "The authority South Devices was made."
    assert Authority.objects.get(site__domain="s").name == "South Devices"
    assert apply(file).last == "nothing to change"


def test_named_sets_may_be_written_for_privileges(school: Site, tmp_path: Path) -> None:
    text = document(
        site="  identifier: north-school\n  name: North School",
        staff="  anna: ['set:help-desk']\n  vera: [view-site, help-people]",
    )

    said = apply(stored(tmp_path, text))

    assert "staff.anna:\n    - (nothing)\n    + enroll-mobile-devices, assign-users" in said.text
    assert "staff.vera: view-site → help-people, view-site" in said.text
    assert "  anna:\n    - enroll-mobile-devices\n    - assign-users\n" in export("north-school")
    said = apply(stored(tmp_path, text.replace("view-site, help-people", "")))
    assert "staff.vera: help-people, view-site → (nothing)" in said.text
    assert not school.privileges.filter(user__username="vera").exists()


def test_an_export_is_written_as_a_whole(district: Site, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"

    assert export("northwind.example", output=file) == ""

    assert file.read_text(encoding="utf-8") == export("northwind.example")
    assert [each.name for each in tmp_path.iterdir()] == ["site.yaml"]
    assert all(name in file.read_text(encoding="utf-8") for name in VARIABLES)
