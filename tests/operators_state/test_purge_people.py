"""``manage.py purge`` and what names people elsewhere: the log of changes, and whom a directory vouched for."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.actions.purging.kept import KEPT
from enrollment.actions.purging.rules import RULES
from enrollment.models import Device, Enrollment, Identity
from sites_config.models import LoggedChange
from tests import people
from tests.admin.conftest import anna, as_anna
from tests.moved_clock import Clock, clock
from tests.operators_state.saved import said
from tests.operators_state.test_purge import counts, days
from tests.visitor import person_at, quick_passwords

__all__ = ["anna", "as_anna", "clock", "quick_passwords"]
# Expired sessions in every run; the histories of rows with the rule for changes in the administration.
GO_BY_THEMSELVES = {"sessions.Session", "admin.LogEntry"}


def test_every_table_has_a_rule_or_a_reason() -> None:
    # Whatever is stored: purged by a rule, with what a rule removes, or kept for a reason.
    decided = {rule.model._meta.label for rule in RULES} | set(KEPT) | GO_BY_THEMSELVES
    unused = {"auth.Permission", "auth.Group", "contenttypes.ContentType"} | {
        f"socialaccount.{name}" for name in ("SocialApp", "SocialAccount", "SocialToken")
    }
    assert {model._meta.label for model in apps.get_models()} - unused - decided == set()
    assert all(len(why) > 5 for why in KEPT.values())


@pytest.mark.django_db
def test_the_log_of_changes_goes_after_two_years(alpha: Site, as_anna: Client, clock: Clock) -> None:
    row = people.person(alpha, "ben", "Ben Berg")
    as_anna.post(f"/admin/enrollment/person/{row.pk}/delete/", {"post": "yes"})
    assert counts(LoggedChange, LogEntry) == (1, 1)
    days(clock, 730)
    said("purge")
    assert "Ben Berg" in str(LoggedChange.objects.values()) and counts(LogEntry) == (1,)
    days(clock, 0.1)
    assert "1 changes in the administration" in said("purge")
    assert counts(LogEntry) == (0,)
    assert LoggedChange.objects.get().subject == "Old records were removed"


@pytest.mark.django_db
def test_who_was_known_by_a_directory_goes_when_nothing_names_them(alpha: Site, clock: Clock) -> None:
    _visitor, _phone = person_at("enrolled", people.invite(alpha)[1])
    for number in range(4):
        Identity.objects.create(
            site=alpha, source="ldap:1", external_id=f"id-{number}", user_name=f"person{number}",
            first_seen_at=clock.now(), last_seen_at=clock.now(),
        )  # fmt: skip
    Device.objects.update(assigned_source="ldap:1", assigned_external_id="id-0")
    Enrollment.objects.update(signed_in_source="ldap:1", signed_in_id="id-1")
    Enrollment.objects.update(assigned_source="ldap:2", assigned_external_id="id-2")
    days(clock, 364.9)
    said("purge")
    assert counts(Identity) == (4,)
    days(clock, 0.2)
    said("purge")
    assert [each.external_id for each in Identity.objects.order_by("pk")] == ["id-0", "id-1"]
