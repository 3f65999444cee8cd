"""The account holder's page in a real browser: nothing is asked of any net, and axe-core finds nothing."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from tests.report.accesses import hostile

from fourcorners.model.errors import BadInput
from fourcorners.report import account_page
from fourcorners.report import failed_page
from fourcorners.report.words import LANGUAGES

AXE = Path(__file__).parents[2] / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("NOT CHECKED: the page in a browser, for want of chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    running = webdriver.Chrome(options, Service(driver))
    yield running
    running.quit()


class Listener:
    """Counts whoever connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/x"
        self.connections = 0
        self._open = True
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while self._open:
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._open = False
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    running = Listener()
    yield running
    running.close()


def requested(browser: webdriver.Chrome, path: Path) -> list[str]:
    """Every address that the page asks for."""
    browser.get("about:blank")
    _log(browser)  # what came before
    browser.get(path.as_uri())
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    sent = [entry["params"] for entry in _log(browser) if entry["method"] == "Network.requestWillBeSent"]
    return [entry["request"]["url"] for entry in sent]


def _log(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = browser.get_log("performance")  # type: ignore[no-untyped-call]
    return [json.loads(entry["message"])["message"] for entry in entries]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing(
    language: str, browser: webdriver.Chrome, listener: Listener, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(account_page.to_html(hostile(listener.address), language))
    assert requested(browser, page) == [page.as_uri()]
    assert listener.connections == 0


def test_a_page_that_asked_would_be_seen(browser: webdriver.Chrome, listener: Listener, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<html><body><img src="{listener.address}" alt=""></body></html>')
    assert listener.address in requested(browser, page)
    assert listener.connections > 0


FAILED = BadInput("TRUNCATED", f"<b>{'x' * 300}", where="a & b", next_step="</pre><script>alert(1)</script>")
PAGES = {
    "found": lambda language: account_page.to_html(hostile(), language),
    "failed": lambda language: failed_page.to_html(
        BadInput("TRUNCATED", f"<b>{'x' * 300}", where="a & b", next_step="</pre><script>alert(1)</script>"),
        language,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    name: str, language: str, width: int, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    if not AXE.is_file():
        pytest.skip("NOT CHECKED: accessibility of the page, for want of axe-core (`make test` fetches it)")
    page = tmp_path / "page.html"
    page.write_bytes(PAGES[name](language))
    browser.set_window_size(width, 900)
    browser.get(page.as_uri())
    browser.execute_script(AXE.read_text("utf-8"))
    found: dict[str, Any] = browser.execute_async_script("axe.run().then(arguments[0])")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert len(found["passes"]) > 10
    unsure = {each["id"] for each in found["incomplete"]}
    assert unsure <= {"color-contrast"}, unsure
    overflow = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


def test_boxes_can_be_marked_without_a_script(browser: webdriver.Chrome, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(account_page.to_html(hostile(), "en"))
    browser.get(page.as_uri())
    label = browser.find_element(By.XPATH, "//article[2]//label[contains(., 'I do not')]")
    box = label.find_element(By.TAG_NAME, "input")
    assert not box.is_selected()
    label.click()
    assert box.is_selected()
