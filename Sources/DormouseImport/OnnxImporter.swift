import DormouseModel
import Foundation

/// Turns a quantized ONNX model into a graph.
///
/// The file's nodes are walked once, in order. Each named value is a constant, a layer that waits for its output's
/// quantization, or a tensor of the graph; QuantizeLinear (or a QONNX Quant) turns a waiting layer into a node of the
/// graph. The extensions hold one family of operators each.
final class OnnxImporter {
  let file: OnnxFile
  /// Features a frame, where a front end says so; decides which axis of the input is time.
  let bands: Int?
  var values: [String: OnnxValue] = [:]
  var atoms = AtomTable()
  var storage: [Storage] = []
  var tensors: [Tensor] = []
  var nodes: [Node] = []
  /// Tensors that each waiting layer has become.
  var emitted: [Int: [(quantization: ActivationQuantization, tensor: Int)]] = [:]
  /// Whether the input's quantization is known.
  var inputIsQuantized = false
  var pendingCount = 0
  /// Elements of all constants computed so far.
  var spentElements = 0

  /// Most layers of a graph.
  static let maximumLayers = 1024
  /// Most elements of all constants that are computed on the way; a file's own are bounded by its length.
  static let maximumElements = 1 << 25
  /// The input is always tensor 0.
  static let inputTensor = 0

  init(_ file: OnnxFile, bands: Int?) {
    self.file = file
    self.bands = bands
  }

  /// The graph of the file: tensors and nodes, named after the file's.
  ///
  /// - Throws: `ImportError` naming the node at fault.
  func run() throws -> (tensors: [Tensor], nodes: [Node], output: Int) {
    values = file.constants.mapValues(OnnxValue.constant)
    values[file.input.name] = .input(try inputView())
    for node in file.nodes { for part in try spelledOut(node) { try lower(part) } }
    let output = try outputTensor()
    tensors[OnnxImporter.inputTensor].shape = try settledShape(of: OnnxImporter.inputTensor)
    return (tensors, nodes, output)
  }

  private func outputTensor() throws -> Int {
    let view: TensorView
    switch values[file.output] {
    case .activation(let result), .integers(let result), .probabilities(let result): view = result
    case .pending(let layer):
      guard let result = try exact(layer, file.nodes[file.nodes.count - 1]) else {
        throw ImportError(
          layer.place, "gives the network's output without a quantization",
          remedy: "add QuantizeLinear and DequantizeLinear after it, so that the logits have a scale")
      }
      view = result
    case .shifted, .curved:
      throw ImportError(
        "output \(file.output.quoted)", "has no quantization", remedy: "add Quant with 8 bits after it")
    case .constant, .weights, .input:
      throw ImportError("output \(file.output.quoted)", "does not depend on a layer")
    case nil:
      throw ImportError("output \(file.output.quoted)", "is made by no node")
    }
    guard view.tensor != OnnxImporter.inputTensor, view.padding.isEmpty else {
      throw ImportError("output \(file.output.quoted)", "does not depend on a layer")
    }
    guard view.axes.flatMap({ $0 }).count <= 1 else {
      throw ImportError(
        "output \(file.output.quoted)", "has the shape \(view.shape)",
        remedy: "end the network with one vector of logits, such as [1, labels]")
    }
    return view.tensor
  }

  /// Dispatches on the operator.
  private func lower(_ node: OnnxNode) throws {
    guard node.isStandard || OnnxImporter.qonnxDomains.contains(node.proto.domain) else {
      throw node.error("belongs to the unknown operator set \(node.proto.domain.quoted)")
    }
    guard let output = node.outputs.first, !output.isEmpty else { throw node.error("has no output") }
    guard values[output] == nil else { throw node.error("makes \(output.quoted), which exists already") }
    values[output] =
      switch node.operation {
      case "Constant": try constant(node)
      case "ConstantOfShape": try constantOfShape(node)
      case "Cast": try cast(node)
      case "Shape": try shape(node)
      case "Slice": try slice(node)
      case "Identity", "Dropout": try value(node, 0)
      case "QuantizeLinear": try quantizeLinear(node)
      case "DequantizeLinear": try dequantizeLinear(node)
      case "Quant": try quant(node)
      case "BipolarQuant": try bipolarQuant(node)
      case "Gather": try gather(node)
      case "Conv": try convolution(node)
      case "Gemm": try gemm(node)
      case "MatMul": try matrixProduct(node)
      case "Relu": try clamped(node, 0, .infinity)
      case "Clip": try clip(node)
      case "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Elu": try curve(node)
      case "Add": try add(node)
      case "Mul", "Div", "Sub", "PRelu": try channelwise(node)
      case "BatchNormalization": try batchNormalization(node)
      case "Concat": try concatenation(node)
      case "AveragePool", "MaxPool": try pool(node)
      case "GlobalAveragePool", "GlobalMaxPool": try globalPool(node)
      case "ReduceMean", "ReduceMax": try reduction(node)
      case "Transpose": try transpose(node)
      case "Reshape": try reshape(node)
      case "Flatten": try flatten(node)
      case "Squeeze": try squeeze(node)
      case "Unsqueeze": try unsqueeze(node)
      case "Pad": try pad(node)
      case "Softmax": try softmax(node)
      default: throw node.error("is not supported", remedy: OnnxImporter.remedy(for: node.operation))
      }
  }

  static func remedy(for operation: String) -> String {
    switch operation {
    case "BatchNormalization": "fold it into the layer before it (most exporters can); only binary layers take it"
    case "ConvInteger", "MatMulInteger", "FusedConv":
      "quantize in QDQ format (QuantizeLinear and DequantizeLinear around float operators)"
    case "DynamicQuantizeLinear": "use static quantization, with scales that are constants"
    case "LogSoftmax", "ArgMax", "QLinearSoftmax": "end the network at its logits; the detector does the rest"
    case "Slice": "export the model with fixed shapes, constants folded"
    case "LSTM", "GRU", "RNN", "Loop", "If", "Scan": "use a feed-forward network"
    case "Trunc": "quantize to 2 to 8 bits with Quant"
    default:
      "use Conv, Gemm, MatMul, Relu, Clip, Add, Concat, AveragePool, MaxPool, ReduceMean, or operators that only "
        + "reshape"
    }
  }
}

extension OnnxImporter {
  /// Input `position` of a node, made by an earlier node.
  func value(_ node: OnnxNode, _ position: Int) throws -> OnnxValue {
    guard let name = node.input(position) else { throw node.error("lacks input \(position)") }
    guard let value = values[name] else {
      throw node.error(
        "reads \(name.quoted), which no earlier node makes",
        remedy: "check for a cycle, or a file whose nodes are not in order")
    }
    return value
  }

  /// An input that has to be a dequantized activation.
  func activation(_ node: OnnxNode, _ position: Int) throws -> TensorView {
    switch try value(node, position) {
    case .activation(let view): return view
    case .input:
      throw node.error(
        "reads the network's input unquantized",
        remedy: "put QuantizeLinear and DequantizeLinear between \(file.input.name.quoted) and it")
    case .pending(let layer):
      if let view = try exact(layer, node) { return view }
      throw node.error(
        "reads the unquantized result of \(layer.place)",
        remedy: "put QuantizeLinear and DequantizeLinear between them")
    case .shifted, .curved:
      throw node.error("reads floats that are not quantized", remedy: "put Quant or BipolarQuant before it")
    case .integers:
      throw node.error("computes on integers", remedy: "put DequantizeLinear before it (QDQ format)")
    case .probabilities:
      throw node.error("follows a softmax", remedy: "end the network at its logits")
    case .constant, .weights:
      throw node.error("computes with constants only", remedy: "export the model with constants folded")
    }
  }

  /// An activation without zeros around it.
  func unpadded(_ node: OnnxNode, _ position: Int) throws -> TensorView {
    let view = try activation(node, position)
    guard view.padding.isEmpty else { throw padError(node) }
    return view
  }

  func padError(_ node: OnnxNode) -> ImportError {
    node.error("reads a padded tensor", remedy: "only a convolution may follow Pad")
  }

  /// Accounts for constants that a node computes: few bytes of a hostile file must not ask for much memory.
  func spend(_ count: Int, _ node: OnnxNode) throws {
    spentElements += count
    guard spentElements <= OnnxImporter.maximumElements else {
      throw node.error("computes more constants than a model for a microcontroller has")
    }
  }

  /// An input that has to be a plain constant; nil if it is left out.
  func optionalConstant(_ node: OnnxNode, _ position: Int) throws -> OnnxTensor? {
    guard node.input(position) != nil else { return nil }
    guard case .constant(let tensor) = try value(node, position) else {
      throw node.error("input \(position) is computed", remedy: "make it a constant")
    }
    return tensor
  }

  /// A list of integers that older operator sets hold in an attribute and newer ones in an input.
  func integers(_ node: OnnxNode, attribute: String, input position: Int) throws -> [Int]? {
    if let list = try node.integers(attribute) { return list }
    guard let tensor = try optionalConstant(node, position) else { return nil }
    guard let list = tensor.integers, list.count <= 64,
      list.allSatisfy({ $0.magnitude <= UInt64(Int32.max) })
    else { throw node.error("input \(position) is not a short list of integers") }
    return list.map { Int($0) }
  }

  /// Axes counted from either end, made to count from the front.
  func normalized(_ axes: [Int], rank: Int, _ node: OnnxNode) throws -> [Int] {
    try axes.map { axis in
      guard axis >= -rank, axis < rank else { throw node.error("names axis \(axis) of \(rank)") }
      return axis < 0 ? axis + rank : axis
    }
  }

  private func softmax(_ node: OnnxNode) throws -> OnnxValue {
    let view = try unpadded(node, 0)
    guard node.outputs[0] == file.output else {
      throw node.error(
        "is followed by other operators",
        remedy: "end the network at its logits; the detector computes the posteriors")
    }
    return .probabilities(view)
  }
}
