"""Debian's Chromium, driven by selenium."""

import shutil
import time
from collections.abc import Callable

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


class Browser:
    """A browser of its own, without a window; ends with the `with` block."""

    def __init__(self) -> None:
        options = Options()
        options.binary_location = CHROMIUM
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.driver.set_script_timeout(20)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    def emulate(self, width: int = 1280, height: int = 900, scale: float = 1, **media: str) -> None:
        """A screen, and what its owner prefers: `prefers_color_scheme="dark"`, `prefers_reduced_motion="reduce"`."""
        screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def open(self, address: str) -> None:
        """Opens a page and waits until updates flow."""
        self.driver.get(address)
        self.wait(lambda: self.script("return window.dormouse?.pictures > 3"), "the picture moves")

    def script(self, text: str, *arguments: object):
        return self.driver.execute_script(text, *arguments)

    def element(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def text(self, name: str) -> str:
        return self.script("return document.getElementById(arguments[0]).textContent", name)

    def detections(self) -> list[str]:
        """Labels that the page lists, newest first."""
        return self.script("return [...document.querySelectorAll('#detections strong')].map((one) => one.textContent)")

    def wait(self, condition: Callable[[], object], what: str, seconds: float = 15) -> None:
        """Until a condition holds; fails with what was waited for."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
            time.sleep(0.1)

    def complaints(self) -> list[str]:
        """Errors on the console since the last call: of the script, or breaches of the page's policy."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
