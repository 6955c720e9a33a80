"""Drains the outbox: claims what is due, writes it, hands it over, notes what became of it."""

import logging
import re
import traceback
from collections.abc import Callable

from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.heartbeats import OUTBOX, beat
from enrollment.models import Channel, Delivery, DeliveryState
from enrollment.outbox import webhook
from enrollment.outbox.invitation_mail import Unsendable, invitation_mail, invitation_sms
from enrollment.outbox.mail import (
    NOT_BEGUN,
    DjangoMailer,
    NoAnswer,
    Refused,
    ServerDown,
    SmtpMailer,
    TryLater,
    mailer,
)
from enrollment.outbox.sms import sms_backend
from sites_config.secrets import Undecryptable

AT_ONCE = 20
# Of one receiver, before it is anybody else's turn: a mail waits for no more than these.
OF_ONE_RECEIVER = 5
log = logging.getLogger("gatehouse.outbox")


def drain(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Until nothing is due or ``stop`` says so; how many were taken."""
    taken = 0
    with mailer() as mails:
        worker = _Worker(mails)
        while not stop():
            beat(OUTBOX, now=timezone.now())
            outbox.reap(now=timezone.now())
            number = worker.take_turn(stop)
            if not number:
                break
            taken += number
    return taken


class _Worker:
    """``down``: the places that could not be reached, with the reason. They are not asked again in this round: each
    would take its time to fail once more, and hold up what goes elsewhere."""

    def __init__(self, mails: SmtpMailer | DjangoMailer) -> None:
        self.mails = mails
        self.down: dict[str, str] = {}
        self.served = 0  # the webhook whose turn was last

    def take_turn(self, stop: Callable[[], bool]) -> int:
        """What people wait for first, then a few messages of one receiver: how many were taken."""
        mails = outbox.claim(AT_ONCE, now=timezone.now())
        self.work(mails, stop)
        if stop():
            return len(mails)
        told = outbox.claim_webhooks(OF_ONE_RECEIVER, after=self.served, now=timezone.now())
        self.served = told[0].webhook_id or 0 if told else 0
        self.work(told, stop)
        return len(mails) + len(told)

    def work(self, batch: list[Delivery], stop: Callable[[], bool]) -> None:
        for number, delivery in enumerate(batch):
            if stop():
                outbox.give_back(batch[number:])
                return
            if not outbox.keep(delivery, now=timezone.now()):
                continue
            place = f"{delivery.channel} {delivery.webhook_id or ''}"
            if place in self.down:
                _note(outbox.retry, delivery, self.down[place])
                continue
            try:
                self.deliver(delivery)
            except ServerDown as reason:
                self.down[place] = str(reason)
                _note(outbox.retry, delivery, str(reason))

    def deliver(self, delivery: Delivery) -> None:
        """Raises ServerDown."""
        try:
            self.hand_over(delivery)
        except ServerDown:
            raise
        except (Unsendable, Undecryptable, Refused) as reason:
            _note(outbox.failed, delivery, str(reason))
        except TryLater as reason:
            _note(outbox.retry, delivery, str(reason))
        except NoAnswer as reason:
            _note(outbox.unknown, delivery, str(reason))
        except Exception as error:  # a fault of ours must not stop what waits behind it
            # Without the error's own words, which may quote the link.
            log.error("delivery %s\n%s", delivery.pk, "".join(traceback.format_tb(error.__traceback__)))
            _note(_after_fault(delivery), delivery, f"{type(error).__name__}: {error}")
        else:
            if outbox.sent(delivery, now=timezone.now()):
                log.info("delivery %s sent", delivery.pk)

    def hand_over(self, delivery: Delivery) -> None:
        def begin() -> bool:
            return outbox.begin(delivery, now=timezone.now())

        if delivery.channel == Channel.WEBHOOK:
            # It may come twice under its id, so it needs no "sending".
            webhook.post(delivery, now=timezone.now())
        elif delivery.channel == Channel.MAIL:
            self.mails.send(invitation_mail(delivery, now=timezone.now()), begin)
        else:
            text, backend = invitation_sms(delivery, now=timezone.now()), sms_backend()
            if not begin():
                raise TryLater(NOT_BEGUN)
            if backend.send(delivery.recipient, text) is False:
                raise NoAnswer("The SMS backend did not say that it took the message.")


_Noting = Callable[..., bool]
# The other side may quote what it was sent: a spam filter in its refusal, an SMS provider's address in an exception.
_LINK = re.compile(r"(?i)(/|%2f)i\1[\w-]{8,}")


def _after_fault(delivery: Delivery) -> _Noting:
    """Before it began to leave nothing has left."""
    return outbox.unknown if delivery.state == DeliveryState.SENDING else outbox.retry


def _one_line(said: str) -> str:
    """Nobody outside writes lines of the log, nor NUL, which PostgreSQL takes in no text."""
    return " ".join("".join(each if each.isprintable() else " " for each in said).split())


def _note(noting: _Noting, delivery: Delivery, reason: str) -> None:
    told = _LINK.sub("/i/…", _one_line(reason))
    if noting(delivery, told, now=timezone.now()):
        log.warning("delivery %s: %s, %s", delivery.pk, noting.__name__, told)
