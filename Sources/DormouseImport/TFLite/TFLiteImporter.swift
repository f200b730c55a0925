import Dormouse
import DormouseModel

/// Turns the main graph of a TensorFlow Lite file into nodes, operator by operator, in the file's order.
///
/// What is computed is what LiteRT's reference kernels compute, to the last bit: convolutions round twice, fully connected
/// layers once. Reshapes move no data; what has the wrong shape for its reader is given another where nobody has read it
/// yet, and copied where somebody has.
struct TFLiteImporter {
  /// A tensor of the file that has been computed.
  struct Value {
    /// Index of the graph's tensor that holds it.
    var tensor: Int
    /// Its shape in the file, which may differ from the tensor's: the elements are the same, in order.
    var layout: TFLiteLayout
  }

  let file: TFLiteFile
  let main: TFLiteGraph
  var tensors: [Tensor] = []
  var nodes: [Node] = []
  /// By the index of the file's tensor.
  var values: [Int: Value] = [:]
  /// Tensors whose shape is still open, because nothing that depends on it reads or writes them.
  var open: Set<Int> = []
  /// Names of variables by the tensors that stand for them.
  var handles: [Int: String] = [:]
  /// State tensors of variables by their names.
  var variables: [String: Int] = [:]
  /// Bytes of weights that may still be used: many operators may share large ones.
  private var budget = TFLiteFile.maximumLength
  /// Whether the input is reals in the file, which its first operator quantizes.
  private var takesReals = false

  /// Index of the tensor that takes the input.
  static let input = 0

  /// - Throws: `ImportError`.
  init(_ file: TFLiteFile) throws {
    self.file = file
    main = try file.graph(0)
  }

  /// The network.
  ///
  /// - Throws: `ImportError` naming the operator or tensor at fault.
  mutating func run() throws -> (tensors: [Tensor], nodes: [Node], output: Int) {
    let place = "TensorFlow Lite file"
    guard main.inputs.count == 1 else {
      throw ImportError(
        place, "has \(main.inputs.count) inputs (\(names(main.inputs)))",
        remedy: "export a network with one input, the features of one inference")
    }
    guard main.outputs.count == 1 else {
      throw ImportError(
        place, "has \(main.outputs.count) outputs (\(names(main.outputs)))",
        remedy: "export a network with one output, the scores")
    }
    guard !main.operators.isEmpty else { throw ImportError(place, "has no operators") }
    do { try takeInput() } catch let error as ImportError {
      throw error.naming(main.operators.first { $0.inputs.contains(main.inputs[0]) })
    }
    for operation in main.operators {
      for output in operation.outputs where values[output] != nil || handles[output] != nil {
        throw operation.error("writes \(main.tensors[output].place), which is written already")
      }
      do { try convert(operation) } catch let error as ImportError { throw error.naming(operation) }
    }
    guard let output = values[main.outputs[0]] else {
      throw ImportError(main.tensors[main.outputs[0]].place, "is the output, but no operator writes it")
    }
    guard tensors[output.tensor].home == .activations, output.tensor != TFLiteImporter.input else {
      throw ImportError(main.tensors[main.outputs[0]].place, "is the output, but no operator computes it")
    }
    return try compacted(output: output.tensor)
  }

  private mutating func convert(_ operation: TFLiteOperator) throws {
    switch operation.code.name {
    case "FULLY_CONNECTED": try fullyConnected(operation)
    case "CONV_2D": try convolution(operation)
    case "DEPTHWISE_CONV_2D": try depthwise(operation)
    case "AVERAGE_POOL_2D", "MAX_POOL_2D": try pool(operation)
    case "MEAN": try mean(operation)
    case "ADD", "MUL": try elementwise(operation)
    case "CONCATENATION": try concatenation(operation)
    case "SPLIT", "SPLIT_V": try split(operation)
    case "STRIDED_SLICE": try stridedSlice(operation)
    case "PAD": try pad(operation)
    case "RESHAPE", "SQUEEZE", "EXPAND_DIMS": try reshape(operation)
    case "SOFTMAX": try softmax(operation)
    case "LOGISTIC": try logistic(operation)
    case "RELU", "RELU6", "RELU_N1_TO_1": try rectifier(operation)
    case "QUANTIZE": try quantize(operation)
    case "DEQUANTIZE": try dequantize(operation)
    case "CALL_ONCE": try callOnce(operation)
    case "VAR_HANDLE": try variableHandle(operation)
    case "READ_VARIABLE": try readVariable(operation)
    case "ASSIGN_VARIABLE": try assignVariable(operation)
    default:
      throw operation.error(
        "can't be converted", remedy: "docs/importing.md lists the operators that can; build the model from those")
    }
  }

  private func names(_ indices: [Int]) -> String {
    indices.prefix(4).map { main.tensors[$0].name.quoted }.joined(separator: ", ")
  }

  private mutating func takeInput() throws {
    let source = main.tensors[main.inputs[0]]
    takesReals = source.type == .float32
    let layout = try TFLiteLayout(source.shape, place: source.place)
    // Of reals the first operator tells the quantization.
    let quantization = takesReals ? Quantization(scale: 1, zeroPoint: 0) : try self.quantization(of: source)
    tensors.append(Tensor(name: source.place, shape: layout.shape, quantization: quantization))
    open.insert(TFLiteImporter.input)
    values[source.index] = Value(tensor: TFLiteImporter.input, layout: layout)
  }

  /// Gives an input of reals the quantization that an operator gives it; false if it isn't one.
  mutating func quantizeInput(_ index: Int, _ quantization: Quantization) -> Bool {
    guard takesReals, index == main.inputs[0], nodes.isEmpty else { return false }
    tensors[TFLiteImporter.input].quantization = quantization
    return true
  }

  /// Refuses work without bounds.
  mutating func spend(_ bytes: Int, _ operation: TFLiteOperator) throws {
    budget -= bytes
    guard budget >= 0 else {
      throw operation.error("makes the weights exceed \(TFLiteFile.maximumLength >> 20) MiB altogether")
    }
  }

  /// The network without tensors that no node names.
  private func compacted(output: Int) throws -> (tensors: [Tensor], nodes: [Node], output: Int) {
    let used = Set(nodes.flatMap { $0.inputs + [$0.output] } + [TFLiteImporter.input, output])
    let kept = tensors.indices.filter(used.contains)
    let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let moved = nodes.map { node in
      var node = node
      node.inputs = node.inputs.compactMap { places[$0] }
      node.output = places[node.output] ?? 0
      return node
    }
    return (kept.map { tensors[$0] }, moved, places[output] ?? 0)
  }
}

extension ImportError {
  /// The error with the operator that uses the tensor at fault, where it names only that.
  fileprivate func naming(_ operation: TFLiteOperator?) -> ImportError {
    guard let operation, place.hasPrefix("tensor ") else { return self }
    return ImportError("\(operation.place), \(place)", problem, remedy: remedy)
  }
}
