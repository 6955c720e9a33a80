"""WebKitGTK, the engine of Safari, in the small browser of minisafari.py."""

import json
import os
import signal
import warnings
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService

from tests.browser.browser import (
    DRIVER_LOG,
    EARLY_SCRIPT,
    HERE,
    Browser,
    Look,
    environment,
    over_network,
    require,
)

WEBKIT_DRIVER = Path("/usr/bin/WebKitWebDriver")


class WebKit(Browser):
    def leave(self) -> None:
        """The person goes to Settings: the page is hidden, its timers are slowed."""
        os.kill(self.process_id, signal.SIGUSR1)

    def come_back(self) -> None:
        os.kill(self.process_id, signal.SIGUSR2)

    @property
    def process_id(self) -> int:
        return int((self.folder / "pid").read_text())

    def _events(self, kind: str) -> list[dict[str, Any]]:
        log = self.folder / "events.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        return [event for event in map(json.loads, lines) if event["kind"] == kind]

    def downloads(self) -> list[Path]:
        finished = {event["url"] for event in self._events("downloaded")}
        return [Path(event["path"]) for event in self._events("download") if event["url"] in finished]

    def loaded(self) -> list[str]:
        return [event["url"] for event in self._events("load") if over_network(event["url"])]


def webkit(look: Look, folder: Path, *, display: str, certificate: Path) -> WebKit:
    """``folder`` takes downloads and log. ``certificate``: PEM of the server, the only one accepted."""
    require(WEBKIT_DRIVER, "webkit2gtk-driver")
    options = WebKitOptions()
    options.binary_location = str(HERE / "minisafari.py")
    options.set_capability("browserName", "MiniSafari")
    for argument in _webkit_arguments(look, folder, certificate):
        options.add_argument(argument)
    variables = environment() | {"DISPLAY": display, "GDK_SCALE": str(look.fineness), "NO_AT_BRIDGE": "1"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # selenium's WebKitGTK calls selenium's old way
        log = str(folder / DRIVER_LOG)
        service = WebKitService(str(WEBKIT_DRIVER), log_output=log, env=variables)
        driver = webdriver.WebKitGTK(options=options, service=service)
    driver.set_window_rect(0, 0, look.width, look.height)
    return WebKit(driver, folder, look, "webkit")


def _webkit_arguments(look: Look, folder: Path, certificate: Path) -> list[str]:
    arguments = [
        "--automation",
        f"--folder={folder}",
        f"--certificate={certificate}",
        f"--early-script={EARLY_SCRIPT}",
        f"--user-agent={look.user_agent}",
        f"--language={look.language}",
        f"--width={look.width}",
        f"--height={look.height}",
        f"--text-zoom={look.text_zoom}",
    ]
    return arguments + ["--dark"] * look.dark + ["--no-scripts"] * (not look.scripts)
