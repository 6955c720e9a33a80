"""``export_person`` says nothing of other people; ``forget_person`` leaves nothing that stood beside a name."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.device_changes import change_user, mark_lost, take_users_away
from enrollment.models import Delivery, Device, Enrollment, Event, Invitation, ListedDevice, Person
from sites_config.logged_changes import log_import
from sites_config.models import LoggedChange, Privilege, User
from tests import people
from tests.admin.conftest import anna, as_anna, as_root, root
from tests.operators_state.saved import said
from tests.operators_state.test_people import ASSIGNED, KEY, NAMES, ana, everything, export, forget
from tests.visitor import Visitor, person_at, quick_passwords

__all__ = ["ana", "anna", "as_anna", "as_root", "quick_passwords", "root"]
pytestmark = pytest.mark.django_db
OTHERS = ("berta", "brandt", "555 1111", "ingrid", "erin")
BERTA: dict[str, Any] = {
    "assigned_user_name": "berta.brandt",
    "assigned_full_name": "Berta Brandt",
    "assigned_email": "berta@alpha.example",
    "assigned_phone": "+1 555 1111",
}


@pytest.fixture
def erin(alpha: Site) -> User:
    return people.staff("erin", "Erin East", (alpha, Privilege.HELP_PEOPLE), is_staff=True)


def others_in(told: dict[str, Any]) -> list[str]:
    text = json.dumps(told, ensure_ascii=False).lower()
    return [name for name in OTHERS if name in text]


def test_who_had_the_device_before_and_after(ana: Enrollment, alpha: Site, erin: User) -> None:
    person = people.person(
        alpha, "ana.alvarez", "Ana Alvarez", email="ana@alpha.example", phone="+1 555 7654"
    )
    device = Device.objects.get()
    Device.objects.update(**BERTA, assigned_source="people:9", assigned_external_id="9")
    change_user([device.pk], user_name="ana.alvarez", actor=erin, now=ana.started_at)
    mark_lost([device.pk], actor=erin, now=ana.started_at)
    person.delete()
    Device.objects.update(**ASSIGNED)
    before = Visitor().start(people.invite(alpha, name="Earlier")[1])
    Enrollment.objects.filter(pk=before.pk).update(**BERTA, device=device)
    Event.objects.create(
        site=alpha,
        kind="wrong-pin",
        at=ana.started_at,
        device=device,
        enrollment=before,
        data={"of": "Berta Brandt"},
    )

    told = export("ana.alvarez")

    changed = next(each["data"]["changed"] for each in told["events"] if each["kind"] == "user-changed")
    assert changed["assigned_user_name"] == ["(somebody else)", "ana.alvarez"]
    assert changed["assigned_phone"][1] == "+1 555 7654" and not others_in(told)


def test_whom_she_enrolled_for_and_who_enrolled_for_her(ana: Enrollment, alpha: Site) -> None:
    search = {"text": "berta.brandt", "found": {"full_name": "Berta Brandt", "phone": "+1 555 1111"}}
    Enrollment.objects.filter(pk=ana.pk).update(
        **BERTA, assigned_source="ldap:1", assigned_external_id="other-id-berta",
        answers={"search": search, "assign": "berta.brandt"},
    )  # fmt: skip
    for_her = Visitor().start(people.invite(alpha, name="Other")[1])
    Enrollment.objects.filter(pk=for_her.pk).update(
        **ASSIGNED, signed_in_source="ldap:1", signed_in_id="other-id-berta", signed_in_name="Berta Brandt"
    )

    told = export("ana.alvarez")

    first, second = told["enrollments"]
    assert (first["signed_in_name"], first["assigned_full_name"]) == ("Ana Alvarez", "(somebody else)")
    assert (second["signed_in_name"], second["assigned_full_name"]) == ("(somebody else)", "Ana Alvarez")
    assert not others_in(told) and "other-id-berta" not in json.dumps(told)


def test_who_invited_her_and_who_else_is_in_an_invitation(ana: Enrollment, alpha: Site, erin: User) -> None:
    Invitation.objects.filter(name="For Ana Alvarez").update(invited_by="Ingrid Inviter", created_by=erin)
    row, _token = people.invite(
        alpha, name="Pupil", email="ana@alpha.example", assigned_user_name="berta.brandt",
        assigned_full_name="Berta Brandt",
    )  # fmt: skip
    Delivery.objects.create(
        site=alpha, channel="mail", kind="invitation", invitation=row, recipient="berta@alpha.example",
        created_at=ana.started_at, next_try_at=ana.started_at, error="550 berta@alpha.example",
    )  # fmt: skip
    ListedDevice.objects.create(
        site=alpha, serial_number="F2LX1234ABCD", owner_user_name="berta.brandt", owner_full_name="Berta Brandt",
        owner_email="ana@alpha.example", note="Berta's",
    )  # fmt: skip

    told = export("ana.alvarez")

    assert {each["email"] for each in told["invitations"]} == {"", "ana@alpha.example"}
    assert not others_in(told)


def test_others_beside_her_in_what_the_administration_wrote(
    ana: Enrollment, alpha: Site, as_anna: Client
) -> None:
    names = {"added": ["ana.alvarez", "berta.brandt"], "changed": ["erin: room"]}
    log_import(alpha, model=Person, user=None, names=names, now=ana.started_at)
    gone = people.person(alpha, "berta.brandt", "Berta Brandt", position="deputy of Ana Alvarez")
    as_anna.post(f"/admin/enrollment/person/{gone.pk}/delete/", {"post": "yes"})

    told = export("ana.alvarez")

    rows = told["changes_in_the_administration"]
    assert len(rows) == 2 and not others_in(told)
    assert "ana.alvarez" in rows[0]["told"] and "deputy of Ana Alvarez" in rows[1]["told"]


def test_what_a_file_changed_of_her_is_forgotten_with_her_name(
    ana: Enrollment, alpha: Site, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    for phone in ("+1 555 7654 (home)", "+1 555 2222"):
        path.write_text(
            f"user_name,full_name,phone\nana.alvarez,Ana Alvarez,{phone}\nbea,Bea Brown,{phone}1\n"
        )
        said("import_people", "--site", "alpha.test", str(path))
    assert "+1 555 7654 [home] → +1 555 2222" in LoggedChange.objects.latest("pk").told
    assert "22221" not in str(export("ana.alvarez", "--source", KEY[0])["changes_in_the_administration"])

    forget("ana.alvarez", "--source", f"people:{alpha.pk}", "--yes")

    told = LoggedChange.objects.filter(subject="Import of people").latest("pk").told
    assert told == "changed: 2 (forgotten, bea (phone: +1 555 7654 [home]1 → +1 555 22221))"


def test_a_room_that_is_as_short_as_her_number_is_no_name_of_hers(alpha: Site, erin: User) -> None:
    person = people.person(alpha, "ana.alvarez", "Ana Alvarez", email="office@alpha.example")
    number = str(person.pk)
    berta = {
        "source": "ldap:1", "external_id": "other-id-berta", "user_name": "berta.brandt", "full_name": "Berta Brandt",
        "email": "office@alpha.example", "room": number,
    }  # fmt: skip
    visitor, _phone = person_at("enrolled", people.invite(alpha)[1])
    Device.objects.update(
        **ASSIGNED | {"assigned_source": f"people:{alpha.pk}", "assigned_external_id": number}
    )
    changed = {f"assigned_{name}": [value, ""] for name, value in berta.items()}
    Event.objects.create(
        site=alpha,
        kind="user-changed",
        at=timezone.now(),
        device=Device.objects.get(),
        data={"changed": changed},
    )
    answers = {"search": {"text": "berta.brandt", "found": berta}}
    Enrollment.objects.update(
        **ASSIGNED | {"assigned_source": f"people:{alpha.pk}", "assigned_external_id": number},
        answers=answers,
    )

    assert not others_in(export("ana.alvarez"))
    forget("ana.alvarez", "--yes")

    event = Event.objects.get(kind="user-changed")
    assert event.data["changed"]["assigned_room"] == [number, ""]
    assert event.data["changed"]["assigned_full_name"] == ["Berta Brandt", ""]
    assert visitor.enrollment.answers["search"]["found"]["full_name"] == "Berta Brandt"


def test_whoever_shares_an_address_with_her_is_not_forgotten(ana: Enrollment, alpha: Site) -> None:
    people.person(alpha, "berta.brandt", "Berta Brandt")
    people.invite(alpha, name="Pupil", email="ana@alpha.example", assigned_user_name="berta.brandt",
                  assigned_full_name="Berta Brandt")  # fmt: skip
    log_import(alpha, model=Person, user=None, names={"added": ["Berta Brandt"]}, now=ana.started_at)

    forget("ana@alpha.example", "--yes")

    assert "Berta Brandt" in LoggedChange.objects.get(subject="Import of people").told
    assert not [name for name in NAMES if name in everything()]


def test_an_account_is_forgotten_in_the_log_of_every_site_and_that_it_was_is_told(
    as_root: Client, alpha: Site, beta: Site
) -> None:
    user = people.staff("dora.dane", "Dora Dane", (alpha, Privilege.HELP_PEOPLE), is_staff=True)
    for site in (alpha, beta):
        sent = {"site": site.pk, "user": user.pk, "privilege": Privilege.VIEW_SITE}
        as_root.post("/admin/sites_config/siteprivilege/add/", sent)
    row = user.site_privileges.get(site=beta)
    as_root.post(f"/admin/sites_config/siteprivilege/{row.pk}/delete/", {"post": "yes"})
    device = Device.objects.create(
        site=beta, udid="other", first_seen_at=user.date_joined, last_seen_at=user.date_joined
    )
    mark_lost([device.pk], actor=user, now=user.date_joined)
    assert LoggedChange.objects.count() == 3

    forget("dora.dane", "--account", "--yes")

    left = everything().lower()
    assert not re.search(r"dora[. ]dane|\bdora\b", left)
    assert (
        "Privilege: View everything of the site in admin → nothing"
        in LoggedChange.objects.get(act=3, site=beta).told
    )
    told = LoggedChange.objects.latest("pk")
    assert (told.site, told.user, told.subject) == (alpha, None, "A person was forgotten")
    assert "staff accounts: 1" in told.told


def test_what_stood_beside_her_name_is_forgotten_too(
    ana: Enrollment, alpha: Site, as_anna: Client, erin: User
) -> None:
    phone = "+1 555 7654"
    Device.objects.update(**BERTA, assigned_source="ldap:1", assigned_external_id="other-id-berta")
    person = people.person(alpha, "ana.alvarez", "Ana Alvarez", email="ana@alpha.example", phone=phone)
    change_user([Device.objects.get().pk], user_name="ana.alvarez", actor=erin, now=ana.started_at)
    take_users_away([Device.objects.get().pk], actor=erin, now=ana.started_at + timedelta(hours=1))
    search = {"text": "ana.alvarez", "found": {"full_name": "Ana Alvarez", "phone": phone}}
    row = Visitor().start(people.invite(alpha, name="Desk")[1])
    Enrollment.objects.filter(pk=row.pk).update(answers={"search": search, "site": alpha.pk})
    as_anna.post(f"/admin/enrollment/person/{person.pk}/delete/", {"post": "yes"})
    assert phone in LoggedChange.objects.get().told and phone in LogEntry.objects.latest("pk").change_message

    forget("ana.alvarez", "--source", KEY[0], "--yes")

    left = everything()
    assert "555 7654" not in left and "lvarez" not in left
    assert "+1 555 1111" in left, "and nobody else's"
    row.refresh_from_db()
    assert row.answers == {"site": alpha.pk}
