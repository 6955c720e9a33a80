"""``export_person`` and ``forget_person``: everything about Ana, nothing about anybody else, and no secret."""

import io
import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.utils import timezone

from enrollment.models import (
    AgreementAcceptance,
    Device,
    Enrollment,
    Event,
    Identity,
    Invitation,
    Person,
    SignInMethod,
    Status,
)
from sites_config.models import Privilege, SitePrivilege, User
from sites_config.references import spoken
from sites_config.sessions import SessionStore
from tests import people
from tests.operators_state.saved import said
from tests.rules.tables import dump
from tests.visitor import Visitor, person_at, quick_passwords

__all__ = ["quick_passwords"]

pytestmark = pytest.mark.django_db
KEY = ("ldap:1", "7f3c2a10-aaaa-bbbb-cccc-000000000001")
NAMES = ("ana.alvarez", "Ana Alvarez", "ana@alpha.example", "Ana's iPad", KEY[1])
ASSIGNED: dict[str, Any] = {
    "assigned_user_name": "ana.alvarez",
    "assigned_full_name": "Ana Alvarez",
    "assigned_email": "ana@alpha.example",
    "assigned_phone": "+1 555 7654",
    "assigned_source": KEY[0],
    "assigned_external_id": KEY[1],
}


@pytest.fixture
def ana(alpha: Site) -> Enrollment:
    """Logged in with the directory, accepted the agreement, enrolled; invited once more; searched for by Alice."""
    now = timezone.now()
    Identity.objects.create(
        site=alpha, source=KEY[0], external_id=KEY[1], user_name="ana.alvarez", full_name="Ana Alvarez",
        email="ana@alpha.example", first_seen_at=now, last_seen_at=now,
    )  # fmt: skip
    visitor, _phone = person_at("enrolled", people.invite(alpha, name="Room 12")[1])
    row = visitor.enrollment
    Enrollment.objects.filter(pk=row.pk).update(
        **ASSIGNED, signed_in_with=SignInMethod.LDAP, signed_in_source=KEY[0], signed_in_id=KEY[1],
        signed_in_name="Ana Alvarez", answers={"assign": "ana.alvarez"},
        claimed={"device_name": "Ana's iPad", "model": "X"},
    )  # fmt: skip
    Device.objects.update(**ASSIGNED, name="Ana's iPad")
    AgreementAcceptance.objects.create(
        site=alpha, enrollment=row, agreement=people.publish(alpha), language="en", text_sha256="0" * 64,
        accepted_at=now, signed_in_name="Ana Alvarez",
    )  # fmt: skip
    people.invite(
        alpha, name="For Ana Alvarez", assigned_user_name="Ana.Alvarez", assigned_full_name="Ana Alvarez"
    )
    searching = Visitor().start(people.invite(alpha, name="Searching", assigned_user_name="bea")[1])
    search = {"text": "ana.alvarez", "found": {"full_name": "Ana Alvarez", "external_id": KEY[1]}}
    Enrollment.objects.filter(pk=searching.pk).update(answers={"search": search})
    return Enrollment.objects.get(pk=row.pk)


@pytest.fixture
def bea(alpha: Site) -> Person:
    return people.person(alpha, "bea.brown", "Bea Brown", email="bea.brown@alpha.example")


def everything() -> str:
    return repr(dump())


def export(query: str, *options: str, site: str = "alpha.test") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(said("export_person", "--site", site, query, *options))
    return told


def forget(query: str, *options: str) -> str:
    return said("forget_person", "--site", "alpha.test", query, *options)


@pytest.mark.parametrize("query", ["ana.alvarez", "ANA@alpha.example", KEY[1]])
def test_whatever_names_her_the_export_has_everything(ana: Enrollment, bea: Person, query: str) -> None:
    told = export(query)

    assert [each["email"] for each in told["identities"]] == ["ana@alpha.example"]
    assert [each["reference"] for each in told["enrollments"]] == [ana.reference]
    assert [each["name"] for each in told["devices"]] == ["Ana's iPad"]
    assert [each["name"] for each in told["invitations"]] == ["For Ana Alvarez"]
    assert [each["signed_in_name"] for each in told["agreements_accepted"]] == ["Ana Alvarez"]
    assert {each["data"].get("to") for each in told["events"]} >= {"enrolled"}
    assert "brown" not in json.dumps(told).lower()


def test_no_secret_is_in_the_export(ana: Enrollment) -> None:
    text = json.dumps(export("ana.alvarez"))
    for word in ("encrypted", 'sha256": "b', "token", "gAAAA", "password"):
        assert word not in text, word


def test_the_export_goes_to_a_file_of_ones_own(ana: Enrollment, tmp_path: Path) -> None:
    path = tmp_path / "ana.json"
    said("export_person", "--site", "alpha.test", "ana.alvarez", "--output", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["enrollments"]
    with pytest.raises(CommandError, match="can't be made"):
        said("export_person", "--site", "alpha.test", "ana.alvarez", "--output", str(path))


def test_the_export_leaves_a_record_that_names_no_person(
    ana: Enrollment, alpha: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By codes and numbers of rows, which stay when she is forgotten."""
    monkeypatch.setenv("SUDO_USER", "olga")
    told = export("ana.alvarez")

    event = Event.objects.get(kind="data-exported")
    assert (event.site, event.data["list"], event.data["by"]) == (alpha, "a person", "olga")
    assert event.data["enrollments"] == spoken(ana.reference)
    assert event.data["invitations"] == str(told["invitations"][0]["id"])
    assert event.data["rows"] == sum(
        len(rows) for name, rows in told.items() if name not in ("exported_at", "events")
    )
    assert not [name for name in NAMES if name in str(event.data)]


def test_a_file_that_cannot_be_made_leaves_no_record(ana: Enrollment, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be made"):
        said("export_person", "--site", "alpha.test", "ana.alvarez", "--output", str(tmp_path))

    assert not Event.objects.filter(kind="data-exported").exists()


def test_forgotten_her_name_is_in_no_table_and_the_enrollment_is(ana: Enrollment, bea: Person) -> None:
    LogEntry.objects.create(
        user=people.staff("dora", "Dora Dane"), content_type=ContentType.objects.get_for_model(Device),
        object_id=str(Device.objects.get().pk), object_repr="Ana's iPad", action_flag=2,
    )  # fmt: skip
    events = Event.objects.filter(enrollment=ana).count()
    assert all(name in everything() or name.replace("'", "\\'") in everything() for name in NAMES)

    told = forget("ana.alvarez", "--yes")

    left = everything().lower()
    for name in (*NAMES, "ana\\'s", "alvarez", "555 7654"):
        assert name.lower() not in left, name
    assert "bea brown" in left
    ana.refresh_from_db()
    assert (ana.status, ana.signed_in_with, ana.signed_in_source) == (Status.ENROLLED, "ldap", "ldap:1")
    assert ana.started_at and ana.enrolled_at and Event.objects.filter(enrollment=ana).count() == events
    assert ana.claimed == {"model": "X"}
    assert "1 identities: forgotten" in told and "1 devices: forgotten" in told


def test_an_invitation_for_her_is_revoked_before_it_is_anybodys(ana: Enrollment) -> None:
    forget("ana.alvarez", "--yes")
    revoked = Invitation.objects.exclude(revoked_at=None)
    assert list(revoked.values_list("name", "assigned_user_name")) == [("forgotten", "")]


def test_an_attempt_in_her_name_ends(ana: Enrollment) -> None:
    Enrollment.objects.filter(pk=ana.pk).update(status=Status.STARTED)
    forget("ana.alvarez", "--yes")
    ana.refresh_from_db()
    assert ana.status == Status.EXPIRED


def test_somebody_of_the_sites_own_directory(alpha: Site, bea: Person) -> None:
    _visitor, _phone = person_at("enrolled", people.invite(alpha)[1])
    source = {"assigned_source": f"people:{alpha.pk}", "assigned_external_id": str(bea.pk)}
    Device.objects.update(assigned_user_name="bea.brown", assigned_full_name="Bea Brown", **source)
    assert [each["full_name"] for each in export("bea.brown")["people"]] == ["Bea Brown"]
    forget("bea.brown@alpha.example", "--yes")
    assert not Person.objects.exists() and "brown" not in everything().lower()


def test_a_dry_run_changes_nothing(ana: Enrollment) -> None:
    before = dump()
    assert "1 identities: would be forgotten" in forget("ana.alvarez", "--dry-run")
    assert dump() == before


@pytest.mark.parametrize("answer", ["", "yes", "bea", EOFError])
def test_without_the_right_answer_nothing_changes(ana: Enrollment, answer: Any) -> None:
    before = dump()
    typed = {"side_effect": answer} if answer is EOFError else {"return_value": answer}
    with mock.patch("builtins.input", **typed), pytest.raises(CommandError, match="Nothing was changed"):
        forget("ana.alvarez")
    assert dump() == before


def test_the_query_typed_again_goes_on(ana: Enrollment) -> None:
    with mock.patch("builtins.input", return_value="ana.alvarez"):
        forget("ana.alvarez")
    assert not Identity.objects.exists()


def test_nobody_and_several_people_are_said(ana: Enrollment, alpha: Site) -> None:
    with pytest.raises(CommandError, match="Nobody at Alpha School"):
        export("nobody")
    now = timezone.now()
    Identity.objects.create(
        site=alpha, source="oidc:2", external_id="42", user_name="ana.alvarez", full_name="Ana Aarons",
        first_seen_at=now, last_seen_at=now,
    )  # fmt: skip
    with pytest.raises(
        CommandError, match=f"several people.*--source {KEY[0]} has {KEY[1]}; --source oidc:2 has 42"
    ):
        forget("ana.alvarez", "--yes")

    forget("ana.alvarez", "--source", "oidc:2", "--yes")
    assert [each.source for each in Identity.objects.all()] == [KEY[0]]
    assert Device.objects.get().assigned_full_name == "Ana Alvarez"


def test_another_site_is_not_asked(ana: Enrollment, beta: Site) -> None:
    with pytest.raises(CommandError, match="Nobody at Beta College"):
        export("ana.alvarez", site="beta.test")
    with pytest.raises(CommandError, match="Nobody at Beta College"):
        export("ana.alvarez", site=str(beta.pk))


def test_a_staff_account_closes_only_if_it_is_asked_for(alpha: Site, ana: Enrollment) -> None:
    user = people.staff("ana.alvarez", "Ana Alvarez", (alpha, Privilege.ENROLL_MOBILE_DEVICES), is_staff=True)
    other = people.staff("erin", "Erin East")
    for each in (user, other):
        session = SessionStore()
        session["_auth_user_id"] = str(each.pk)
        session.save()
        waiting = SessionStore()
        waiting["account_login"] = {"user_pk": str(each.pk)}
        waiting.save()

    forget("ana.alvarez", "--yes")
    assert User.objects.get(pk=user.pk).is_active

    forget("ana.alvarez", "--account", "--yes")
    user.refresh_from_db()
    assert not (user.is_active or user.is_staff) and user.username == f"forgotten-{user.pk}"
    assert not SitePrivilege.objects.filter(user=user).exists()
    left = [each.get_decoded() for each in Session.objects.all()]
    assert {"_auth_user_id": str(other.pk)} in left and len(left) == 2
    assert {"account_login": {"user_pk": str(other.pk)}} in left
    assert "alvarez" not in everything().lower()


def test_the_commands_need_a_site() -> None:
    for command in ("export_person", "forget_person"):
        with pytest.raises(CommandError):
            call_command(command, "ana", stdout=io.StringIO())


def test_the_programs_own_words_stay_whatever_somebody_is_called(ana: Enrollment, alpha: Site) -> None:
    people.person(alpha, "enrolled", "Ed Rolled")
    statuses = list(Event.objects.filter(kind="moved").order_by("pk").values_list("data__to", flat=True))

    forget("enrolled", "--yes")

    moved = Event.objects.filter(kind="moved").order_by("pk")
    assert list(moved.values_list("data__to", flat=True)) == statuses and "enrolled" in statuses


def test_a_name_is_forgotten_as_a_word_and_not_as_a_part_of_one(ana: Enrollment, alpha: Site) -> None:
    row = Visitor().start(people.invite(alpha, name="Other")[1])
    answers = {"search": {"text": "diana.alvarezo"}, "site": alpha.pk}
    Enrollment.objects.filter(pk=row.pk).update(
        answers=answers, started_at=row.started_at - timedelta(hours=1)
    )
    forget("ana.alvarez", "--yes")
    row.refresh_from_db()
    assert row.answers == answers
