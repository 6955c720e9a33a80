"""Doing things in the same moment: tabs of one Safari, clicks of one finger, phones of many people."""

import copy
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.iphone import IPhone
from tests.phone.answers import Answers, reply_to
from tests.phone.page import Page
from tests.phone.safari import Safari

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What each returned; the first exception of any is raised."""
    barrier = threading.Barrier(len(calls))

    def wait_and(call: Callable[[], T]) -> T:
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(wait_and, calls))


def tab(safari: Safari) -> Safari:
    """The same page and the same cookies in another tab."""
    other = copy.copy(safari)
    other.cookies, other.downloads = copy.deepcopy(safari.cookies), []
    return other


def tap(safari: Safari, answers: Answers) -> Page:
    """Fill in the page's form that posts and press its button; the page then on screen."""
    if answers:
        reply = reply_to(safari.here, answers)
        return safari.submit(reply.form, reply.values, reply.button)
    return safari.submit(next(form for form in safari.here.main_forms if form.method == "POST"))


def double_click(phone: IPhone, answers: Answers | None = None, times: int = 2) -> list[Page]:
    """The page's button, so fast that every click goes out before any is answered. Safari shows the last."""
    tabs = [tab(phone.safari) for _ in range(times)]
    pages = at_once([lambda each=each: tap(each, answers or {}) for each in tabs])  # type: ignore[misc]
    phone.safari.cookies, phone.safari.page = tabs[-1].cookies, tabs[-1].page
    phone.safari.downloads += tabs[-1].downloads
    return pages


def same_place(pages: Sequence[Page]) -> str:
    """The one path that every page has, none of them an error."""
    assert {page.status for page in pages} == {200}, [page.describe() for page in pages]
    (path,) = {page.path for page in pages}
    return path
