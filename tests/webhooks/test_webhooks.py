"""Webhooks: another program is told what happened, can tell that it is true, and misses nothing while it is away."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.actions import outbox
from enrollment.actions.endings import cancel
from enrollment.actions.webhooks import new_secret, secret_in_words
from enrollment.models import Delivery, Enrollment, Webhook, WebhookEvent
from enrollment.outbox.worker import drain
from sites_config.models import Privilege, SitePrivilege
from tests import people
from tests.admin.world import logged_in
from tests.conftest import MakePhone
from tests.live import LiveServer, TestAuthority
from tests.moved_clock import Clock, clock
from tests.visitor import Visitor
from tests.webhooks.receiver import Receiver, documented, documented_receiver

__all__ = ["clock"]
pytestmark = pytest.mark.django_db(transaction=True)
ADD = "/admin/enrollment/webhook/add/"
LIST = "/admin/enrollment/delivery/"


@pytest.fixture
def receiver(tls: TestAuthority, settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    made = Receiver(tls)
    yield made
    made.stop()


def hook(site: Site, receiver: Receiver, **columns: object) -> Webhook:
    given = {"events": WebhookEvent.values, "url": receiver.url, "name": "Inventory"} | columns
    row = Webhook.objects.create(site=site, secret_encrypted=new_secret(), **given)
    receiver.secret = secret_in_words(row)
    return row


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_a_whole_enrollment_is_told_in_order(
    alpha: Site, receiver: Receiver, live: LiveServer, phone: MakePhone
) -> None:
    hook(alpha, receiver)
    row, token = people.invite(
        alpha, name="Grade 4", assigned_user_name="ana", assigned_full_name="Ana Alvarez"
    )
    iphone = phone(udid="00008101-000A1B2C3D4E001E", serial="F2LX1234ABCD")

    iphone.enroll(live.url(path=f"/i/{token}"))
    iphone.management.check_out()
    drain()

    assert receiver.refused == []
    assert receiver.types() == [
        "enrollment.started", "invitation.used", "enrollment.completed", "device.checked_out",
    ]  # fmt: skip
    told = receiver.messages[2][1]
    assert told["data"]["device"]["serial_number"] == "F2LX1234ABCD"
    assert told["data"]["device"]["udid"] == "00008101-000A1B2C3D4E001E"
    assert told["data"]["person"] == {"user_name": "ana", "full_name": "Ana Alvarez"}
    assert told["data"]["invitation"] == {"id": row.pk, "name": "Grade 4"}
    assert _shape(told) == _shape(json.loads(documented("json"))), "as the document shows it"
    assert token not in str(receiver.messages)


def _shape(value: object) -> object:
    return {name: _shape(each) for name, each in value.items()} if isinstance(value, dict) else type(value)


def test_what_failed_says_why(alpha: Site, receiver: Receiver) -> None:
    hook(alpha, receiver, events=[WebhookEvent.FAILED])
    _row, token = people.invite(alpha)
    Visitor().start(token)

    cancel(Enrollment.objects.get(), actor=None, now=Enrollment.objects.get().started_at)
    drain()

    ((_id, told),) = receiver.messages
    assert told["type"] == "enrollment.failed"
    assert (
        told["data"]["enrollment"]["status"] == "expired"
        and told["data"]["enrollment"]["reason"] == "cancelled"
    )


def test_the_docs_receiver_refuses_what_was_changed_or_kept(alpha: Site, receiver: Receiver) -> None:
    row = hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha)[1])
    drain()
    headers, body = receiver.last
    received, secret = documented_receiver(), secret_in_words(row)

    assert received(headers, body, secret)["type"] == "enrollment.started"
    for change in (
        {"body": body.replace(b"started", b"stopped")},
        {"headers": headers | {"webhook-id": "msg_other"}},
        {"headers": headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}},
        {"headers": headers | {"webhook-signature": "v1,AAAA v1a,BBBB"}},
        {"secret": secret_in_words(Webhook(secret_encrypted=new_secret()))},
    ):
        with pytest.raises(ValueError, match=r"too old|signature"):
            received(**({"headers": headers, "body": body, "secret": secret} | change))


def test_a_receiver_that_was_away_hears_it_later_under_the_same_id(
    alpha: Site, receiver: Receiver, clock: Clock
) -> None:
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha)[1])
    receiver.says = 503
    drain()
    assert states() == ["waiting"] and Delivery.objects.get().error == "It answered 503."

    receiver.says = 204
    clock.forward(minutes=1)
    drain()

    ids = {each for each, _message in receiver.messages}
    assert states() == ["sent"] and len(receiver.messages) == 2 and len(ids) == 1


@pytest.mark.parametrize(
    ("says", "state"), [(410, "failed"), (302, "waiting"), (404, "waiting"), (200, "sent")]
)
def test_what_each_answer_means(alpha: Site, receiver: Receiver, says: int, state: str) -> None:
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha)[1])
    receiver.says = says
    drain()

    assert states() == [state]


def test_the_key_in_an_address_is_in_no_log_and_no_delivery(
    alpha: Site, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    hook(
        alpha, receiver, events=[WebhookEvent.STARTED], url="https://127.0.0.1:1/services/key-4711?k=key-4711"
    )
    Visitor().start(people.invite(alpha)[1])
    with caplog.at_level(logging.INFO, "gatehouse"):
        drain()

    row = Delivery.objects.get()
    assert row.recipient == "https://127.0.0.1:1" and "refused" in row.error.lower()
    assert "key-4711" not in caplog.text + row.error


def test_one_that_is_down_holds_up_nobody_else(alpha: Site, receiver: Receiver) -> None:
    hook(alpha, receiver, events=[WebhookEvent.STARTED], name="Down", url="https://127.0.0.1:1/")
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    for _each in range(3):
        Visitor().start(people.invite(alpha)[1])
    drain()

    assert states() == ["waiting", "sent"] * 3 and len(receiver.messages) == 3


def test_a_private_network_needs_the_operators_word(
    alpha: Site, receiver: Receiver, settings: Settings
) -> None:
    settings.PRIVATE_NETWORKS = ()
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha)[1])
    drain()

    assert states() == ["waiting"] and "GATEHOUSE_PRIVATE_NETWORKS" in Delivery.objects.get().error
    assert receiver.messages == []


def test_a_districts_hook_hears_of_its_schools_and_of_nobody_elses(
    alpha: Site, beta: Site, receiver: Receiver
) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(school)[1])
    Visitor("beta.test").start(people.invite(beta)[1])
    drain()

    assert [message["data"]["site"]["name"] for _id, message in receiver.messages] == ["North School"]


def test_without_a_hook_nothing_is_queued(alpha: Site, receiver: Receiver) -> None:
    hook(alpha, receiver, enabled=False)
    hook(alpha, receiver, name="Other", events=[WebhookEvent.CHECKED_OUT])
    Visitor().start(people.invite(alpha)[1])

    assert not Delivery.objects.exists()


def test_one_removed_before_it_left_is_told_nothing(alpha: Site, receiver: Receiver) -> None:
    row = hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha)[1])
    row.delete()
    drain()

    assert states() == ["failed"] and receiver.messages == []


# --- in admin ---------------------------------------------------------------------------------------------------------


def administrator(site: Site) -> Client:
    anna = people.staff("anna", "Anna", (site, Privilege.ADMINISTER_SITE), is_staff=True)
    return logged_in(anna, site)


def added(client: Client, site: Site, url: str) -> Any:
    data = {
        "site": site.pk,
        "name": "Inventory",
        "url": url,
        "events": ["enrollment.completed"],
        "enabled": "on",
    }
    return client.post(ADD, data)


def test_made_in_admin_tried_there_and_its_secret_shown_on_request(alpha: Site, receiver: Receiver) -> None:
    client = administrator(alpha)
    added(client, alpha, receiver.url)
    row = Webhook.objects.get()
    page, receiver.secret = f"/admin/enrollment/webhook/{row.pk}", secret_in_words(row)

    assert row.events == ["enrollment.completed"]
    assert receiver.secret not in client.get(f"{page}/change/").content.decode()
    assert receiver.secret in client.post(f"{page}/press/show_secret/").content.decode()
    assert "It answered 204." in client.post(f"{page}/press/test/", follow=True).content.decode()
    assert receiver.types() == ["test"]
    client.post(f"{page}/press/renew_secret/")
    client.post(f"{page}/press/test/")
    assert receiver.refused == ["the signature is wrong"]


@pytest.mark.parametrize(
    "url",
    [
        "http://inventory.example/",
        "ftp://x",
        "https://",
        "javascript:alert(1)",
        "https://a:b@inventory.example/",
    ],
)
def test_only_https_is_taken(alpha: Site, url: str) -> None:
    answer = added(administrator(alpha), alpha, url)

    assert answer.status_code == 200 and not Webhook.objects.exists()


def test_a_report_that_the_worker_has_is_not_said_to_be_cancelled(
    alpha: Site, receiver: Receiver, clock: Clock
) -> None:
    """It leaves without saying so before."""
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha)[1])
    client = administrator(alpha)
    (taken,) = outbox.claim_webhooks(1, after=0, now=clock.time)
    page = f"{LIST}{taken.pk}"

    assert "press/cancel" not in client.get(f"{page}/change/").content.decode()
    client.post(LIST, {"action": "cancel_selected", "_selected_action": [taken.pk]})
    assert states() == ["leased"]
    outbox.give_back([taken])
    client.post(f"{page}/press/cancel/")
    assert states() == ["cancelled"]


def test_who_manages_invitations_reads_and_repeats_no_reports(alpha: Site, receiver: Receiver) -> None:
    hook(alpha, receiver, events=[WebhookEvent.STARTED])
    Visitor().start(people.invite(alpha, assigned_full_name="Ana Alvarez")[1])
    row = Delivery.objects.get()
    mona = people.staff("mona", "Mona", (alpha, Privilege.MANAGE_INVITATIONS), is_staff=True)
    client, page = logged_in(mona, alpha), f"/admin/enrollment/delivery/{row.pk}"

    assert "127.0.0.1" not in client.get(LIST).content.decode()
    assert client.get(f"{page}/change/").status_code == 404
    assert client.post(f"{page}/press/cancel/").status_code == 404
    client.post(LIST, {"action": "cancel_selected", "_selected_action": [row.pk]})
    SitePrivilege.objects.create(user=mona, site=alpha, privilege=Privilege.VIEW_SITE)
    assert client.get(f"{page}/change/").status_code == 200
    assert client.post(f"{page}/press/cancel/").status_code == 403
    client.post(LIST, {"action": "cancel_selected", "_selected_action": [row.pk]})
    assert states() == ["waiting"]
