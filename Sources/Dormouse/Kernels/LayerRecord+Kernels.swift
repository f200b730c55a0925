/// What the validator and the planner ask the kernels.
extension LayerRecord {
  /// Bytes of scratch of the layer's kernel, the same on every core; 0 for an unknown operation.
  ///
  /// `input` is the layer's first input. Shapes and kernel extents must have been checked (`shapesAgree`), and the
  /// elements of a window must stay below 2^28.
  @_optimize(size)
  public func scratchLength(input: TensorRecord, output: TensorRecord) -> Int {
    let code = code
    if readsBits {
      return operation == Operation.dense.rawValue
        ? BinaryConvolution.scratchLength(.dense(input: Shape(input), outputs: output.count))
        : BinaryConvolution.scratchLength(Geometry(self, input: input, output: output))
    }
    return switch known {
    case .dense: Dense.scratchLength(inputs: input.count, code)
    case .convolution: Convolution.scratchLength(Geometry(self, input: input, output: output), code)
    case .depthwise: Depthwise.scratchLength(taps: Int(kernelHeight) &* Int(kernelWidth), code)
    default: 0
    }
  }

  /// The operation, if this build of the runtime has it.
  @inline(__always)
  public var known: Operation? {
    guard RuntimeParts.hasConvolutions else { return operation == Operation.dense.rawValue ? .dense : nil }
    return Operation(rawValue: operation)
  }

  /// Whether the layer multiplies signs with signs.
  @_optimize(size)
  public var readsBits: Bool { RuntimeParts.hasBits && layout == WeightLayout.words.rawValue }

  /// What the layer's stored weights mean; that of no weights for an unknown encoding.
  @_optimize(size)
  public var code: WeightCode { (Encoding(known: encoding) ?? .none).code }

  /// Bytes from one row of weights, or one pair of rows, to the next, for this many weights in a row; not for weights that
  /// are words.
  @_optimize(size)
  public func rowStride(columns: Int) -> Int {
    code.family == .bytes ? (columns &+ 3) & ~3 : PackedRows.pairStride(columns: columns, bits: code.bits)
  }

  /// Bytes from one row of weights, or one pair of rows, to the next; `input` is the layer's first input.
  @_optimize(size)
  public func rowStride(input: TensorRecord) -> Int {
    guard readsBits else { return rowStride(columns: weightsPerRow(input: input)) }
    let isDense = operation == Operation.dense.rawValue
    let taps = isDense ? Int(input.height) &* Int(input.width) : Int(kernelHeight) &* Int(kernelWidth)
    return taps &* input.positionLength
  }

  /// How many `rowStride`s the layer's weights take.
  @_optimize(size)
  public func rowStrides(output: TensorRecord) -> Int {
    let rows = weightRows(output: output)
    return code.family == .bytes || readsBits ? rows : (rows &+ 1) / 2
  }

  /// Rows of weights of the layer; 0 if it has none.
  @_optimize(size)
  public func weightRows(output: TensorRecord) -> Int {
    switch known {
    case .dense: output.count
    case .convolution: Int(output.channels)
    case .depthwise: Int(kernelHeight) &* Int(kernelWidth)
    default: 0
    }
  }

  /// Weights in a row, before padding; 0 if the layer has none.
  @_optimize(size)
  public func weightsPerRow(input: TensorRecord) -> Int {
    switch known {
    case .dense: input.count
    case .convolution: Int(kernelHeight) &* Int(kernelWidth) &* Int(input.channels)
    case .depthwise: Int(input.channels)
    default: 0
    }
  }

  /// Values behind each of `multipliers` and `shifts`, and, addition and rescaling excepted, `biases`.
  @_optimize(size)
  public func requantizedChannels(output: TensorRecord) -> Int {
    if RuntimeParts.hasImported && isImported { return importedChannels(output: output) }
    return switch known {
    case .dense: output.count
    case .convolution, .depthwise: Int(output.channels)
    case .add: RuntimeParts.hasBits && output.holds(.int16) ? 0 : 3
    case .binarize, .prelu: Int(output.channels)
    case .rescale: 1
    default: 0
    }
  }

  /// Whether kernel extents, padding and the shapes of first input and output fit together.
  ///
  /// For a concatenation and an addition this is about one input; the sum of the extents along the axis of a
  /// concatenation is for the caller to check.
  @_optimize(size)
  public func shapesAgree(input: TensorRecord, output: TensorRecord) -> Bool {
    guard let operation = known else { return false }
    let from = Shape(input)
    let to = Shape(output)
    if RuntimeParts.hasImported && isImported { return importedShapesAgree(operation, input: input, output: output) }
    switch operation {
    case .dense: return !readsBits || to.count == to.channels
    case .add, .binarize, .prelu, .rescale, .lookup, .softmax, .multiply, .crop, .mean: return from == to
    case .concatenation:
      guard let axis = Concatenation.Axis(rawValue: self.axis) else { return false }
      return (axis == .height || from.height == to.height) && (axis == .width || from.width == to.width)
        && (axis == .channels || from.channels == to.channels)
    case .convolution, .depthwise, .averagePool, .maxPool:
      guard kernelHeight > 0 && kernelWidth > 0 && strideHeight > 0 && strideWidth > 0 else { return false }
      guard dilationHeight > 0 && dilationWidth > 0 else { return false }
      guard operation == .convolution || from.channels == to.channels else { return false }
      guard operation == .averagePool || operation == .maxPool else { return true }
      let geometry = Geometry(self, input: input, output: output)
      return dilationHeight == 1 && dilationWidth == 1 && geometry.everyWindowTouchesInput
    }
  }
}
