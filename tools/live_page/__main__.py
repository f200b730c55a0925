"""Takes the picture of the page for the README: words of people over a kitchen, in light, and on a phone in dark."""

import argparse
import io
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image, ImageDraw, ImageFilter

from .browser import CHROMIUM, DRIVER, Browser
from .listening import DORMOUSE, RATE, ROOT, Listening

DATA = ROOT.parent / "shared" / "data"
SAID = ("yes", "down", "wow", "left", "no", "up", "right")


def recording(path: Path) -> Path:
    """A clip a word, by another speaker each, 1.4 s apart, over a quiet kitchen."""
    kitchen, rate = soundfile.read(DATA / "noise" / "kitchen.opus", always_2d=True)
    sound = 0.06 * np.resize(kitchen[:: rate // RATE, 0], 60 * RATE)
    for index, word in enumerate(SAID):
        with zipfile.ZipFile(DATA / "speech-commands" / "validation" / f"{word}.zip") as clips:
            names = sorted(clips.namelist())
            clip, _ = soundfile.read(io.BytesIO(clips.read(names[5 * index % len(names)])))
        start = int((1 + 1.4 * index) * RATE)
        sound[start : start + len(clip)] += 0.5 * clip / np.abs(clip).max()
    soundfile.write(path, sound, RATE, subtype="PCM_16")
    return path


def picture(browser: Browser, **screen: object) -> Image.Image:
    browser.emulate(**screen)
    time.sleep(0.4)
    return Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")


def side_by_side(desk: Image.Image, phone: Image.Image) -> Image.Image:
    """The desk's screen and, right of it, the phone."""
    edge, gap, corner = 14, 36, 44
    height = desk.height + 2 * gap
    whole = Image.new("RGB", (desk.width + phone.width + 2 * edge + 3 * gap, height), "#e4e1da")
    shadow = Image.new("L", whole.size)
    places = ((gap, gap), (desk.width + 2 * gap + edge, (height - phone.height) // 2))
    for (x, y), picture in zip(places, (desk, phone), strict=True):
        box = (x, y + 10, x + picture.width, y + picture.height + 10)
        ImageDraw.Draw(shadow).rounded_rectangle(box, corner, fill=110)
    whole.paste("#2b2d42", (0, 0), shadow.filter(ImageFilter.GaussianBlur(16)))
    x, y = places[1]
    frame = (x - edge, y - edge, x + phone.width + edge, y + phone.height + edge)
    ImageDraw.Draw(whole).rounded_rectangle(frame, corner + edge, fill="#0b0b10")
    for place, picture, radius in zip(places, (desk, phone), (20, corner), strict=True):
        mask = Image.new("L", picture.size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, picture.width - 1, picture.height - 1), radius, fill=255)
        whole.paste(picture, place, mask)
    return whole


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/picture-page", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="PICTURE", help="PNG")
    options = parser.parse_args()
    needed = {"a release build": DORMOUSE.exists(), "../shared": DATA.exists(), "chromium-driver": DRIVER and CHROMIUM}
    if missing := [name for name, is_there in needed.items() if not is_there]:
        print(f"tools/picture-page: missing: {', '.join(missing)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        sound = recording(Path(folder) / "kitchen.wav")
        browser.emulate(1280, 930, 1.25, prefers_color_scheme="light")
        with Listening(sound) as listening:
            browser.open(listening.address)
            browser.wait(lambda: browser.detections()[:1] == [SAID[-1]], "all words were said", 60)
            desk = picture(browser, width=1280, height=930, scale=1.25, prefers_color_scheme="light")
            phone = picture(browser, width=390, height=844, scale=1.25, prefers_color_scheme="dark")
    side_by_side(desk, phone).quantize(255, dither=Image.Dither.NONE).save(options.output, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
