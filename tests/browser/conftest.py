"""Both engines and the screen that WebKit draws on; a missing program fails, nothing is skipped."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.browser import DESK, IPHONE, Browser, Look
from tests.browser.chromium import Chromium, chromium
from tests.browser.screen import x_screen
from tests.browser.webkit import webkit
from tests.live import TestAuthority

# A browser that dies says nothing about the pages: once more then, and only then. One that dies twice is a failure.
ONCE_MORE = pytest.mark.flaky(reruns=1, only_rerun=["BrowserDied", "InvalidSessionIdException"])

# Opens a browser, "webkit" or "chromium", that is closed when the test ends.
Browse = Callable[[str, Look], Browser]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(ONCE_MORE)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    with x_screen() as number:
        yield number


@pytest.fixture
def browse(display: str, tls: TestAuthority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browse]:
    with ExitStack() as opened:

        def open_one(engine: str, look: Look = IPHONE) -> Browser:
            folder = tmp_path_factory.mktemp(engine)
            browser: Browser
            if engine == "webkit":
                browser = webkit(look, folder, display=display, certificate=tls.certificate_file)
            else:
                browser = chromium(look, folder, certificate=tls.certificate_file)
            opened.callback(browser.close)
            return browser

        yield open_one


@pytest.fixture(scope="module")
def shared(tls: TestAuthority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Chromium]]:
    """One Chromium for the desk of every test in a file: starting one takes longer than most of what it is for."""
    opened: list[Chromium] = []

    def forgetful() -> Chromium:
        if not opened or not opened[-1].lives:
            opened.append(chromium(DESK, tmp_path_factory.mktemp("desk"), certificate=tls.certificate_file))
        opened[-1].forget()
        return opened[-1]

    yield forgetful
    for each in opened:
        each.close()


@pytest.fixture(params=["webkit", "chromium"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
