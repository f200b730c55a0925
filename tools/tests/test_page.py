"""The page of `dormouse listen --web` in a real browser, over a recording that is played in real time."""

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from live_page.browser import CHROMIUM, DRIVER, Browser
from live_page.listening import DORMOUSE, Listening, words_again_and_again
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = [
    pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent"),
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="chromium or chromium-driver is absent; tools/setup installs it"
    ),
]

WORDS = {"yes", "no", "up", "down", "left", "right"}


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    return words_again_and_again(tmp_path_factory.mktemp("page") / "words.wav", 300)


@pytest.fixture(scope="module")
def listening(recording):
    with Listening(recording) as process:
        yield process


@pytest.fixture(scope="module")
def browser():
    with Browser() as one:
        yield one


@pytest.fixture
def page(browser, listening) -> Browser:
    """The page on a desk's screen, fresh."""
    browser.emulate()
    browser.open(listening.address)
    return browser


def picture(browser: Browser) -> str:
    """A name of what the canvas shows."""
    return hashlib.sha1(browser.script("return document.getElementById('canvas').toDataURL()").encode()).hexdigest()


def test_the_picture_moves_and_has_colours_in_every_lane(page):
    seen = set()

    def has_moved() -> bool:
        seen.add(picture(page))
        return len(seen) >= 5

    page.wait(has_moved, "the picture moves")
    colours = []

    def is_coloured() -> bool:
        colours[:] = page.script(LANES)
        return all(count > 2 for count in colours)

    page.wait(is_coloured, "each lane shows something")
    assert page.complaints() == [], "the browser's console is quiet"


LANES = """const canvas = document.getElementById("canvas"), context = canvas.getContext("2d");
        return [0.12, 0.36, 0.55, 0.85].map((share) => {
          const height = Math.round(canvas.height * 0.12), top = Math.round(canvas.height * share - height / 2);
          const data = new Uint32Array(context.getImageData(0, top, canvas.width, height).data.buffer);
          return new Set(data).size;
        });"""
"""How many colours each lane of the picture has."""


def test_detections_appear_as_the_command_line_prints_them(page, listening):
    before = len(page.detections())
    page.wait(lambda: len(page.detections()) >= before + 2, "two words were heard")
    assert set(page.detections()) <= WORDS
    assert page.text("word") == page.detections()[0]
    listed = page.detections()[::-1]

    def was_printed() -> bool:
        printed = listening.labels
        return any(listed == printed[start : start + len(listed)] for start in range(len(printed)))

    page.wait(was_printed, f"{listed} is printed too")
    assert page.text("state") == "listening"
    assert page.text("announcement").startswith("heard ")


def test_the_slider_changes_what_is_detected_at_once_and_a_second_browser_sees_it(page, listening):
    slider = page.element("all")
    slider.send_keys(Keys.END)
    page.wait(lambda: page.text("all-value") == "1.00", "the slider shows 1")
    time.sleep(2)  # what was heard before is printed by now
    before = len(listening.labels)
    with Browser() as second:
        second.emulate()
        second.open(listening.address)
        assert second.text("all-value") == "1.00", "the second browser shows what is in force"
        peak = (
            "return Math.max(...[...document.querySelectorAll('li .value')].slice(0, 6).map((one) => +one.textContent))"
        )
        highest = 0.0
        end = time.monotonic() + 4
        while time.monotonic() < end:
            highest = max(highest, page.script(peak))
            time.sleep(0.05)
        assert highest > 0.8, "words were spoken"
        assert len(listening.labels) == before, "nothing reaches a score of 1"
        second.element("restore").click()
        page.wait(lambda: page.text("all-value") == "0.75", "the first browser sees the change of the second")
        page.wait(lambda: len(listening.labels) > before, "words are heard again")
        assert second.complaints() == []


def test_one_word_has_a_threshold_of_its_own(page, listening):
    slider = page.driver.find_element(By.ID, "threshold-0")
    assert slider.get_attribute("aria-label") == "threshold of yes"
    slider.send_keys(Keys.END)
    page.wait(lambda: page.text("all-value") == "mixed", "thresholds differ")
    time.sleep(2)  # what was heard before is printed by now
    before = len(listening.labels)
    page.wait(lambda: len(listening.labels) >= before + 5, "other words are heard", 20)
    assert "yes" not in set(listening.labels[before:])
    page.element("restore").click()
    page.wait(lambda: page.text("all-value") == "0.75", "all is as it was")


def test_smoothing_acts_at_once(page):
    page.element("smoothing").send_keys(Keys.HOME)
    page.wait(lambda: page.text("smoothing-value") == "1", "the slider shows 1")
    other = "return fetch('events').then((answer) => answer.body.getReader().read())"
    greeting = page.script(other + ".then(({ value }) => new TextDecoder().decode(value))")
    assert '"smoothing":1' in greeting
    page.element("restore").click()
    page.wait(lambda: page.text("smoothing-value") == "3", "all is as it was")


def test_a_page_of_somebody_elses_can_neither_read_nor_change_anything(browser, listening):
    browser.driver.get("data:text/html,<title>other</title>")
    outcome = browser.driver.execute_async_script(
        """const [address, done] = arguments;
        const wish = { method: "POST", mode: "no-cors", body: '{"threshold": 0.99}' };
        Promise.allSettled([fetch(address + "control", wish), fetch(address + "time").then((one) => one.text())])
          .then((results) => done(results.map((one) => one.status)));""",
        listening.address,
    )
    assert outcome[1] == "rejected", "what the page says can't be read"
    browser.complaints()
    browser.open(listening.address)
    assert browser.text("all-value") == "0.75"


def test_nothing_is_loaded_from_elsewhere(page, listening):
    names = page.script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert len(names) >= 3
    assert all(name.startswith(listening.address) for name in names), names


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_screen_needs_to_be_scrolled_sideways(page, width):
    page.emulate(width, 844, 2 if width < 600 else 1)
    page.script("document.querySelector('details').open = true")
    # The browser lays the page out anew when it comes to it.
    deadline = time.monotonic() + 5
    while page.script("return document.documentElement.scrollWidth - innerWidth") > 0:
        assert time.monotonic() < deadline, "the page is wider than the screen"
        time.sleep(0.1)
    small = page.script(
        """return [...document.querySelectorAll("input, button")].filter((one) => one.offsetHeight < 24)
          .map((one) => one.id)"""
    )
    assert small == [], "fingers need room"


def test_dark_where_the_system_is(page):
    looks = []
    for scheme in ("light", "dark"):
        page.emulate(prefers_color_scheme=scheme)
        # A canvas is blank from a change of the screen until the next picture, which comes with the next update.
        page.wait(lambda: len(looks) == 0 or look(page)["background"] != looks[0]["background"], "another background")
        page.wait(lambda: look(page)["point"][3] > 0, "a picture")
        page.wait(lambda: len(looks) == 0 or look(page)["point"] != looks[0]["point"], "a picture of other colours")
        looks.append(look(page))


def look(page: Browser) -> dict:
    """The page's background, and a point of its picture."""
    return page.script(
        """const point = document.getElementById("canvas").getContext("2d").getImageData(99, 200, 1, 1).data;
        return { background: getComputedStyle(document.body).backgroundColor, point: [...point] };"""
    )


def test_little_motion_for_those_who_want_little(page):
    page.emulate(prefers_reduced_motion="reduce")
    page.wait(lambda: page.script("return matchMedia('(prefers-reduced-motion: reduce)').matches"), "the wish is known")
    count = "return [dormouse.pictures, dormouse.updates, performance.now() / 1000]"
    before = page.script(count)
    page.wait(lambda: page.script(count)[1] >= before[1] + 40 and page.script(count)[0] > before[0], "updates go on")
    after = page.script(count)
    assert after[0] - before[0] <= 3 * (after[2] - before[2]) + 2, "it is drawn about twice a second"


def test_nothing_is_drawn_while_the_page_is_hidden(page):
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    second = page.driver.current_window_handle
    page.driver.switch_to.window(first)
    page.script("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })")
    # A picture that was asked for before may still come.
    page.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    before = page.script("return [dormouse.pictures, dormouse.updates]")
    page.wait(lambda: page.script("return dormouse.updates") > before[1] + 10, "updates go on")
    assert page.script("return dormouse.pictures") == before[0]
    page.script("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait(lambda: page.script("return dormouse.pictures") > before[0], "it is drawn again")
    page.driver.switch_to.window(second)
    page.driver.close()
    page.driver.switch_to.window(first)


def test_a_dropped_connection_is_told_and_made_anew(browser, recording):
    browser.emulate()
    with Listening(recording) as first:
        browser.open(first.address)
        port = first.port
        first.process.send_signal(signal.SIGKILL)
        browser.wait(lambda: "trying again" in browser.text("state"), "the page says that the line is cut")
        assert browser.element("state").get_attribute("data-state") == "lost"
    with Listening(recording, port=port):
        browser.wait(lambda: browser.text("state") == "listening", "the page found its way back")
        before = browser.script("return dormouse.pictures")
        browser.wait(lambda: browser.script("return dormouse.pictures") > before + 3, "the picture moves again")
    browser.complaints()


def test_the_end_of_a_recording_is_told(browser, tmp_path):
    browser.emulate()
    with Listening(words_again_and_again(tmp_path / "short.wav", 3)) as short:
        browser.driver.get(short.address)
        browser.wait(lambda: browser.text("state") == "the sound has ended", "the end")
        assert short.process.wait(5) == 0
        time.sleep(1)
        assert browser.text("state") == "the sound has ended", "the program has gone for good reason"
    browser.complaints()


def test_a_port_in_use_is_told_once_and_listening_goes_on(listening, tmp_path):
    short = words_again_and_again(tmp_path / "short.wav", 3)
    result = subprocess.run(
        [DORMOUSE, "listen", "--file", short, "--web", str(listening.port)], capture_output=True, text=True, timeout=30
    )
    assert result.returncode == 0
    assert result.stderr.count(f"no page: port {listening.port} of 127.0.0.1 is in use") == 1
    assert " no " in result.stdout
