"""The card of a model: what it is, how it was made, how good it is, what it costs."""

from __future__ import annotations

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
            *_stream(recipe, summary["streaming"]),
            "",
        ]
    )


def _network(recipe: Recipe, summary: dict) -> list[str]:
    shape, front = recipe.shape, recipe.front_end
    layers = "-".join(map(str, [shape.context * front.bands, *shape.hidden, len(recipe.labels)]))
    text = SHAPES[recipe.network].format(
        layers=layers, context=shape.context, blocks=shape.blocks, channels=shape.channels, kernel=shape.kernel
    )
    rows = [
        ("Classes", ", ".join(recipe.labels)),
        ("Network", f"{text}; int8"),
        ("Front end", f"log-mel, {front.window_ms} ms window, {front.hop_ms} ms hop, {front.bands} bands"),
        ("Context", f"{front.samples(shape.context) / front.sample_rate * 1000:.0f} ms"),
        ("Weights and biases", f"{summary['parameters']:,}"),
        ("Multiply-accumulates an inference", f"{summary['multiply_accumulates']:,}"),
    ]
    if summary.get("image"):
        rows.append(("Image", f"{summary['image']['bytes']:,} bytes"))
        rows.append(("Arena", f"{summary['image']['arena']:,} bytes"))
    return ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)]


def _making(recipe: Recipe, summary: dict) -> list[str]:
    return [
        "## How it was made",
        "",
        f"    tools/train/train --task {recipe.task} --network {recipe.network} --seed {summary['seed']}",
        "",
        f"Recipe: `tools/train/recipes/{recipe.name}.toml`: {recipe.training.epochs} float epochs, then "
        f"{recipe.quantized.epochs} quantization-aware ones.",
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
    simulation = summary["simulation"]
    return [
        "## Figures on validation recordings",
        "",
        "All clips of the keywords; of other words and of silence, as many as a keyword has on average. Validation "
        "speakers are never in training. int8 is computed in integers, as the device does. One seed.",
        "",
        "| per cent right | float | int8 |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {summary['float'][key]:.2f} | {summary['int8'][key]:.2f} |"
            for name, key in rows
            if key in summary["int8"]
        ),
        "",
        f"The fake-quantized PyTorch network gives other logits than the integers for "
        f"{simulation['float64']['differing_percent']} % of logits in float64, "
        f"{simulation['float32']['differing_percent']} % in float32 (by at most "
        f"{simulation['float32']['largest_step']} steps).",
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
