import Dormouse

/// Which element types go together.
extension Graph {
  /// Refuses a node whose operation can't read or write tensors of these types.
  func checkTypes(_ node: Node, _ inputs: [Tensor], _ output: Tensor) throws(GraphError) {
    let types = inputs.map(\.type)
    let from = types[0]
    let isSame = types.allSatisfy { $0 == output.type }
    let suits: Bool
    switch node.operation {
    case .dense, .convolution: suits = from == .bits || (from == .int8 && isSame)
    case .depthwise: suits = from == .int8 && isSame
    case .averagePool, .add: suits = from != .bits && isSame
    case .maxPool: suits = from != .int16 && isSame
    case .concatenation: suits = isSame
    case .binarize: suits = from != .bits && output.type == .bits
    case .prelu: suits = from == .int16 && isSame
    case .rescale: suits = from != .bits && output.type != .bits
    case .lookup, .softmax, .multiply, .crop, .reshape, .mean: suits = from == .int8 && isSame
    }
    guard suits else {
      let read = types.map { "\($0)" }.joined(separator: ", ")
      throw GraphError(node.name, "\(node.operation.kind) can't turn \(read) into \(output.type)")
    }
    if inputs.count == 2, node.operation.kind == .dense || node.operation.kind == .convolution {
      guard types[1] == .int16, output.type == .int16, inputs[1].shape == output.shape,
        inputs[1].quantization == output.quantization
      else { throw GraphError(node.name, "its shortcut must be int16 of its output's shape and scale") }
    }
    guard output.type == .int8 || node.clamp == -128...127 else {
      throw GraphError(node.name, "it clamps \(output.type); only int8 can be clamped")
    }
    switch node.operation {
    case .binarize, .prelu, .rescale:
      guard inputs[0].shape == output.shape else {
        throw GraphError(node.name, "it can't turn \(inputs[0].shape) into \(output.shape)")
      }
    case .dense where from == .bits:
      guard output.shape.count == output.shape.channels else {
        throw GraphError(node.name, "its output \(output.shape) must be one vector")
      }
    case .averagePool(let window) where from == .int16:
      guard window.kernelHeight * window.kernelWidth <= 32768 else {
        throw GraphError(node.name, "it takes the mean of more than 32768 elements")
      }
    default: break
    }
    let isScaleKept =
      node.operation.kind == .prelu || (node.operation.kind == .add && output.type == .int16)
    guard !isScaleKept || inputs.allSatisfy({ $0.quantization == output.quantization }) else {
      throw GraphError(node.name, "its inputs and its output must share one scale")
    }
  }
}
