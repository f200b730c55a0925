"""TensorFlow Lite files of several operators and graphs, built with the schema classes that LiteRT ships."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

Builtin = schema.BuiltinOperator
Type = schema.TensorType


class Graph:
    """One graph of a file; tensors are named by their index."""

    def __init__(self, model: "Model") -> None:
        self.model = model
        self.table = schema.SubGraphT()
        self.table.tensors, self.table.operators = [], []
        self.table.inputs, self.table.outputs = [], []

    def tensor(self, shape, scale=None, zero_point=0, *, type=Type.INT8, data=None, dimension=0) -> int:
        """A tensor; a constant if there is data. `scale` is one or a list."""
        tensor = schema.TensorT()
        tensor.name = f"tensor{len(self.table.tensors)}"
        tensor.shape, tensor.type = list(shape), type
        tensor.buffer = self.model.buffer(data)
        if scale is not None:
            scales = np.atleast_1d(scale).tolist()
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = scales
            tensor.quantization.zeroPoint = [int(zero_point)] * len(scales)
            tensor.quantization.quantizedDimension = dimension
        self.table.tensors.append(tensor)
        return len(self.table.tensors) - 1

    def integers(self, values) -> int:
        """A constant of int32."""
        values = np.asarray(values, np.int32)
        return self.tensor(values.shape, type=Type.INT32, data=values)

    def resource(self) -> int:
        """What stands for a variable."""
        return self.tensor((), type=Type.RESOURCE)

    def apply(self, name: str, inputs: list[int], outputs: list[int], options: str = "", **fields) -> None:
        """Appends an operator, such as "ADD" with the options of "AddOptions"."""
        step = schema.OperatorT()
        step.opcodeIndex = self.model.code(getattr(Builtin, name))
        step.inputs, step.outputs = inputs, outputs
        if options:
            step.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            step.builtinOptions = getattr(schema, options + "T")()
            for key, value in fields.items():
                assert hasattr(step.builtinOptions, key), key
                setattr(step.builtinOptions, key, value)
        self.table.operators.append(step)


class Model:
    """A file under construction; its first graph is the main one."""

    def __init__(self) -> None:
        self.table = schema.ModelT()
        self.table.version = 3
        self.table.buffers = [schema.BufferT()]
        self.table.operatorCodes = []
        self.graphs: list[Graph] = []
        self.main = self.graph()

    def graph(self) -> Graph:
        """A further graph."""
        self.graphs.append(Graph(self))
        return self.graphs[-1]

    def buffer(self, data) -> int:
        """The index of a buffer with the bytes of an array; 0, the empty one, for None."""
        if data is None:
            return 0
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
        self.table.buffers.append(buffer)
        return len(self.table.buffers) - 1

    def code(self, number: int) -> int:
        """The index of an operator's code."""
        for index, code in enumerate(self.table.operatorCodes):
            if code.builtinCode == number:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode = number, min(number, 127)
        code.version = 6 if number == Builtin.DEPTHWISE_CONV_2D else 1
        self.table.operatorCodes.append(code)
        return len(self.table.operatorCodes) - 1

    def content(self, inputs: list[int], outputs: list[int]) -> bytes:
        """The file."""
        self.main.table.inputs, self.main.table.outputs = inputs, outputs
        self.table.subgraphs = [graph.table for graph in self.graphs]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.table.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())


def packed(values: np.ndarray) -> np.ndarray:
    """int4 values, two a byte, the first in the lower half."""
    flat = np.append(values.ravel(), np.zeros(values.size % 2, np.int8)).astype(np.uint8) & 15
    return flat[0::2] | flat[1::2] << 4
