/// What is particular to layers that read or write bits or int16.
extension ModelImage {
  /// Greatest `center / step` of weights with levels, Q8: with it accumulators stay below 2^31.
  private static let maximumLevel: Int32 = 16383

  /// The types of first input, further inputs and output suit the operation; what has no zero point has none.
  @_optimize(size)
  func validateTypes(of layer: LayerRecord, _ operation: Operation, at: Int) throws(ImageError) {
    guard RuntimeParts.hasBits else {
      guard RuntimeParts.hasConvolutions else { return }
      let isKnown =
        operation.rawValue <= Operation.concatenation.rawValue
        || (RuntimeParts.hasImported && operation.rawValue >= Operation.lookup.rawValue)
      return try Self.require(isKnown, .program, at: at, .partMissing)
    }
    let isKnown = RuntimeParts.hasImported || operation.rawValue <= Operation.rescale.rawValue
    try Self.require(isKnown, .program, at: at, .partMissing)
    let input = tensor(Int(layer.inputs.0))
    let output = tensor(Int(layer.output))
    let isSame = input.type == output.type
    let suits: Bool
    switch operation {
    case .dense, .convolution: suits = input.holds(.bits) || (input.holds(.int8) && isSame)
    case .depthwise: suits = input.holds(.int8) && isSame
    case .averagePool, .add: suits = !input.holds(.bits) && isSame
    case .maxPool: suits = !input.holds(.int16) && isSame
    case .concatenation: suits = isSame
    case .binarize: suits = !input.holds(.bits) && output.holds(.bits)
    case .prelu: suits = input.holds(.int16) && isSame
    case .rescale: suits = !input.holds(.bits) && !output.holds(.bits)
    case .lookup, .softmax, .multiply, .crop, .mean: suits = input.holds(.int8) && isSame
    }
    try Self.require(suits, .program, at: at, .badType)
    let inputs: InlineArray<4, UInt16> = [layer.inputs.0, layer.inputs.1, layer.inputs.2, layer.inputs.3]
    for position in 1..<max(Int(layer.inputCount), 1) {
      let isAlike = tensor(Int(inputs[position])).type == output.type
      try Self.require(isAlike, .program, at: at &+ 4 &+ 2 &* position, .badType)
    }
    // A shortcut is added in steps of the output.
    if layer.inputCount == 2 && (operation == .dense || operation == .convolution) {
      let shortcut = tensor(Int(layer.inputs.1))
      try Self.require(output.holds(.int16), .program, at: at &+ 6, .badType)
      try Self.require(Shape(shortcut) == Shape(output), .program, at: at &+ 6, .badShape)
      try Self.require(shortcut.hasScale(of: output), .program, at: at &+ 6, .badMultiplier)
    }
    let isClamped = layer.outputMinimum != .min || layer.outputMaximum != .max
    try Self.require(!isClamped || output.holds(.int8), .program, at: at &+ 32, .badValue)
  }

  /// The constants of a layer that reads bits, or of `binarize`, `prelu` and `rescale`.
  @_optimize(size)
  func validateBitConstants(
    of layer: LayerRecord, _ operation: Operation, input: TensorRecord, output: TensorRecord, at: Int
  ) throws(ImageError) {
    let channels = layer.requantizedChannels(output: output)
    let table = UInt32(truncatingIfNeeded: 4 &* channels)
    let hasLevels = layer.encoding == Encoding.binaryLevels.rawValue
    try requireWeights(layer.shifts, rows: 1, stride: table, at: at &+ 52)
    if operation != .rescale { try requireWeights(layer.biases, rows: 1, stride: table, at: at &+ 44) }
    if !output.holds(.bits) { try requireWeights(layer.multipliers, rows: 1, stride: table, at: at &+ 48) }
    if operation == .prelu || hasLevels { try requireWeights(layer.codebook, rows: 1, stride: table, at: at &+ 64) }
    if layer.readsBits { try validateWords(of: layer, input: input, output: output, at: at) }
    let constants = constants(of: layer, input: input, output: output)
    // The greatest accumulator without its bias, by channel.
    let perRow = Int32(truncatingIfNeeded: layer.weightsPerRow(input: input))
    for channel in 0..<channels {
      let level = hasLevels ? constants.table()[channel] : 0
      let isBounded = level >= 0 &- Self.maximumLevel && level <= Self.maximumLevel
      try Self.require(isBounded, .program, at: at &+ 64, .badValue)
      let magnitude = hasLevels ? perRow &* (256 &+ max(level, 0 &- level)) : perRow
      let isExact = hasExactFactor(constants, operation, output, channel)
      try Self.require(isExact, .program, at: at &+ 48, .badMultiplier)
      let isSafe = !layer.readsBits || output.holds(.bits) || staysInside(constants, channel, magnitude: magnitude)
      try Self.require(isSafe, .weights, at: place(ofBiases: layer), .accumulatorOverflow)
    }
  }

  @_optimize(size)
  private func place(ofBiases layer: LayerRecord) -> Int {
    offset(of: .weights) &+ Int(truncatingIfNeeded: layer.biases)
  }

  /// Whether factor, polarity or slope of one channel are in range.
  @_optimize(size)
  private func hasExactFactor(
    _ constants: LayerConstants, _ operation: Operation, _ output: TensorRecord, _ channel: Int
  ) -> Bool {
    let shift = constants.shifts[channel]
    if output.holds(.bits) { return shift == 1 || shift == -1 }
    var factor = QuantizedMultiplier(multiplier: constants.multipliers[channel], shift: shift)
    guard operation == .prelu else {
      return factor.isValid && (operation != .rescale || shift <= Rescale.maximumShift)
    }
    // Slopes may be negative; the product is the same but for its sign.
    guard factor.multiplier != .min else { return false }
    factor.multiplier = max(factor.multiplier, 0 &- factor.multiplier)
    let before = constants.biases[channel]
    let after = constants.table()[channel]
    let limit = PReLU.maximumBias
    return factor.isValid && shift <= PReLU.maximumShift && before >= 0 &- limit && before <= limit
      && after >= 0 &- limit && after <= limit
  }

  /// Whether an accumulator, below `magnitude` but for its bias, stays in Int32 until it is clamped.
  @_optimize(size)
  private func staysInside(_ constants: LayerConstants, _ channel: Int, magnitude: Int32) -> Bool {
    let bias = constants.biases[channel]
    let highest = bias.addingReportingOverflow(magnitude)
    let lowest = bias.subtractingReportingOverflow(magnitude)
    guard !highest.overflow && !lowest.overflow else { return false }
    // Shifts to the left magnify; and the output's zero point is added without a check.
    let shift = constants.shifts[channel]
    let limit = shift > 0 ? Int32.max &>> (shift &+ 1) : Int32.max &- 256
    return highest.partialValue <= limit && lowest.partialValue >= 0 &- limit
  }

  /// Rows of words fit, and their unused bits are zero.
  @_optimize(size)
  private func validateWords(
    of layer: LayerRecord, input: TensorRecord, output: TensorRecord, at: Int
  ) throws(ImageError) {
    let perRow = layer.weightsPerRow(input: input)
    try Self.require(perRow <= Self.maximumRow, .program, at: at &+ 40, .badShape)
    let words = SignWords.count(channels: Int(input.channels))
    let stride = UInt32(truncatingIfNeeded: layer.rowStride(input: input))
    try Self.require(layer.rowStride == stride, .program, at: at &+ 40, .lengthMismatch)
    let rows = layer.weightRows(output: output)
    try requireWeights(layer.weights, rows: UInt32(truncatingIfNeeded: rows), stride: stride, at: at &+ 36)
    let unused = ~SignWords.lastMask(channels: Int(input.channels))
    let weights = start(of: .weights) + Int(truncatingIfNeeded: layer.weights)
    for tap in 0..<(rows &* Int(stride) / (4 &* words)) {
      let last = weights.load(fromByteOffset: 4 &* (tap &* words &+ words &- 1), as: UInt32.self)
      let place = offset(of: .weights) &+ Int(truncatingIfNeeded: layer.weights)
      try Self.require(last & unused == 0, .weights, at: place, .reservedNotZero)
    }
  }
}

extension TensorRecord {
  /// Whether both tensors have one scale and zero point.
  @_optimize(size)
  func hasScale(of other: TensorRecord) -> Bool {
    zeroPoint == other.zeroPoint && scaleMultiplier == other.scaleMultiplier && scaleShift == other.scaleShift
  }
}
