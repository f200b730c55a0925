/// What the validator and the planner ask about layers that only imported networks have.
extension LayerRecord {
  /// Whether the layer is one of those.
  @inline(__always)
  var isImported: Bool {
    operation >= Operation.lookup.rawValue || (operation == Operation.add.rawValue && roundsTwice)
  }

  /// `requantizedChannels` of such a layer.
  @_optimize(size)
  func importedChannels(output: TensorRecord) -> Int {
    switch Operation(rawValue: operation) {
    case .add: 3
    case .multiply: 1
    case .mean: Int(output.channels)
    default: 0
    }
  }

  /// `shapesAgree` of such a layer.
  @_optimize(size)
  func importedShapesAgree(_ operation: Operation, input: TensorRecord, output: TensorRecord) -> Bool {
    let from = Shape(input)
    let to = Shape(output)
    switch operation {
    case .lookup: return from.count == to.count
    case .softmax: return from == to && to.channels <= Softmax.maximumChannels
    case .crop: return cropAgrees(input: from, output: to)
    case .mean:
      let hasWindow = kernelHeight > 0 && kernelWidth > 0 && strideHeight > 0 && strideWidth > 0
      return hasWindow && dilationHeight == 1 && dilationWidth == 1 && from.channels == to.channels
        && Geometry(self, input: input, output: output).everyWindowTouchesInput
    default: return from.repeats(into: to)
    }
  }

  /// First row that a crop copies.
  @inline(__always)
  public var firstRow: Int { Int(truncatingIfNeeded: details.1 & 0xFFFF) }
  /// First column that a crop copies.
  @inline(__always)
  public var firstColumn: Int { Int(truncatingIfNeeded: details.1 &>> 16) }
  /// First channel that a crop copies.
  @inline(__always)
  public var firstChannel: Int { Int(truncatingIfNeeded: details.2) }

  /// Whether a crop's channels lie inside its input, or it copies everything.
  @_optimize(size)
  private func cropAgrees(input: Shape, output: Shape) -> Bool {
    guard strideHeight > 0 && strideWidth > 0 else {
      return strideHeight == 0 && strideWidth == 0 && details.1 == 0 && details.2 == 0 && padTop == 0 && padLeft == 0
        && input.count == output.count
    }
    return details.2 <= 65535 && firstChannel &+ output.channels <= input.channels
  }
}
