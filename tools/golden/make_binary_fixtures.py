"""Writes the binary networks of Tests/DormouseImportTests/Fixtures with inputs and outputs.

As `make_onnx_fixtures.py`: NAME.onnx, NAME.input and NAME.output, where an input of bits is the bytes of its words.
Expected outputs are numpy's, from the definition of every node (`binary_networks.py`); `tools/tests` compares them with
QONNX's own executor. Run it with the private Python environment:

    python tools/golden/make_binary_fixtures.py
"""

from pathlib import Path

import binary_networks

FIXTURES = Path(__file__).parents[2] / "Tests" / "DormouseImportTests" / "Fixtures"


def main() -> None:
    """Writes every fixture."""
    for name in binary_networks.NETWORKS:
        net, output, model = binary_networks.build(name)
        levels = binary_networks.levels(output)
        (FIXTURES / f"{name}.onnx").write_bytes(model.SerializeToString())
        (FIXTURES / f"{name}.input").write_bytes(net.input_bytes)
        (FIXTURES / f"{name}.output").write_bytes(levels.tobytes())
        spread = f"{levels.min()} to {levels.max()}, {len(set(levels.flatten().tolist()))} different"
        print(f"{name}: {len(net.nodes)} nodes, outputs {spread}")


if __name__ == "__main__":
    main()
