/// What is particular to networks that come from TensorFlow Lite; see `Network+Imported.swift`.
extension ModelImage {
  /// Bytes of the region that a tensor lies in; 0 if there is no such region.
  @_optimize(size)
  func regionLength(of tensor: TensorRecord) -> UInt32 {
    switch TensorHome(rawValue: tensor.home) {
    case .activations: program.activationLength
    case .state: program.stateLength
    case .image: UInt32(truncatingIfNeeded: length(of: .weights))
    case nil: 0
    }
  }

  /// A tensor that is no activation lives for good, and is neither input nor output.
  @_optimize(size)
  func validateHome(of tensor: TensorRecord, index: Int, at: Int) throws(ImageError) {
    try Self.require(tensor.holds(.int8), .tensors, at: at, .badType)
    try Self.require(tensor.firstLayer == 0 && tensor.lastLayer == 0, .tensors, at: at &+ 2, .badValue)
    let isInside = index != Int(program.input) && index != Int(program.output)
    try Self.require(isInside, .tensors, at: at &+ 24, .badValue)
  }

  /// Rounding and places are those that the operation has.
  @_optimize(size)
  func validateDetails(of layer: LayerRecord, _ operation: Operation, at: Int) throws(ImageError) {
    let mayRoundTwice: Bool
    var mustRoundTwice = false
    switch operation {
    case .convolution, .depthwise, .dense:
      mayRoundTwice = tensor(min(Int(layer.inputs.0), tensorCount &- 1)).holds(.int8)
    case .add: mayRoundTwice = true
    case .multiply, .mean:
      mayRoundTwice = true
      mustRoundTwice = true
    default: mayRoundTwice = false
    }
    let isTwice = layer.details.0 == Rounding.twice.rawValue
    let isKnown = (layer.details.0 == 0 && !mustRoundTwice) || (isTwice && mayRoundTwice)
    try Self.require(isKnown, .program, at: at &+ 68, .badValue)
    let hasPlace = operation == .crop || (layer.details.1 == 0 && layer.details.2 == 0)
    try Self.require(hasPlace, .program, at: at &+ 72, .reservedNotZero)
  }

  /// Tables and factors of the operations from `lookup` on.
  @_optimize(size)
  func validateImportedConstants(
    of layer: LayerRecord, _ operation: Operation, output: TensorRecord, at: Int
  ) throws(ImageError) {
    if operation == .lookup {
      try requireWeights(layer.codebook, rows: 1, stride: UInt32(Lookup.tableLength), at: at &+ 64)
    }
    if operation == .softmax {
      try requireWeights(layer.biases, rows: 4, stride: UInt32(Softmax.tableLength), at: at &+ 44)
    }
    let channels = layer.requantizedChannels(output: output)
    guard channels > 0 else { return }
    let table = UInt32(truncatingIfNeeded: 4 &* channels)
    try requireWeights(layer.multipliers, rows: 1, stride: table, at: at &+ 48)
    try requireWeights(layer.shifts, rows: 1, stride: table, at: at &+ 52)
    if operation == .mean { try requireWeights(layer.biases, rows: 1, stride: table, at: at &+ 44) }
    let constants = constants(of: layer, input: tensor(Int(layer.inputs.0)), output: output)
    // A mean of 2^16 elements stays below 2^24; biases may be as large.
    let limit: Int32 = 1 << 29
    for channel in 0..<channels {
      let factor = QuantizedMultiplier(multiplier: constants.multipliers[channel], shift: constants.shifts[channel])
      let isValid = factor.isValid && factor.shift <= (operation == .mean ? 6 : Elementwise.shiftRange.upperBound)
      try Self.require(isValid, .program, at: at &+ 48, .badMultiplier)
      guard operation == .mean else { continue }
      let bias = constants.biases[channel]
      let isSafe = bias >= 0 &- limit && bias <= limit
      try Self.require(isSafe, .program, at: at &+ 44, .accumulatorOverflow)
    }
  }
}
