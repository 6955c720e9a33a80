"""More messages than a site may order in a day: what fits leaves today, the rest with one act tomorrow."""

import io
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from enrollment.actions.invitation_sending import send
from enrollment.admin import bulk
from enrollment.models import Delivery, Invitation
from sites_config.models import User
from tests import people
from tests.admin.world import logged_in
from tests.invitations.test_desk import LIST, act
from tests.moved_clock import Clock

pytestmark = pytest.mark.django_db
FILE = "email\n" + "".join(f"p{each}@school.example\n" for each in range(5))


def invited(site: Site, number: int) -> list[Invitation]:
    return [people.invite(site, email=f"p{each}@school.example")[0] for each in range(number)]


def recipients() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("recipient", flat=True))


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command("invite", "--site", "alpha.test", *arguments, stdout=out)
    return out.getvalue()


def test_the_list_sends_what_fits_and_tomorrow_the_rest(
    as_anna: Client, anna: User, alpha: Site, clock: Clock
) -> None:
    people.configure(alpha, messages_per_day=3)
    rows = invited(alpha, 5)

    text = act(as_anna, "send_selected", *reversed(rows)).content.decode()

    assert (
        "3 invitations on the way" in text
        and "2 left over: the site may order no more messages today" in text
    )
    assert "stand in the list under the state “Created”" in text
    assert recipients() == [f"p{each}@school.example" for each in range(3)], "the oldest first"
    assert "none is left today" in act(as_anna, "send_selected", *rows[3:]).content.decode()
    clock.forward(hours=24)
    as_anna = logged_in(anna, alpha)
    unsent = as_anna.get(LIST, {"state": "created"}).context["cl"].result_list
    assert {row.pk for row in unsent} == {row.pk for row in rows[3:]}
    assert "2 invitations on the way" in act(as_anna, "send_selected", *unsent).content.decode()
    assert len(recipients()) == 5


def test_of_more_than_a_page_may_change_the_oldest_are_sent(
    as_anna: Client, alpha: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 3)
    rows = invited(alpha, 5)

    text = act(as_anna, "send_selected", *rows, select_across="1").content.decode()

    assert "3 invitations on the way" in text
    assert "3 at most at a time" in act(as_anna, "revoke_selected", *rows, select_across="1").content.decode()
    assert not Invitation.objects.filter(revoked_at__isnull=False).exists()


def test_the_command_sends_what_fits_and_says_how_to_go_on(alpha: Site, tmp_path: Path, clock: Clock) -> None:
    people.configure(alpha, messages_per_day=3)
    file = tmp_path / "people.csv"
    file.write_text(FILE)

    said = call("--csv", str(file), "--send")

    assert "5 made, 0 skipped\n3 queued to be sent\n2 left over" in said
    assert "Tomorrow: manage.py invite --site alpha.test --send-unsent" in said
    with pytest.raises(CommandError, match="none is left today"):
        call("--send-unsent")
    assert call("--send-unsent", "--dry-run") == "2 wait to be sent\n"
    clock.forward(hours=24)
    assert call("--send-unsent") == "2 queued to be sent\n"
    assert recipients() == [f"p{each}@school.example" for each in range(5)]
    assert call("--send-unsent") == "0 wait to be sent\n"


def test_unsent_is_what_was_never_ordered_and_can_be_used(alpha: Site, beta: Site) -> None:
    fresh, sent, over, without, elsewhere = (
        people.invite(alpha, email="fresh@school.example")[0],
        people.invite(alpha, email="sent@school.example")[0],
        people.invite(alpha, email="over@school.example", expires_at=timezone.now())[0],
        people.invite(alpha, email="")[0],
        people.invite(beta, email="beta@school.example")[0],
    )
    send([sent], actor=None, now=timezone.now())

    assert call("--send-unsent") == "1 queued to be sent\n"

    assert recipients() == ["sent@school.example", fresh.email]
    assert not Delivery.objects.filter(invitation__in=[over, without, elsewhere]).exists()
