"""Chromium, headless, with a phone's size and touch."""

import base64
import json
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from PIL import Image, ImageChops
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options as ChromiumOptions
from selenium.webdriver.chrome.service import Service as ChromiumService
from urllib3.exceptions import HTTPError

from tests.browser.browser import (
    DRIVER_LOG,
    EARLY_SCRIPT,
    SCREENSHOTS,
    Browser,
    Look,
    environment,
    over_network,
    require,
)

PICTURES = SCREENSHOTS.parent / "pictures"
COLORS, MARGIN = 128, 24
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_DRIVER = Path("/usr/bin/chromedriver")


class Chromium(Browser):
    # The driver hands each log entry out once.
    _requests: tuple[str, ...] = ()

    def press(self, css: str = "main .btn") -> None:
        if self.look.scripts:
            super().press(css)
        else:
            self._tap(css)

    def _tap(self, css: str) -> None:
        """By touch at the element's middle: the driver's own click never ends where scripts are off."""
        root = self._devtools("DOM.getDocument")["root"]["nodeId"]
        node = self._devtools("DOM.querySelector", nodeId=root, selector=css)
        self._devtools("DOM.scrollIntoViewIfNeeded", **node)
        corners = self._devtools("DOM.getBoxModel", **node)["model"]["border"]
        point = {"x": sum(corners[0::2]) / 4, "y": sum(corners[1::2]) / 4}
        self._devtools("Input.dispatchTouchEvent", type="touchStart", touchPoints=[point])
        self._devtools("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def _devtools(self, command: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, arguments)
        return answer

    def screenshot(self, name: str, whole: str = "") -> Path:
        """With ``whole`` of this element, however far it reaches below the window."""
        if not whole:
            return super().screenshot(name)
        found = self.run(
            f"return JSON.parse(JSON.stringify(document.querySelector('{whole}').getBoundingClientRect()))"
        )
        clip = {side: found[side] for side in ("x", "y", "width", "height")} | {"scale": 0.5}
        shot = self._devtools("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path = SCREENSHOTS / f"{self.name}-{name}.png"
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    @property
    def lives(self) -> bool:
        try:
            return bool(self.driver.window_handles)
        except (WebDriverException, HTTPError):  # the browser, or the driver itself
            return False

    def forget(self) -> None:
        """Who was logged in, and how large the window was made."""
        self._devtools("Network.clearBrowserCookies")
        self._devtools("Emulation.clearDeviceMetricsOverride")
        self.driver.set_window_rect(0, 0, self.look.width, self.look.height)

    def picture(self, name: str, whole: str) -> None:
        """``var/pictures/<name>.png``, as small as a guide wants it: without what is blank below, in few colors."""
        self.run("document.activeElement.blur()")
        shot = self.screenshot(name, whole=whole)
        PICTURES.mkdir(parents=True, exist_ok=True)
        with Image.open(shot) as image:
            page = image.convert("RGB")
        blank = Image.new("RGB", page.size, page.getpixel((0, page.height - 1)))
        box = ImageChops.difference(page, blank).getbbox() or (0, 0, *page.size)
        page = page.crop((0, 0, page.width, min(page.height, box[3] + MARGIN)))
        few = page.quantize(COLORS, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)

    def downloads(self) -> list[Path]:
        return sorted(each for each in self.folder.iterdir() if each.suffix in (".mobileconfig", ".csv"))

    def loaded(self) -> list[str]:
        entries = self.driver.get_log("performance")  # type: ignore[attr-defined]
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
        urls = [str(message["params"]["request"]["url"]) for message in sent]
        self._requests += tuple(filter(over_network, urls))
        return list(self._requests)


def chromium(look: Look, folder: Path, *, certificate: Path) -> Chromium:
    """Like ``webkit``, without a screen and without ``text_zoom``."""
    require(CHROMIUM, "chromium")
    require(CHROMIUM_DRIVER, "chromium-driver")
    service = ChromiumService(str(CHROMIUM_DRIVER), log_output=str(folder / DRIVER_LOG), env=environment())
    driver = webdriver.Chrome(options=_chromium_options(look, folder, certificate), service=service)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
    early = {"source": EARLY_SCRIPT.read_text()}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", early)
    # The page's scripts alone: the driver's own go on.
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not look.scripts})
    return Chromium(driver, folder, look, "chromium")


def _chromium_options(look: Look, folder: Path, certificate: Path) -> ChromiumOptions:
    options = ChromiumOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",  # a container's root has no sandbox to drop into
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--user-data-dir={folder / 'chromium'}",
        f"--ignore-certificate-errors-spki-list={_key_hash(certificate)}",
    ):
        options.add_argument(argument)
    preferences = {
        "download.default_directory": str(folder),
        "intl.accept_languages": look.language,
    }
    metrics = {"width": look.width, "height": look.height, "pixelRatio": 2.0, "touch": True, "mobile": True}
    options.add_experimental_option("prefs", preferences)
    options.add_experimental_option(
        "mobileEmulation", {"deviceMetrics": metrics, "userAgent": look.user_agent}
    )
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    return options


def _key_hash(certificate: Path) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, as Chromium's switch wants it."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(info)
    return base64.b64encode(digest.finalize()).decode()
