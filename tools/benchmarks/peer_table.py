"""The table of peers in the README, and the picture: `tools/bench peers --update`."""

from count.counting import ROOT

README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "peers.png"
START, END = "<!-- peers: written by tools/bench peers --update -->", "<!-- end of peers -->"
NAMES = {
    "litert": "LiteRT with XNNPACK",
    "tflm": "TensorFlow Lite Micro, reference kernels",
    "onnxruntime": "ONNX Runtime",
    "pymicro": "pymicro-features",
    "kaldi": "kaldi-native-fbank",
}
TIMED = (
    # key, what, peers
    ("dense250k", "dense 960-192-192-128-12, an inference", ("litert", "onnxruntime", "tflm")),
    ("kws_ref", "MLPerf Tiny's DS-CNN (`kws_ref_model`), an inference", ("litert", "tflm")),
    ("str_ww", "MLPerf Tiny's wake word (`str_ww_ref_model`), an inference", ("litert", "tflm")),
    ("micro_speech", "`micro_speech`, an inference", ("litert", "tflm")),
    ("okay_nabu", "`okay_nabu`, with state, an inference", ("litert", "tflm")),
    ("vad", "`vad`, with state, an inference", ("litert", "tflm")),
    ("microfrontend", "microfrontend, a second of sound", ("pymicro",)),
    ("logmel", "40 bands every 10 ms, a second of sound", ("kaldi",)),
    (
        "okay_nabu_pipeline",
        "`okay_nabu` from samples to detections, a second of sound",
        ("pymicro", "pymicro_libraries"),
    ),
)
PIPELINE = {"pymicro": "pymicro-wakeword", "pymicro_libraries": "its two C libraries alone"}
PUBLISHED = (
    # key, what, theirs, whose
    ("dense250k.m4.instructions", "dense net on Cortex-M4, instructions", 491_440, "TFLM with CMSIS-NN"),
    ("dense250k.m55.instructions", "dense net on Cortex-M55, instructions", 237_125, "TFLM with CMSIS-NN"),
    ("kws_ref.m4.instructions", "`kws_ref_model` on Cortex-M4, instructions", 7_696_400, "TFLM with CMSIS-NN"),
    ("kws_ref.m55.instructions", "`kws_ref_model` on Cortex-M55, instructions", 1_812_718, "TFLM with CMSIS-NN"),
    ("kws_ref.arena", "`kws_ref_model`, bytes of arena", 22_820, "TFLM with CMSIS-NN on Cortex-M4"),
    (
        "kws_ref.m4.flash",
        "runtime for `kws_ref_model` on Cortex-M4, bytes of flash",
        84_500,
        "TFLM with CMSIS-NN, about",
    ),
    (
        "microfrontend.m4.instructions_per_frame",
        "a frame of microfrontend on Cortex-M4, instructions",
        84_401,
        "TensorFlow's microfrontend in C",
    ),
    ("okay_nabu.arena", "`okay_nabu`, bytes of arena; ours with the front end", 26_080, "TFLM, says the manifest"),
)
"""Peers on devices; not measured by `tools/bench peers` but cited."""
SOURCE = """\
The peers' figures are cited: counted elsewhere on 21 November 2026 under QEMU 7.2 (-icount shift=0), TensorFlow Lite
Micro (TFLM) 90b983c with CMSIS-NN 99f736a, all built by arm-none-eabi-gcc 12.2 -O2, the dense net with one scale a
layer; the arena of okay_nabu is what its manifest asks for."""


def time(nanoseconds: float) -> str:
    """Such as "1.86 us"."""
    return f"{nanoseconds / 1000:.3g} us" if nanoseconds < 1e6 else f"{nanoseconds / 1e6:.3g} ms"


def size(count: float) -> str:
    """Such as "1.9 MB"."""
    return f"{count / 1e6:.3g} MB" if count >= 1e6 else f"{count / 1e3:.3g} KB"


def label(key: str, peer: str) -> str:
    """How a peer is called in the table."""
    return PIPELINE[peer] if key == "okay_nabu_pipeline" else NAMES[peer]


def rows_of_times(results: dict) -> list[str]:
    """A row for each pair that was timed."""
    rows = []
    for key, what, peers in TIMED:
        for peer in peers:
            ratio = f"{key}.host.ratio_{peer}"
            if ratio not in results:
                continue
            ours, theirs = (results[f"{key}.host.{name}_ns"] for name in ("ours", peer))
            between = f"{results[ratio]:.2f} ({results[f'{ratio}_low']:.2f} to {results[f'{ratio}_high']:.2f})"
            rows.append(f"| {what} | {time(ours)} | {label(key, peer)} {time(theirs)} | {between} |")
    return rows


def rows_of_memory(results: dict) -> list[str]:
    """Memory and libraries of the pipeline, and lengths of files."""
    rows = []
    key, what, _ = TIMED[-1]
    for kind, text in (("memory", "memory taken at most"), ("libraries", "libraries on disk")):
        if f"{key}.{kind}.pymicro" in results:
            ours, theirs = results[f"{key}.{kind}.sdk"], results[f"{key}.{kind}.pymicro"]
            name, ratio = what.split(",")[0], ours / max(theirs, 1)
            rows.append(f"| {name}: {text} | {size(ours)} | {label(key, 'pymicro')} {size(theirs)} | {ratio:.2f} |")
    for key in ("kws_ref", "okay_nabu"):
        if f"{key}.image" in results:
            ours, theirs = results[f"{key}.image"], results[f"{key}.tflite"]
            rows.append(f"| `{key}`: length of the model | {ours:,} B | .tflite {theirs:,} B | {ours / theirs:.2f} |")
    return rows


def markdown(report: dict) -> str:
    """The tables, with the versions under them."""
    results = report["results"]
    counted = [
        f"| {what} | {results[key]:,} | {theirs:,} | {results[key] / theirs:.2f} | {whose} |"
        for key, what, theirs, whose in PUBLISHED
        if key in results
    ]
    lines = [
        f"On one core of {report['host']}, each runtime in a process of its own, block by block in turn; medians,",
        "and of the ratio the 5th to the 95th percentile of blocks:",
        "",
        "| work | Dormouse | peer | ours / theirs |",
        "| --- | --- | --- | --- |",
        *rows_of_times(results),
        *rows_of_memory(results),
        "",
        "On emulated cores:",
        "",
        "| what | Dormouse | peer | ours / theirs | peer's source |",
        "| --- | --- | --- | --- | --- |",
        *counted,
        "",
        SOURCE,
        "",
        f"Versions: {', '.join(report['versions'].values())}.",
        "Times are those of the library that training calls. Memory is what a Python process with numpy takes more",
        "with library, model and sound in it, libraries are the files with code that it loads for that; for both, ours",
        "is the SDK's library for Linux, which applications link.",
    ]
    lines += [f"Not to be had here: {reason}." for reason in report["absent"].values()]
    return "\n".join(lines)


def update(report: dict) -> None:
    """Puts the tables into the README, between the marks, and draws the picture."""
    from plots import peers

    text = README.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    README.write_text(f"{before}{START}\n{markdown(report)}\n{END}{after}", encoding="utf-8")
    peers.draw(report, PICTURE)
