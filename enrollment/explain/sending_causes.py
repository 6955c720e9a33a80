"""Causes on the way of an invitation to its person: the message, the PIN, a link that was replaced."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from enrollment.actions.pins import WHY_WRONG_PINS
from enrollment.explain.cause import Cause
from enrollment.explain.invitation_facts import InvitationFacts
from enrollment.explain.timeline import reason_in_words
from enrollment.models import Channel, Delivery, DeliveryState
from enrollment.models.delivery import UNFINISHED

_NAMES: dict[str, str] = {Channel.MAIL: "e-mail", Channel.SMS: "text message"}


def sending_cause(facts: InvitationFacts) -> Cause | None:
    """None: nothing of it is known to stand in their way."""
    found = (_undelivered(facts), _replaced(facts), _wrong_pins(facts), _never_sent(facts))
    return next(filter(None, found), None)


def told(facts: InvitationFacts) -> Iterator[tuple[str, object]]:
    """(label, value) of what became of it, for the help desk; "" and None where there is nothing to tell."""
    row, delivery = facts.invitation, facts.delivery
    yield "Sent to", row.sent_to
    yield "Sent", row.sent_at
    yield "Its address", row.email if row.email != row.sent_to else ""
    if delivery is not None:
        error = f": {delivery.error}" if delivery.error else ""
        when = _when(delivery.done_at or delivery.created_at)
        yield "Latest message", f"{delivery.get_state_display()}{error} ({when}, to {delivery.recipient})"
    if row.pin_encrypted is not None:
        tries = f"; {_number(row.pin_tries, 'wrong try', 'wrong tries')}, {facts.tries_left} left"
        yield "PIN", f"asked for{tries if row.pin_tries else ''}"
    if facts.renewed is not None:
        why = reason_in_words(str(facts.renewed.data.get("why", "")))
        yield "New link", f"{_when(facts.renewed.at)}{f': {why}' if why else ''}"


def _undelivered(facts: InvitationFacts) -> Cause | None:
    delivery = facts.current
    if delivery is None or not facts.nobody_since(delivery.created_at):
        return None
    message, error = f"The {_NAMES[delivery.channel]} to {delivery.recipient}", delivery.error.rstrip(".")
    pins = f" {FIVE_WRONG}, which that message was to bring." if _by_pins(facts) else ""
    if delivery.state == DeliveryState.FAILED:
        return Cause(
            "not_delivered",
            f"{message} was refused{f': {error}' if error else ''}.{pins} Check the address, then send it again.",
            "Our message did not reach you. Which address do you read? I will have it corrected and sent again.",
        )
    if delivery.state == DeliveryState.UNKNOWN:
        return Cause(
            "maybe_delivered",
            f"Nobody knows whether {_lower(message)} arrived{f': {error}' if error else ''}.{pins} It is not sent "
            "again by itself: ask them, then send it again.",
            "Please look whether our message is there, also among unwanted mail. If it is not, it is sent again.",
        )
    if delivery.state == DeliveryState.CANCELLED:
        return Cause(
            "cancelled",
            f"{message} was cancelled before it left.{pins} Send it again.",
            "Our message to you was held back. I will have it sent now.",
        )
    return _waiting(delivery, f"{message} waits to be sent since {_when(delivery.created_at)}", error, pins)


def _waiting(delivery: Delivery, message: str, error: str, pins: str) -> Cause | None:
    if delivery.state not in UNFINISHED:
        return None
    return Cause(
        "waits",
        f"{message}{f'; the server said: {error}' if error else ''}.{pins} It goes out by itself; where many wait, "
        "whoever operates the server looks at the worker.",
        "Our message to you is not on its way yet. It comes by itself; call again if it is not there in an hour.",
    )


FIVE_WRONG = "Five wrong PINs were typed, so it got a new link"


def _by_pins(facts: InvitationFacts) -> bool:
    return facts.dead_link is not None and facts.dead_link.data.get("why") == WHY_WRONG_PINS


def _replaced(facts: InvitationFacts) -> Cause | None:
    event, by_pins = facts.dead_link, _by_pins(facts)
    if event is None:
        return None
    what = f"{FIVE_WRONG if by_pins else 'It got a new link'} on {_when(event.at)}"
    delivery = facts.current
    where = (
        f"The new one was sent to {delivery.recipient}."
        if delivery is not None
        else "The new one was sent to nobody: print it again, or give it to them."
    )
    begins = "A wrong PIN was typed too often" if by_pins else "Your invitation has a new link"
    ends = "Open the link in the newest message" if delivery is not None else "I give you the new link"
    pin = "; I read the PIN out to you" if facts.invitation.pin_encrypted is not None else ""
    return Cause(
        "link_ended_by_pins" if by_pins else "link_replaced",
        f"{what}: the earlier one no longer works. {where}",
        f"{begins}, so the link that you have has ended. {ends}{pin}.",
    )


def _wrong_pins(facts: InvitationFacts) -> Cause | None:
    tries = facts.invitation.pin_tries
    if not tries or facts.invitation.pin_encrypted is None:
        return None
    typed = "A wrong PIN was" if tries == 1 else f"{tries} wrong PINs were"
    return Cause(
        "wrong_pin",
        f"{typed} typed with this link; after {facts.tries_left} more it gets a new one.",
        "The PIN was not the right one. I read the PIN out to you: type it on the page, and tap Start.",
    )


def _never_sent(facts: InvitationFacts) -> Cause | None:
    row = facts.invitation
    if row.sent_at is not None or facts.begun_at is not None or not row.email:
        return None
    return Cause(
        "not_sent",
        f"It was not sent to {row.email} yet. It can be used by whoever got its link in another way.",
        "Your invitation was not sent yet. I will have it sent to you.",
    )


def _when(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _number(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _lower(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"
