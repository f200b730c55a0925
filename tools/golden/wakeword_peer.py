"""What pymicro-wakeword makes of a recording; runs in its environment (tools/peers).

    wakeword_peer.py MANIFEST.json SAMPLES.raw

Prints one JSON object: `frames`, features as the model reads them, a row a frame; `probabilities`, one an inference,
in steps of 1/256; `activated`, one an inference, whether it reports the word.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures


def probabilities(manifest: Path, features: list, window: int | None) -> tuple[list[float], list[bool], MicroWakeWord]:
    """One an inference of their mean over the manifest's window, or over another; and whether that is the word."""
    settings = json.loads(manifest.read_text())
    settings["model"] = str((manifest.parent / settings["model"]).resolve())
    settings["micro"]["sliding_window_size"] = window or settings["micro"]["sliding_window_size"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(settings, file)
        file.flush()
        model = MicroWakeWord.from_config(file.name)
    means = [model.process_streaming_prob(frame) for frame in features][model.stride - 1 :: model.stride]
    return means, [mean > model.probability_cutoff for mean in means], model


def main() -> None:
    manifest, samples = (Path(argument) for argument in sys.argv[1:])
    features = list(MicroWakeWordFeatures().process_streaming(samples.read_bytes()))
    single, _, model = probabilities(manifest, features, 1)
    _, activated, _ = probabilities(manifest, features, None)
    scaled = np.round(np.concatenate(features)[:, 0] / model.input_scale + model.input_zero_point)
    print(
        json.dumps(
            {
                "frames": scaled.astype(int).tolist(),
                "probabilities": [round(probability / model.output_scale) for probability in single],
                "activated": activated,
            }
        )
    )


if __name__ == "__main__":
    main()
