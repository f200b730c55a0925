import Dormouse

/// What is particular to operations that only imported networks have.
extension Graph {
  /// Refuses such a node if its parts contradict one another.
  ///
  /// - Returns: Whether the node is one of these.
  func checkImported(_ node: Node, _ inputs: [Tensor], _ output: Tensor) throws(GraphError) -> Bool {
    let shape = inputs[0].shape
    var mayRoundTwice = false
    var isImported = true
    switch node.operation {
    case .lookup(let results):
      guard results.count == 256, shape.count == output.shape.count else {
        throw GraphError(node.name, "it needs a table of 256 results, and as many outputs as inputs")
      }
    case .softmax(let exponentials):
      guard exponentials.count == 256, shape == output.shape, shape.channels <= 511 else {
        throw GraphError(node.name, "it needs a table of 256 exponentials, and 1 to 511 channels, but has \(shape)")
      }
      guard output.quantization == Quantization(scale: 1.0 / 256, zeroPoint: -128) else {
        throw GraphError(node.name, "its output must have the scale 1/256 and the zero point -128")
      }
    case .multiply, .add:
      isImported = node.operation.kind == .multiply || node.rounding == .twice
      mayRoundTwice = true
      guard !isImported || inputs.allSatisfy({ $0.shape.repeats(into: output.shape) }) else {
        throw GraphError(
          node.name, "it can't repeat \(shape) and \(inputs[1].shape) to \(output.shape)")
      }
    case .crop(let rectangle):
      try check(rectangle, node, shape, output.shape)
      try checkSameQuantization(node, inputs, output)
    case .reshape:
      guard shape.count == output.shape.count else {
        throw GraphError(node.name, "it can't turn \(shape) into \(output.shape)")
      }
      try checkSameQuantization(node, inputs, output)
    case .mean(let window, let factor):
      mayRoundTwice = true
      try check(window, node, shape, output.shape)
      try checkChannels(node, inputs[0], output)
      guard window.padTop == 0, window.padLeft == 0, window.dilationHeight == 1, window.dilationWidth == 1,
        (output.shape.height - 1) * window.strideHeight + window.kernelHeight <= shape.height,
        (output.shape.width - 1) * window.strideWidth + window.kernelWidth <= shape.width, factor.shift <= 6
      else { throw GraphError(node.name, "it can't take the mean of \(shape) to \(output.shape)") }
    case .convolution, .depthwise, .dense:
      mayRoundTwice = inputs[0].type == .int8
      isImported = false
    default: isImported = false
    }
    let mustRoundTwice = node.operation.kind == .multiply || node.operation.kind == .mean
    guard node.rounding == .twice ? mayRoundTwice : !mustRoundTwice else {
      throw GraphError(node.name, "\(node.operation.kind) can't round \(node.rounding)")
    }
    return isImported
  }

  private func check(
    _ rectangle: Rectangle, _ node: Node, _ input: TensorShape, _ output: TensorShape
  ) throws(GraphError) {
    let places = -65535...65535
    guard places.contains(rectangle.row), places.contains(rectangle.column),
      (1...1024).contains(rectangle.strideHeight), (1...1024).contains(rectangle.strideWidth),
      rectangle.channel >= 0, rectangle.channel + output.channels <= input.channels
    else { throw GraphError(node.name, "it can't cut \(output) out of \(input)") }
  }
}

extension TensorShape {
  /// Whether every extent is that of `other`, or 1.
  fileprivate func repeats(into other: TensorShape) -> Bool {
    [(height, other.height), (width, other.width), (channels, other.channels)].allSatisfy { $0 == $1 || $0 == 1 }
  }
}
