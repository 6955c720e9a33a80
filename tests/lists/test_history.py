"""The history of a row says what it was before and after; of secrets only whether they are others."""

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import AccessGroup, DirectoryServer, Invitation
from sites_config.models import Privilege, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import World


def latest() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(LogEntry.objects.latest("pk").change_message)
    return found


def history(client: Client, url: str) -> str:
    text: str = client.get(url.replace("/change/", "/history/")).content.decode()
    return text


def test_before_and_after(as_anna: Client, alpha: Site) -> None:
    row = people.person(alpha, "ben", "Ben Berg", room="7")
    url = f"/admin/enrollment/person/{row.pk}/change/"

    send(as_anna, url, room="12", email="ben@school.example")

    values = latest()[0]["changed"]["values"]
    assert {"field": "Room", "old": "7", "new": "12"} in values and len(values) == 2
    assert "Changed E-mail: nothing → ben@school.example and Room: 7 → 12." in history(as_anna, url)


def test_saving_without_a_change_says_so(as_anna: Client, alpha: Site) -> None:
    row = people.person(alpha, "ben", "Ben Berg")

    send(as_anna, f"/admin/enrollment/person/{row.pk}/change/")

    assert latest() == []


def test_choices_switches_times_and_many(as_root: Client, alpha: Site, alphas: World) -> None:
    url = f"/admin/sites/site/{alpha.pk}/change/"
    send(as_root, url, **{"configuration-0-portal_open": "false", "configuration-0-clear_commands": "errors"})
    values = {each["field"]: (each["old"], each["new"]) for each in latest()[0]["changed"]["values"]}
    assert values["Portal open"] == ("nothing", "no")
    clear = values["Clear management history when a device enrolls again"]
    assert clear == ("nothing", "Delete failed commands")
    assert "for site configuration “Alpha School”" in history(as_root, url)

    school = people.new_site("North School", parent=alpha, ready=False)
    group = AccessGroup.objects.get(site=alpha)
    send(as_root, f"/admin/enrollment/accessgroup/{group.pk}/change/", sites=[str(alpha.pk), str(school.pk)])
    (value,) = latest()[0]["changed"]["values"]
    assert (value["old"], value["new"]) == ("Alpha School", "Alpha School, North School")


def test_a_secret_leaves_a_fingerprint_and_nothing_else(as_root: Client, alpha: Site) -> None:
    server = DirectoryServer.objects.create(
        site=alpha, name="LDAP", hosts="ldap.example", user_base="dc=example", bind_dn="cn=reader,dc=example"
    )
    url = f"/admin/enrollment/directoryserver/{server.pk}/change/"
    marks = []
    for password in ("correct horse", "battery staple", "correct horse"):
        send(as_root, url, bind_password=password)
        (value,) = latest()[0]["changed"]["values"]
        assert value["field"] == "Bind password"
        marks.append((value["old"], value["new"]))

    (none, first), (again, second), (other, third) = marks
    assert none == "nothing" and (again, other) == (first, second) and first == third != second
    assert first.startswith("#") and len(first) == 9
    everything = "".join(LogEntry.objects.values_list("change_message", flat=True))
    assert "correct horse" not in everything and "battery staple" not in everything
    assert "correct horse" not in history(as_root, url)

    send(as_root, url, hosts="elsewhere.example")  # and with that the password is gone
    values = {each["field"]: (each["old"], each["new"]) for each in latest()[0]["changed"]["values"]}
    assert values["Bind password"] == (first, "nothing")


def add(client: Client, url: str, **typed: object) -> None:
    assert send(client, f"{url}add/", **typed).status_code == 302


def test_a_new_row_has_what_it_began_with(as_anna: Client, alpha: Site) -> None:
    """Also what was left as the form had it; not what is blank."""
    add(as_anna, "/admin/enrollment/invitation/", site=alpha.pk, name="Room 7", max_uses=3)

    added, began = latest()
    assert added == {"added": {}}
    values = {each["field"]: (each["old"], each["new"]) for each in began["changed"]["values"]}
    assert values["Name"] == ("nothing", "Room 7") and values["Max uses"] == ("nothing", "3")
    assert values["Site"] == ("nothing", "Alpha School")
    assert values["Login required"] == ("nothing", "yes") and values["Ask for agreement"] == ("nothing", "no")
    assert "nothing" not in {new for _old, new in values.values()}
    row = Invitation.objects.get()
    page = history(as_anna, f"/admin/enrollment/invitation/{row.pk}/change/")
    assert "Added. Changed" in page and "Name: nothing → Room 7" in page


def test_a_new_rows_secret_is_a_fingerprint_too(as_root: Client, alpha: Site) -> None:
    url = "/admin/enrollment/directoryserver/"
    typed = {"site": alpha.pk, "name": "LDAP", "hosts": "ldap.example", "user_base": "dc=example"}
    add(as_root, url, bind_dn="cn=reader,dc=example", bind_password="correct horse", **typed)

    values = {each["field"]: (each["old"], each["new"]) for each in latest()[1]["changed"]["values"]}
    old, new = values["Bind password"]
    assert old == "nothing" and new.startswith("#") and len(new) == 9
    assert "Client key" not in values and "correct horse" not in LogEntry.objects.latest("pk").change_message

    row = DirectoryServer.objects.get()
    send(as_root, f"{url}{row.pk}/change/", bind_password="another")
    (value,) = latest()[0]["changed"]["values"]
    assert value["old"] == new


def test_a_new_row_below_another_has_its_values_too(as_root: Client, alpha: Site, bob: User) -> None:
    added_below = {"TOTAL_FORMS": 1, "0-site": alpha.pk, "0-privilege": Privilege.VIEW_SITE.value}

    send(
        as_root, f"/admin/sites_config/user/{bob.pk}/change/",
        **{f"site_privileges-{name}": value for name, value in added_below.items()},
    )  # fmt: skip

    added, began = latest()
    assert "name" in added["added"]
    values = {each["field"]: (each["old"], each["new"]) for each in began["changed"]["values"]}
    assert values == {
        "Site": ("nothing", "Alpha School"),
        "Privilege": ("nothing", Privilege.VIEW_SITE.label),
    }


def test_somebodys_password_leaves_no_trace(as_root: Client, bob: User) -> None:
    password = {"password1": "a long enough one", "password2": "a long enough one", "usable_password": "true"}

    as_root.post(f"/admin/sites_config/user/{bob.pk}/password/", password)

    message = LogEntry.objects.latest("pk").change_message
    assert "Password: not shown" in message and "enough" not in message


def test_long_texts_are_cut(as_anna: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha)

    send(as_anna, f"/admin/enrollment/invitation/{row.pk}/change/", invited_by="x" * 100, name="y" * 100)

    assert all(len(each["new"]) <= 201 for each in latest()[0]["changed"]["values"])
