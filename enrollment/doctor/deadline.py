"""Several things asked at once over the network, each with a deadline that holds whatever hangs: a name server, a
library, somebody who sends a byte a second."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from enrollment.doctor.finding import Finding, State
from sites_config.batches import batches

AT_ONCE = 4  # as directories/outbound.py lets through
Call = Callable[[], Finding]
_Answer = queue.SimpleQueue[Finding]


def within(seconds: float, calls: Sequence[tuple[str, Call]]) -> Iterator[Finding]:
    """What each (subject, call) finds, in their order. A call must not ask the database: it runs in another thread."""
    for some in batches(calls, AT_ONCE):
        started = [(subject, _started(subject, call)) for subject, call in some]
        deadline = time.monotonic() + seconds
        for subject, answer in started:
            yield _taken(subject, answer, deadline, seconds)


def _started(subject: str, call: Call) -> _Answer:
    answer = _Answer()

    def run() -> None:
        try:
            answer.put(call())
        except Exception as error:
            answer.put(stopped(error, subject))

    # A daemon: what hangs must not hold up the end of the command.
    threading.Thread(target=run, daemon=True).start()
    return answer


def _taken(subject: str, answer: _Answer, deadline: float, seconds: float) -> Finding:
    try:
        return answer.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        text = f"no answer within {seconds:g} seconds"
        return Finding(State.FAILED, text, subject, "look at the name server and the network between")


def stopped(error: Exception, subject: str = "") -> Finding:
    """A check that raised. Only a kind of error and a place: the text of an unknown error may hold a secret."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_name}, line {place.tb_lineno}" if place else ""
    text = f"the check itself stopped: {type(error).__name__}{where}"
    return Finding(State.FAILED, text, subject, "report this as a fault of Gatehouse")
