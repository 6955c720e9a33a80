"""The page of all changes: what was deleted, who gave what to whom, what a file did; for those of the site alone."""

import re
from pathlib import Path

from django.contrib.sites.models import Site
from django.test import Client

from enrollment.actions.webhooks import new_secret, secret_in_words
from enrollment.models import AccessGroup, Delivery, DeliveryState, ListedDevice, Webhook
from sites_config.models import LoggedChange, Privilege, SitePrivilege, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import logged_in
from tests.operators_state.saved import said
from tests.visitor import as_page

LIST = "/admin/sites_config/loggedchange/"


def told(client: Client, query: str = "") -> str:
    """The list, and the page of each row that it shows."""
    answer = client.get(LIST, {"q": query} if query else {})
    assert answer.status_code == 200
    rows = [row.pk for row in answer.context["cl"].result_list]
    pages = [answer, *(client.get(f"{LIST}{pk}/change/") for pk in rows)]
    return " ".join(as_page(each).text for each in pages)


def delete(client: Client, path: str) -> None:
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 302


def test_a_deleted_row_is_read_of_with_all_that_it_was(
    as_anna: Client, as_vera: Client, alpha: Site, beta: Site
) -> None:
    row = ListedDevice.objects.create(
        site=alpha, serial_number="F2LX1234ABCD", asset_tag="TAG-7", owner_user_name="ben", note="Cracked"
    )
    delete(as_anna, f"/admin/enrollment/listeddevice/{row.pk}/")

    page = told(as_vera, "TAG-7")
    for words in ("F2LX1234ABCD", "Cracked → nothing", "User name: ben → nothing", "Deleted", "anna"):
        assert words in page, words
    assert "TAG-7" in told(as_vera, "cracked") and "TAG-7" not in told(as_vera, "other")
    bert = people.staff("bert", "Bert", (beta, Privilege.ADMINISTER_SITE), is_staff=True)
    assert "TAG-7" not in told(logged_in(bert, alpha))


def test_many_at_once_are_told_each(as_anna: Client, as_vera: Client, alpha: Site) -> None:
    rows = [
        ListedDevice.objects.create(site=alpha, serial_number=f"SERIAL{number}", asset_tag=f"TAG-{number}")
        for number in range(3)
    ]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    as_anna.post("/admin/enrollment/listeddevice/", chosen)

    page = told(as_vera)
    assert not ListedDevice.objects.exists() and all(f"TAG-{number} → nothing" in page for number in range(3))


def test_of_a_secret_there_stands_a_fingerprint_and_of_choices_their_names(
    as_anna: Client, as_vera: Client, alpha: Site
) -> None:
    hook = Webhook.objects.create(
        site=alpha, name="Inventory", url="https://x.example/", events=[], secret_encrypted=new_secret()
    )
    group = AccessGroup.objects.create(site=alpha, group_name="Teachers")
    group.sites.set([alpha])
    secret = secret_in_words(hook)
    delete(as_anna, f"/admin/enrollment/webhook/{hook.pk}/")
    delete(as_anna, f"/admin/enrollment/accessgroup/{group.pk}/")

    page = told(as_vera)
    assert (
        "Secret: #" in page and secret not in page and secret[6:20] not in str(LoggedChange.objects.values())
    )
    told_of_group = LoggedChange.objects.get(kind="enrollment.accessgroup").told
    assert (
        "Teachers → nothing" in told_of_group
        and "Sites to choose from: Alpha School → nothing" in told_of_group
    )


def test_a_secret_that_was_shown_or_renewed_and_a_cancelled_message_say_who(
    as_anna: Client, as_vera: Client, alpha: Site
) -> None:
    hook = Webhook.objects.create(
        site=alpha, name="Inventory", url="https://x.example/", events=[], secret_encrypted=new_secret()
    )
    invitation, _token = people.invite(alpha, email="ana@school.example")
    now = invitation.created_at
    rows = [
        Delivery.objects.create(
            site=alpha, channel="mail", kind="invitation", invitation=invitation, recipient=f"{name}@school.example",
            created_at=now, next_try_at=now, state=state,
        )
        for name, state in (("ana", DeliveryState.WAITING), ("ben", DeliveryState.SENT))
    ]  # fmt: skip
    for path in (f"webhook/{hook.pk}/press/show_secret", f"webhook/{hook.pk}/press/renew_secret"):
        as_anna.post(f"/admin/enrollment/{path}/")
    data = {"action": "cancel_selected", "_selected_action": [row.pk for row in rows]}
    as_anna.post("/admin/enrollment/delivery/", data)

    changes = list(LoggedChange.objects.order_by("pk").values_list("user__username", "told", "subject"))
    assert {who for who, _told, _subject in changes} == {"anna"}
    said = [each[1] for each in changes]
    assert (said[0], said[2]) == ("Showed its secret.", "Cancelled it before it left.")
    assert re.fullmatch(r"Changed Secret: #[0-9a-f]{8} → #[0-9a-f]{8}\.", said[1]), said[1]
    assert "ana@school.example" in changes[2][2] and "Showed its secret." in told(as_vera)


def test_who_gave_a_privilege_is_read_at_the_site_of_the_privilege_and_nowhere_else(
    as_root: Client, as_vera: Client, alpha: Site, beta: Site
) -> None:
    user = people.staff("dora", "Dora Dane", (alpha, Privilege.ENROLL_MOBILE_DEVICES), is_staff=True)
    url = f"/admin/sites_config/user/{user.pk}/change/"
    prefix = "site_privileges"
    for number, (site, privilege) in enumerate(
        [(alpha, Privilege.HELP_PEOPLE), (beta, Privilege.ADMINISTER_SITE)], 1
    ):
        total = {f"{prefix}-TOTAL_FORMS": str(number + 1)}
        row = {f"{prefix}-{number}-site": str(site.pk), f"{prefix}-{number}-privilege": privilege.value}
        send(
            as_root,
            url,
            **total,
            **row,
            **{f"{prefix}-{number}-user": str(user.pk), f"{prefix}-{number}-id": ""},
        )
    assert SitePrivilege.objects.filter(user=user).count() == 3
    gone = SitePrivilege.objects.get(user=user, site=beta)
    delete(as_root, f"/admin/sites_config/siteprivilege/{gone.pk}/")

    page = told(as_vera)
    assert "Added" in page and "Help" in page and "root" in page and "dora" in page
    assert "Beta" not in page and not LoggedChange.objects.filter(site=alpha, told__contains="Beta").exists()
    bert = people.staff("bert", "Bert", (beta, Privilege.VIEW_SITE), is_staff=True)
    other = told(logged_in(bert, alpha))
    assert "at Beta College" in other and "Alpha" not in other.replace("Alpha School – Gatehouse", "")


def test_a_changed_account_is_read_of_where_it_works(
    as_root: Client, as_vera: Client, alpha: Site, beta: Site
) -> None:
    user = people.staff("dora", "Dora Dane", (alpha, Privilege.ENROLL_MOBILE_DEVICES), is_staff=True)
    nobody = people.staff("nobody", "Nobody")
    send(as_root, f"/admin/sites_config/user/{user.pk}/change/", email="new@school.example")
    send(as_root, f"/admin/sites_config/user/{nobody.pk}/change/", email="other@school.example")

    assert "new@school.example" in told(as_vera) and "other@school.example" not in told(as_vera)
    assert "other@school.example" in told(as_root), "of no site: for those who see everything"


def test_what_a_file_changed_is_named(as_vera: Client, alpha: Site, tmp_path: Path) -> None:
    ListedDevice.objects.create(
        site=alpha, serial_number="GONE1234", asset_tag="TAG-9", owner_user_name="ben"
    )
    people.person(alpha, "ben", "Ben Berg", room="7")
    people.person(alpha, "same", "Same Same")
    devices, persons = tmp_path / "devices.csv", tmp_path / "people.csv"
    devices.write_text("serial_number\nNEW12345\n")
    persons.write_text("user_name,full_name,room\nben,Ben Berg,8\nsame,Same Same,\nzoe,Zoe Zander,\n")
    said("import_devices", "--site", "alpha.test", "--csv", str(devices), "--prune", "--dry-run")
    assert not LoggedChange.objects.exists()

    said("import_devices", "--site", "alpha.test", "--csv", str(devices), "--prune")
    said("import_people", "--site", "alpha.test", str(persons))

    page = told(as_vera)
    gone = "GONE1234 (asset tag: TAG-9 → nothing, owner user name: ben → nothing)"
    assert f"added: 1 (NEW12345); removed: 1 ({gone})" in page
    assert "added: 1 (zoe); changed: 1 (ben (room: 7 → 8))" in page and "a command" in page


def test_nobody_writes_there(as_anna: Client, as_root: Client, alpha: Site, anna: User) -> None:
    people.person(alpha, "ben", "Ben Berg")
    row = ListedDevice.objects.create(site=alpha, serial_number="F2LX1234ABCD")
    delete(as_anna, f"/admin/enrollment/listeddevice/{row.pk}/")
    change = LoggedChange.objects.get()

    for client in (as_anna, as_root):
        assert client.post(f"{LIST}{change.pk}/change/", {"told": "x"}).status_code == 403
        assert client.post(f"{LIST}{change.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"{LIST}add/").status_code == 403
