"""Makes the demo recording, or auditions voices for it."""

import json
import subprocess
import sys
from pathlib import Path

import soundfile

from .scene import KEYWORDS, Utterance, compose
from .voices import SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[2]
DORMOUSE = ROOT / ".build" / "release" / "dormouse"
DEMO = ROOT / "demo"

# Chosen by `audition`: what the committed model recognises wherever it falls under the windows. That excludes "up" by
# heart and flite. The model was trained with words by flite and espeak-ng among the recordings of people; heart it had
# never heard.
HEART, SLT, RMS = "hibari heart", "flite slt", "flite rms"
AMERICAN, BRITISH = "espeak-ng en-us+f2", "espeak-ng en-gb"
SCRIPT = [
    Utterance("the dormouse is asleep", HEART, -24),
    Utterance("yes", HEART),
    Utterance("no", SLT, -20, pace=0.9),
    Utterance("up", AMERICAN),
    Utterance("winter", HEART, -20),
    Utterance("down", HEART, -26),
    Utterance("left", SLT, -24, pace=0.9),
    Utterance("right", RMS, -20),
    Utterance("it wakes at its name", HEART, -24),
    Utterance("no", HEART, -24),
    Utterance("yellow", SLT),
    Utterance("yes", BRITISH, -24),
    Utterance("left", HEART),
    Utterance("good night", HEART, -24),
]

AUDITION_VOICES = (
    ["hibari heart"]
    + [f"flite {name}" for name in ("slt", "rms", "awb", "kal16")]
    + [f"espeak-ng {name}" for name in ("en-us", "en-us+f2", "en-gb", "en-gb+f3", "en-us+m3")]
)
AUDITION_PACES = (0.9, 1.0, 1.1)
PLACEMENTS = 8


def detections(path: Path) -> list[dict]:
    """What the model in models/ hears in a recording."""
    result = subprocess.run([DORMOUSE, "detect", "--json", path], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def make() -> None:
    """Writes the recording and what is said in it."""
    DEMO.mkdir(exist_ok=True)
    samples, placed = compose(SCRIPT)
    soundfile.write(DEMO / "words.flac", samples, SAMPLE_RATE, subtype="PCM_16")
    description = {
        "say": " ".join(item.utterance.text for item in placed if item.utterance.is_keyword),
        "words": [
            {"label": item.utterance.text, "start": round(item.start, 3), "end": round(item.end, 3)}
            for item in placed
            if item.utterance.is_keyword
        ],
        "script": [
            {
                "text": item.utterance.text,
                "start": round(item.start, 3),
                "end": round(item.end, 3),
                "voice": item.utterance.voice,
                "level_dbfs": item.utterance.level,
            }
            for item in placed
        ],
        "origin": "Synthesized by tools/make-demo-recording with hibari-tts 0.2.1 (Apache-2.0), flite and espeak-ng, "
        "over generated noise. No person was recorded. The model was trained with words by flite and espeak-ng, among "
        "recordings of people; it had never heard hibari. Under the licence of this repository.",
    }
    (DEMO / "words.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    size = (DEMO / "words.flac").stat().st_size
    print(f"demo/words.flac: {len(samples) / SAMPLE_RATE:.1f} s, {size} bytes: {description['say']}")


def audition() -> None:
    """Prints for every voice and pace how often each keyword is heard, placed differently under the windows."""
    path = DEMO / "audition.flac"
    DEMO.mkdir(exist_ok=True)
    for voice in AUDITION_VOICES:
        for pace in AUDITION_PACES:
            counts = []
            for word in KEYWORDS:
                samples, _ = compose([Utterance(word, voice, pace=pace)] * PLACEMENTS, gap=2.03)
                soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
                found = [line["label"] for line in detections(path)]
                counts.append(f"{word} {found.count(word)}" + (" and others" if set(found) - {word} else ""))
            print(f"{voice:20} pace {pace:.1f}, heard of {PLACEMENTS}: {', '.join(counts)}")
    path.unlink()


if __name__ == "__main__":
    {"": make, "audition": audition}[" ".join(sys.argv[1:])]()
