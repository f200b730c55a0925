"""The card of a model: what it is, how it was made, how good it is, what it costs."""

from __future__ import annotations

from .quantizers import encoding
from .recipe import Recipe

PURPOSE = {
    "commands": "Six spoken commands ({words}), told from all other words and from silence.",
    "zero": "The wake word “zero”, told from all other words and from silence.",
    "words": "Twelve spoken words ({words}), told from all other words and from silence.",
}
SHAPES = {
    "dense": "fully connected layers {layers} over a stack of {context} frames",
    "temporal": "{blocks} separable convolutions over time ({channels} channels, kernel {kernel}) with residual "
    "connections, over {context} frames, halved in time by the first convolution",
    "binary": "{blocks} binary convolutions over time ({channels} channels, kernel {kernel}) around an int16 stream, "
    "over {context} frames, one in {stride} kept by the first convolution",
}


def card(recipe: Recipe, summary: dict) -> str:
    """Markdown of `card.md`; `summary` holds the figures that `publish` collects."""
    return "\n".join(
        [
            f"# {recipe.name} {recipe.version}",
            "",
            PURPOSE[recipe.task].format(words=", ".join(recipe.keywords)),
            "",
            *_network(recipe, summary),
            "",
            *_making(recipe, summary),
            "",
            *_figures(recipe, summary),
            "",
            *_boards(summary),
            *_stream(recipe, summary["streaming"]),
            "",
        ]
    )


def _network(recipe: Recipe, summary: dict) -> list[str]:
    shape, front = recipe.shape, recipe.front_end
    layers = "-".join(map(str, [shape.context * front.bands, *shape.hidden, len(recipe.labels)]))
    text = SHAPES[recipe.network].format(
        layers=layers,
        context=shape.context,
        blocks=shape.blocks,
        channels=shape.channels,
        kernel=shape.kernel,
        stride=shape.stem_stride,
    )
    rows = [
        ("Classes", ", ".join(recipe.labels)),
        ("Network", text),
        ("Weights", _weights(summary["encodings"])),
        ("Activations", _activations(recipe, summary)),
        ("Front end", _front_end(recipe)),
        ("Context", f"{front.samples(shape.context) / front.sample_rate * 1000:.0f} ms"),
        ("Weights and biases", f"{summary['parameters']:,}"),
        ("Multiply-accumulates an inference", f"{summary['multiply_accumulates']:,}"),
        *_cost(summary),
    ]
    if summary.get("image"):
        rows.append(("Image", f"{summary['image']['bytes']:,} bytes"))
        rows.append(("Arena", f"{summary['image']['arena']:,} bytes"))
    return ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)]


def _activations(recipe: Recipe, summary: dict) -> str:
    if "integer" not in summary:
        return "float"
    if recipe.network == "binary":
        return "bits before binary layers, int16 between them, int8 before the others"
    return "int8, one scale and zero point a tensor"


def _front_end(recipe: Recipe) -> str:
    front = recipe.front_end
    if front.kind == "analog":
        return f"analog: {front.bands} filters, {front.low_hz}-{front.high_hz} Hz, a bit each {front.window_ms} ms"
    return f"log-mel, {front.window_ms} ms window, {front.hop_ms} ms hop, {front.bands} bands"


def _cost(summary: dict) -> list[tuple[str, str]]:
    """Arithmetic cost; summaries of older runs lack it."""
    if "arithmetic_cost" not in summary:
        return []
    return [("The same, times bits of weight and activation (ACE)", f"{summary['arithmetic_cost']:,}")]


def _weights(encodings: dict[str, str]) -> str:
    """Encodings and their layers, the narrowest first."""
    layers: dict[str, list[str]] = {}
    for layer, name in encodings.items():
        layers.setdefault(name, []).append(layer)
    if len(layers) == 1:
        return f"{next(iter(layers))} in all layers"
    parts = sorted(layers.items(), key=lambda entry: encoding(entry[0]).bits)
    return "; ".join(f"{name} in {', '.join(members)}" for name, members in parts)


def _course(recipe: Recipe, summary: dict) -> str:
    """The phases that the run went through."""
    parts = [f"{recipe.training.epochs} float epochs"]
    if recipe.float:
        parts = [f"from the float network of `{recipe.float}` with the same seed"]
    if "integer" in summary:
        if recipe.network == "binary":
            parts[0] = f"{recipe.training.epochs} epochs with binary activations"
        if recipe.teacher.recipe:
            parts[0] += f" (posteriors of `{recipe.teacher.recipe}`, seed {recipe.teacher.seed}, have a share of "
            parts[0] += f"{recipe.teacher.share} in the loss of all epochs)"
        if any(section.get("quantizer", "linear") != "linear" for section in recipe.weights.values()):
            parts.append(f"{recipe.stage1.epochs} epochs of stage 1 (weights on their grids)")
            parts.append(f"{recipe.quantized.epochs} of stage 2 (all tensors)")
        else:
            parts.append(f"{recipe.quantized.epochs} quantization-aware ones")
    return ", then ".join(parts)


def _making(recipe: Recipe, summary: dict) -> list[str]:
    return [
        "## How it was made",
        "",
        f"    tools/train/train --recipe tools/train/recipes/{recipe.name}.toml --seed {summary['seed']}",
        "",
        f"{_course(recipe, summary).capitalize()}.",
        "Data: Google Speech Commands (training split, CC BY 4.0), its background noises, LibriSpeech (85 of 181 "
        "recordings, by speaker, CC BY 4.0), and words spoken by espeak-ng and flite.",
        f"Words that training never heard: {', '.join(recipe.held_out)}.",
    ]


def _figures(recipe: Recipe, summary: dict) -> list[str]:
    rows = [("All validation clips", "accuracy"), ("Mean of the classes", "balanced")]
    rows += [(f"“{label}”", f"class.{label}") for label in recipe.labels]
    rows += [
        ("Unseen words rejected, mean of the words", "unseen_words"),
        ("Unseen words rejected, all clips", "unseen_clips"),
    ]
    shown = [("float", "float weights" if recipe.network == "binary" else "float"), ("integer", "integers")]
    shown = [(key, title) for key, title in shown if key in summary]
    lines = [
        "## Figures on validation recordings",
        "",
        "All clips of the keywords; of other words and of silence, as many as a keyword has on average. Validation "
        "speakers are never in training. One seed.",
        "",
        "| per cent right | " + " | ".join(title for _, title in shown) + " |",
        "| --- |" + " --- |" * len(shown),
    ]
    for name, figure in rows:
        if figure in summary["float"]:
            lines.append(f"| {name} | " + " | ".join(f"{summary[key][figure]:.2f}" for key, _ in shown) + " |")
    if "integer" not in summary:
        return lines
    simulation = summary["simulation"]
    source = f"`{recipe.float}`" if recipe.float else "the network before quantization"
    named = "Float is"
    if recipe.network == "binary":
        named = "Float weights are"
        source = "those of the first phase, whose activations are bits"
    return [
        *lines,
        "",
        f"{named} {source}; integers are computed as the device computes them. The fake-quantized PyTorch network "
        f"gives other logits than the integers for {simulation['float64']['differing_percent']} % of logits in "
        f"float64, {simulation['float32']['differing_percent']} % in float32 (by at most "
        f"{simulation['float32']['largest_step']} steps).",
    ]


def _boards(summary: dict) -> list[str]:
    if "boards" not in summary:
        return []
    found = summary["boards"]
    return [
        "## On boards that differ",
        "",
        "With the bits of the emulated front end, hysteresis included: as designed, and on "
        f"{found['boards']} random boards whose components are off by up to 5 % and whose comparators have an offset "
        f"of 3.5 % of the supply (standard deviation). {found['agreement']} % of the designed board's bits are those "
        "of training.",
        "",
        "| per cent right | |",
        "| --- | --- |",
        f"| As designed | {found['designed']:.2f} |",
        f"| Mean of the boards | {found['mean']:.2f} |",
        f"| Standard deviation of the boards | {found['deviation']:.2f} |",
        f"| Worst board | {found['worst']:.2f} |",
        "",
    ]


def _stream(recipe: Recipe, stream: dict) -> list[str]:
    detector = recipe.detector
    stride = detector.stride * recipe.front_end.hop_ms
    return [
        "## As a listener",
        "",
        f"An inference every {stride} ms, mean of {detector.smoothing} posteriors, threshold {detector.threshold}, "
        f"{detector.minimum_run} in succession, {detector.refractory_ms} ms of silence after a detection.",
        "",
        "| | |",
        "| --- | --- |",
        f"| Keywords missed | {stream['missed']} % |",
        f"| Keywords reported as another | {stream['wrong']} % |",
        f"| Keywords reported twice | {stream['repeated']} % |",
        f"| Other single words that fire | {stream['false_on_other_words']} % |",
        f"| False accepts an hour, on {stream['speech_minutes']:.0f} minutes of read speech | "
        f"{stream['false_accepts_per_hour']} |",
        "",
        "Validation words come one every 2.5 s over noise at -55 dBFS. The read speech is LibriSpeech of speakers that "
        "training never heard; it isn't transcribed, so keywords that are really spoken in it count as false accepts.",
    ]
