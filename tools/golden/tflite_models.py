"""One-operator TensorFlow Lite models, built with the schema classes that LiteRT ships."""

from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

Builtin = schema.BuiltinOperator
Options = schema.BuiltinOptions


@dataclass
class Tensor:
    """A tensor of a model: `data` is None for inputs and outputs."""

    shape: tuple[int, ...]
    scales: list[float]
    zero_point: int = 0
    dimension: int = 0
    type: int = schema.TensorType.INT8
    data: np.ndarray | None = None


@dataclass
class Operator:
    """The single operator of a model."""

    code: int
    options_type: int
    options: object
    inputs: list[Tensor]
    output: Tensor
    version: int = 1
    variable: list[int] = field(default_factory=list)


def build(operator: Operator) -> bytes:
    """The bytes of a model that holds just `operator`; inputs without data are the model's inputs."""
    model = schema.ModelT()
    model.version = 3
    model.buffers = [schema.BufferT()]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = operator.code
    code.version = operator.version
    model.operatorCodes = [code]
    graph = schema.SubGraphT()
    graph.tensors = []
    for index, tensor in enumerate([*operator.inputs, operator.output]):
        graph.tensors.append(_tensor(model, tensor, index))
    step = schema.OperatorT()
    step.opcodeIndex = 0
    step.inputs = list(range(len(operator.inputs)))
    step.outputs = [len(operator.inputs)]
    step.builtinOptionsType = operator.options_type
    step.builtinOptions = operator.options
    graph.operators = [step]
    graph.inputs = [i for i, tensor in enumerate(operator.inputs) if tensor.data is None]
    graph.outputs = step.outputs
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _tensor(model: "schema.ModelT", tensor: Tensor, index: int) -> "schema.TensorT":
    result = schema.TensorT()
    result.name = f"tensor{index}"
    result.shape = list(tensor.shape)
    result.type = tensor.type
    result.buffer = 0
    if tensor.data is not None:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(tensor.data).tobytes(), dtype=np.uint8)
        result.buffer = len(model.buffers)
        model.buffers.append(buffer)
    quantization = schema.QuantizationParametersT()
    quantization.scale = [float(scale) for scale in tensor.scales]
    quantization.zeroPoint = [tensor.zero_point] * len(tensor.scales)
    quantization.quantizedDimension = tensor.dimension
    result.quantization = quantization
    return result


def run(model: bytes, inputs: list[np.ndarray]) -> np.ndarray:
    """What LiteRT's reference kernels make of `inputs`."""
    interpreter = Interpreter(
        model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
    )
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
