"""The console as an officer meets it: a real process, a real Chromium, a desk and a phone."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.pipelines.console.office import PASSWORD, TestOffice, make_office, wait

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=zh-CN",
)
_SMALL_TARGETS = """
    return [...document.querySelectorAll('a, button, summary, select, textarea, input')]
        .filter(e => e.offsetParent && e.type !== 'hidden' && !e.closest('p, dd'))
        .filter(e => e.getBoundingClientRect().height < 44)
        .map(e => e.outerHTML.slice(0, 120));
"""
SHOTS = Path(os.environ.get("SCREENSHOTS", "screenshots"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestOffice]:
    """`shengyuan console` as a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    office = make_office(tmp_path_factory.mktemp("browser"), port, datetime.now(UTC))
    command = [sys.executable, "-m", "pipelines.cli", "console", "--config", str(office.path)]
    said = office.path.with_name("console.stderr")
    with said.open("wb") as file:
        process = subprocess.Popen(command, stderr=file)
    try:
        _await(f"{office.config.console.url}/healthz", process, said)
        yield office
    finally:
        process.terminate()
        process.wait(20)


def _await(url: str, process: "subprocess.Popen[bytes]", said: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(said.read_text("utf-8"))
        try:
            with urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


@contextmanager
def chromium(profile: Path, width: int, height: int) -> Iterator[Any]:
    """A fresh browser with a window of this size."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        message = "没有安装 chromium 和 chromium-driver（apt-get install chromium chromium-driver）"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    try:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield browser
    finally:
        browser.quit()


def until(browser: Any, holds: Callable[[Any], Any]) -> None:
    """Wait for what a click brings; the page it replaces may vanish while it is read."""
    passing = (NoSuchElementException, StaleElementReferenceException)
    WebDriverWait(browser, 20, ignored_exceptions=passing).until(holds)


def log_in(browser: Any, office: TestOffice, username: str) -> None:
    browser.find_element(By.NAME, "username").send_keys(username)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "form button.main").click()
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".top nav"))


def look(browser: Any, name: str) -> None:
    """Keep a picture; nothing scrolls sideways, every target fits a thumb, no script complains."""
    width = browser.execute_script("return window.innerWidth")
    SHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(SHOTS / f"{name}-{width}.png"))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script(_SMALL_TARGETS) == []
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert not [text for text in complaints if "favicon" not in text], complaints


def test_at_night_on_a_phone_and_next_morning_at_the_desk(
    running: TestOffice, tmp_path: Path
) -> None:
    from alerts.ledger.models import Incident, SignalRow

    incident = SignalRow.objects.get(post="p-child").incident
    assert incident is not None
    alert = incident.alerts.get()
    url = running.config.console.url

    with chromium(tmp_path / "phone", 360, 740) as browser:
        browser.get(f"{url}/alerts/{alert.id}")
        look(browser, "log-in")
        log_in(browser, running, "zhiban")
        assert browser.current_url == f"{url}/alerts/{alert.id}"
        look(browser, "alert")
        assert Incident.objects.get(id=incident.id).state == "待签收"
        button = browser.find_element(By.CSS_SELECTOR, "button.big")
        assert button.rect["y"] + button.rect["height"] <= 740, "签收按钮不在第一屏"
        button.click()
        until(browser, lambda b: "已签收" in b.find_element(By.CSS_SELECTOR, ".notes").text)
        look(browser, "acknowledged")
        for path in ("", "search?q=女童", "review", "times", "sources", "messages", "password"):
            browser.get(f"{url}/{path}")
            look(browser, path.partition("?")[0] or "inbox")

    after = Incident.objects.get(id=incident.id)
    assert (after.state, after.acknowledged_by) == ("已签收", "值班员（zhiban）")

    with chromium(tmp_path / "desk", 1280, 800) as browser:
        browser.get(url)
        log_in(browser, running, "daiban")
        look(browser, "inbox")
        assert browser.title.startswith("(2) 预警")
        browser.get(f"{url}/incidents/{incident.id}")
        look(browser, "incident")
        # The next step lies open: nobody has to guess that a heading can be pressed.
        browser.find_element(By.NAME, "assess-note").send_keys("电话核实，情况属实")
        browser.find_element(By.XPATH, "//button[. = '确认研判']").click()
        until(
            browser, lambda b: "电话核实，情况属实" in b.find_element(By.CSS_SELECTOR, ".log").text
        )
        for path in ("search?q=女童", "review", "times", "sources", "messages"):
            browser.get(f"{url}/{path}")
            look(browser, path.partition("?")[0])


def test_the_inbox_shows_a_new_alert_by_itself_and_its_clocks_run(
    running: TestOffice, tmp_path: Path
) -> None:
    from alerts.ledger.models import Incident

    with chromium(tmp_path / "live", 1280, 800) as browser:
        browser.get(running.config.console.url)
        log_in(browser, running, "guanli")
        browser.execute_script("document.querySelector('[data-due]').textContent = '?'; tick();")
        clock = browser.find_element(By.CSS_SELECTOR, "[data-due]").text
        assert clock.startswith(("剩 ", "超时 "))

        Incident.objects.filter(state="待签收").update(state="已签收")
        browser.execute_script("window.old = true; pulse();")
        until(
            browser,
            lambda b: (
                not b.execute_script("return window.old === true")
                and "没有待签收" in b.find_element(By.CSS_SELECTOR, ".summary").text
            ),
        )


def test_the_review_queue_is_worked_with_keys_and_with_a_thumb(
    running: TestOffice, tmp_path: Path
) -> None:
    from alerts.ledger.models import Event

    wait(running, ("k1", 0.6, 3), ("k2", 0.5, 3), ("k3", 0.4, 3))
    url = f"{running.config.console.url}/review"

    def judged() -> list[tuple[str, str]]:
        rows = Event.objects.filter(kind="判定", post__startswith="k").order_by("number")
        return [(row.post, row.data["结论"]) for row in rows]

    def chosen(browser: Any) -> str:
        return str(browser.find_element(By.CSS_SELECTOR, ".current h3").text)

    with chromium(tmp_path / "keys", 1280, 800) as browser:
        browser.get(url)
        log_in(browser, running, "zhiban")
        assert chosen(browser) == "第k1条说不清的事"
        look(browser, "review-keys")
        keyboard = browser.find_element(By.TAG_NAME, "body")
        keyboard.send_keys("j")
        assert chosen(browser) == "第k2条说不清的事"
        keyboard.send_keys("kn")
        until(browser, lambda b: "不是事件" in b.find_element(By.CSS_SELECTOR, ".notes").text)
        assert judged() == [("k1", "不是事件")]
        until(browser, lambda b: chosen(b) == "第k2条说不清的事")

        browser.find_element(By.TAG_NAME, "body").send_keys("e")
        look(browser, "review-labels")
        wanted = browser.find_element(By.CSS_SELECTOR, ".current input[value=school_bullying]")
        # Letters in a field are letters, in a box that is ticked they are keys.
        browser.find_element(By.CSS_SELECTOR, ".current input[list]").send_keys("ny")
        wanted.click()
        wanted.send_keys("y")
        until(browser, lambda b: "已判定为事件" in b.find_element(By.CSS_SELECTOR, ".notes").text)
        assert judged() == [("k1", "不是事件"), ("k2", "是事件")]
        assert Event.objects.get(kind="判定", post="k2").data["类别"] == [
            "child_abuse",
            "school_bullying",
        ]

    with chromium(tmp_path / "thumb", 360, 740) as browser:
        browser.get(url)
        log_in(browser, running, "zhiban")
        look(browser, "review")
        browser.find_element(By.CSS_SELECTOR, "#cases + ol .current summary").click()
        look(browser, "review-labels")
        browser.find_element(By.CSS_SELECTOR, ".current [data-key=n]").click()
        until(browser, lambda b: "不是事件" in b.find_element(By.CSS_SELECTOR, ".notes").text)
    assert judged()[-1] == ("k3", "不是事件")


def test_a_port_in_use_is_said_in_one_line(running: TestOffice) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "console", "--config", str(running.path)]
    second = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert second.returncode == 1
    assert str(running.config.console.port) in second.stderr.decode()
    assert "Traceback" not in second.stderr.decode()
