extension ModelImage {
  /// Most taps, stride and dilation of a kernel in one dimension; keeps positions within 27 bits.
  private static let maximumExtent: UInt16 = 1024
  /// Most weights that make one output: 2^16 products of at most 2^14 stay below 2^30.
  static let maximumRow = 65536

  /// Proves one layer.
  @_optimize(size)
  func validateLayer(_ index: Int) throws(ImageError) {
    let layer = layer(index)
    let at = offset(of: .program) &+ MemoryLayout<ProgramRecord>.size &+ index &* MemoryLayout<LayerRecord>.size
    guard let operation = Operation(rawValue: layer.operation) else {
      throw ImageError(.program, at: at, .unsupportedOperation)
    }
    try Self.require(layer.known != nil, .program, at: at, .partMissing)
    let isReserved = layer.reserved0 == 0 && (RuntimeParts.hasImported || layer.details == (0, 0, 0))
    try Self.require(isReserved, .program, at: at &+ 34, .reservedNotZero)
    if RuntimeParts.hasImported { try validateDetails(of: layer, operation, at: at) }
    try Self.require(layer.outputMinimum <= layer.outputMaximum, .program, at: at &+ 32, .badValue)
    try validateTensors(of: layer, operation, number: index, at: at)
    try validateTypes(of: layer, operation, at: at)
    try validateStorage(of: layer, operation, at: at)
    let input = tensor(Int(layer.inputs.0))
    let output = tensor(Int(layer.output))
    try validateWindow(of: layer, operation, at: at)
    try Self.require(layer.shapesAgree(input: input, output: output), .program, at: at &+ 16, .badShape)
    try validateScratch(of: layer, input: input, output: output, at: at)
    try validateConstants(of: layer, operation, input: input, output: output, at: at)
  }

  @_optimize(size)
  private func validateStorage(of layer: LayerRecord, _ operation: Operation, at: Int) throws(ImageError) {
    guard Encoding(rawValue: layer.encoding) != nil else {
      throw ImageError(.program, at: at &+ 1, .unsupportedEncoding)
    }
    guard let encoding = Encoding(known: layer.encoding) else {
      throw ImageError(.program, at: at &+ 1, .partMissing)
    }
    if !RuntimeParts.hasNarrow {
      try Self.require(encoding.rawValue <= Encoding.int8.rawValue, .program, at: at &+ 1, .partMissing)
    }
    let operation = RuntimeParts.hasConvolutions ? operation : .dense
    var layout: WeightLayout
    switch operation {
    case .dense, .convolution:
      layout = RuntimeParts.hasBits && tensor(Int(layer.inputs.0)).holds(.bits) ? .words : .rows
    case .depthwise: layout = .taps
    case .averagePool, .maxPool, .add, .concatenation, .binarize, .prelu, .rescale: layout = .none
    case .lookup, .softmax, .multiply, .crop, .mean: layout = .none
    }
    let isKnown: Bool
    switch layout {
    case .none: isKnown = encoding == .none
    case .words: isKnown = encoding == .binary || encoding == .binaryLevels
    default: isKnown = encoding != .none && encoding != .binaryLevels
    }
    try Self.require(isKnown, .program, at: at &+ 1, .unsupportedEncoding)
    if layout != .none && layout != .words && encoding != .int8 { layout = .pairs }
    try Self.require(layer.layout == layout.rawValue, .program, at: at &+ 2, .unsupportedEncoding)
    let hasTable =
      encoding.code.levels > 0 || encoding == .binaryLevels || operation == .prelu
      || (RuntimeParts.hasImported && operation == .lookup)
    try Self.require(layer.codebook == 0 || hasTable, .program, at: at &+ 64, .reservedNotZero)
  }

  /// Inputs exist and were written before, the output is written here only; counts and quantization suit the operation.
  @_optimize(size)
  private func validateTensors(
    of layer: LayerRecord, _ operation: Operation, number: Int, at: Int
  ) throws(ImageError) {
    let operation = RuntimeParts.hasConvolutions ? operation : .dense
    var least: UInt16 = 1
    var most: UInt16 = 1
    if operation == .add || operation == .concatenation || (RuntimeParts.hasImported && operation == .multiply) {
      least = 2
      most = operation == .concatenation ? 4 : 2
    } else if RuntimeParts.hasBits && (operation == .dense || operation == .convolution) {
      most = 2
    }
    try Self.require(layer.inputCount >= least && layer.inputCount <= most, .program, at: at &+ 14, .badCount)
    try Self.require(Int(layer.output) < tensorCount, .program, at: at &+ 12, .badTensorIndex)
    let output = tensor(Int(layer.output))
    let isWrittenHere = layer.output != program.input && output.isWritten(by: number)
    try Self.require(isWrittenHere, .program, at: at &+ 12, .readBeforeWrite)
    let keepsScale =
      operation == .averagePool || operation == .maxPool || operation == .concatenation || operation == .prelu
      || (operation == .add && output.holds(.int16)) || (RuntimeParts.hasImported && operation == .crop)
    let inputs: InlineArray<4, UInt16> = [layer.inputs.0, layer.inputs.1, layer.inputs.2, layer.inputs.3]
    var extent = 0
    for position in 0..<4 {
      let place = at &+ 4 &+ 2 &* position
      guard position < Int(layer.inputCount) else {
        try Self.require(inputs[position] == 0, .program, at: place, .badTensorIndex)
        continue
      }
      try Self.require(Int(inputs[position]) < tensorCount, .program, at: place, .badTensorIndex)
      let input = tensor(Int(inputs[position]))
      if input.isActivation {
        let isWritten = inputs[position] == program.input || Int(input.firstLayer) < number
        try Self.require(isWritten && Int(input.lastLayer) >= number, .program, at: place, .readBeforeWrite)
      } else {
        try Self.require(inputs[position] != layer.output, .program, at: place, .readBeforeWrite)
      }
      if keepsScale {
        try Self.require(input.hasScale(of: output), .program, at: place, .badMultiplier)
      }
      if operation == .add || operation == .concatenation || (RuntimeParts.hasImported && operation == .multiply) {
        try Self.require(layer.shapesAgree(input: input, output: output), .program, at: place, .badShape)
      }
      extent = extent &+ Self.extent(of: input, along: layer.axis)
    }
    if operation == .concatenation {
      let isFilled = extent == Self.extent(of: output, along: layer.axis)
      try Self.require(isFilled, .program, at: at &+ 3, .badShape)
    }
  }

  @_optimize(size)
  private static func extent(of tensor: TensorRecord, along axis: UInt8) -> Int {
    Int(axis == 0 ? tensor.height : axis == 1 ? tensor.width : tensor.channels)
  }

  /// Kernel extents are small enough for everything computed from them to fit 32 bits.
  @_optimize(size)
  private func validateWindow(of layer: LayerRecord, _ operation: Operation, at: Int) throws(ImageError) {
    guard RuntimeParts.hasConvolutions else { return }
    switch operation {
    case .convolution, .depthwise, .averagePool, .maxPool: break
    default: guard RuntimeParts.hasImported && (operation == .crop || operation == .mean) else { return }
    }
    let limit = Self.maximumExtent
    let isBounded =
      layer.kernelHeight <= limit && layer.kernelWidth <= limit && layer.strideHeight <= limit
      && layer.strideWidth <= limit && layer.dilationHeight <= limit && layer.dilationWidth <= limit
    try Self.require(isBounded, .program, at: at &+ 16, .badValue)
    let taps = Int(layer.kernelHeight) &* Int(layer.kernelWidth)
    let isWide = RuntimeParts.hasBits && operation == .averagePool && tensor(Int(layer.inputs.0)).holds(.int16)
    let most = isWide ? AveragePool.maximumTaps : Self.maximumRow
    try Self.require(taps <= most, .program, at: at &+ 16, .badValue)
  }

  @_optimize(size)
  private func validateScratch(
    of layer: LayerRecord, input: TensorRecord, output: TensorRecord, at: Int
  ) throws(ImageError) {
    // Before the kernel is asked: the elements of a window are bounded, so that the answer fits.
    let taps = UInt32(layer.kernelHeight) &* UInt32(layer.kernelWidth)
    let (elements, overflow) = taps.multipliedReportingOverflow(by: UInt32(input.channels))
    try Self.require(!overflow && elements <= 1 << 24, .program, at: at &+ 16, .badShape)
    let length = layer.scratchLength(input: input, output: output)
    try Self.require(
      layer.scratchLength == UInt32(truncatingIfNeeded: length), .program, at: at &+ 60, .lengthMismatch)
    try Self.require(layer.scratch & 15 == 0, .program, at: at &+ 56, .misaligned)
    let end = program.activationLength
    let isInside = layer.scratch <= end && layer.scratchLength <= end &- layer.scratch
    try Self.require(isInside, .program, at: at &+ 56, .outOfBounds)
  }

  @_optimize(size)
  private func validateConstants(
    of layer: LayerRecord, _ operation: Operation, input: TensorRecord, output: TensorRecord, at: Int
  ) throws(ImageError) {
    if RuntimeParts.hasImported, operation.rawValue >= Operation.lookup.rawValue {
      return try validateImportedConstants(of: layer, operation, output: output, at: at)
    }
    let operation = RuntimeParts.hasConvolutions ? operation : .dense
    let channels = layer.requantizedChannels(output: output)
    guard channels > 0 else { return }
    if RuntimeParts.hasBits
      && (layer.readsBits || operation == .binarize || operation == .prelu || operation == .rescale)
    {
      return try validateBitConstants(of: layer, operation, input: input, output: output, at: at)
    }
    try requireWeights(layer.multipliers, rows: 1, stride: UInt32(truncatingIfNeeded: 4 &* channels), at: at &+ 48)
    try requireWeights(layer.shifts, rows: 1, stride: UInt32(truncatingIfNeeded: 4 &* channels), at: at &+ 52)
    let multipliers = words(layer.multipliers)
    let shifts = words(layer.shifts)
    for channel in 0..<channels {
      let factor = QuantizedMultiplier(multiplier: multipliers[channel], shift: shifts[channel])
      let isValid = factor.isValid && (operation != .add || Add.shiftRange.contains(factor.shift))
      try Self.require(isValid, .program, at: at &+ 48, .badMultiplier)
    }
    guard operation != .add else { return }
    let perRow = layer.weightsPerRow(input: input)
    try Self.require(perRow <= Self.maximumRow, .program, at: at &+ 40, .badShape)
    let stride = UInt32(truncatingIfNeeded: layer.rowStride(columns: perRow))
    try Self.require(layer.rowStride == stride, .program, at: at &+ 40, .lengthMismatch)
    let rows = layer.weightRows(output: output)
    let strides = UInt32(truncatingIfNeeded: layer.rowStrides(output: output))
    try requireWeights(layer.weights, rows: strides, stride: stride, at: at &+ 36)
    try requireWeights(layer.biases, rows: 1, stride: UInt32(truncatingIfNeeded: 4 &* channels), at: at &+ 44)
    if RuntimeParts.hasWidths {
      let levels = UInt32(truncatingIfNeeded: layer.code.levels)
      try requireWeights(layer.codebook, rows: 1, stride: levels, at: at &+ 64)
    }
    let constants = constants(of: layer, input: input, output: output)
    let weightsAt = offset(of: .weights) &+ Int(truncatingIfNeeded: layer.weights)
    let check = WeightCheck(constants, rows: rows, columns: perRow)
    if let reason = check.violation {
      throw ImageError(.weights, at: weightsAt, reason)
    }
    let isSafe = check.boundsAccumulators(byRows: operation != .depthwise)
    try Self.require(
      isSafe, .weights, at: offset(of: .weights) &+ Int(truncatingIfNeeded: layer.biases),
      .accumulatorOverflow)
  }

  /// `rows * stride` bytes at `start` of the weights section, aligned to 16.
  @inline(never)
  @_optimize(size)
  func requireWeights(_ start: UInt32, rows: UInt32, stride: UInt32, at: Int) throws(ImageError) {
    try Self.require(start & 15 == 0, .program, at: at, .misaligned)
    let (bytes, overflow) = rows.multipliedReportingOverflow(by: stride)
    let total = UInt32(truncatingIfNeeded: length(of: .weights))
    try Self.require(!overflow && start <= total && bytes <= total &- start, .program, at: at, .outOfBounds)
  }

  @_optimize(size)
  private func words(_ offset: UInt32) -> UnsafePointer<Int32> {
    (start(of: .weights) + Int(truncatingIfNeeded: offset)).assumingMemoryBound(to: Int32.self)
  }
}
