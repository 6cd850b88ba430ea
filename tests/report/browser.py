"""Debian's chromium without a head, and what it had to say of a page."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,900",
)


@contextmanager
def chromium(folder: Path) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own in `folder`; skips the test where there is none."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("needs chromium and chromedriver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield started
    finally:
        started.quit()


def opened(browser: webdriver.Chrome, path: Path, profile: str) -> None:
    """Open a report and wait until `profile` is drawn; what earlier pages logged is forgotten."""
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(path.as_uri())
    drawn(browser, profile)


def drawn(browser: webdriver.Chrome, profile: str) -> None:
    """Wait until the page says that it shows `profile`."""
    WebDriverWait(browser, 60).until(lambda page: page.execute_script("return document.body.dataset.ready") == profile)


def complaints(browser: webdriver.Chrome) -> list[str]:
    """What the console got, at any level."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser: webdriver.Chrome) -> list[str]:
    """Addresses that the page asked for."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


def chart(browser: webdriver.Chrome, expression: str) -> Any:
    """Evaluate `expression` of `chart`, the main one."""
    return browser.execute_script(f"const chart = document.getElementById('chart'); return {expression};")


def colours(browser: webdriver.Chrome, picture: str) -> int:
    """How many there are in a picture, which is PNG in base64."""
    counted = browser.execute_async_script(
        """const [picture, done] = arguments, image = new Image();
        image.onload = () => {
          const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
          [canvas.width, canvas.height] = [image.width, image.height];
          pen.drawImage(image, 0, 0);
          done(new Set(new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer)).size);
        };
        image.src = "data:image/png;base64," + picture;""",
        picture,
    )
    return int(counted)
