extension ModelImage {
  /// Most elements of a tensor, and bytes of the activation region.
  static let maximumElements: UInt32 = 1 << 24

  /// Proves tensors and program: shapes, constants, accumulators, and that no layer reads what isn't there or
  /// overwrites what is still needed.
  @_optimize(size)
  func validateNetwork() throws(ImageError) {
    try requireRecords(
      in: .tensors, head: 0, each: MemoryLayout<TensorRecord>.size, atMost: ModelImage.maximumRecords)
    try requireRecords(
      in: .program, head: MemoryLayout<ProgramRecord>.size, each: MemoryLayout<LayerRecord>.size,
      atMost: ModelImage.maximumRecords)
    let at = offset(of: .program)
    let activationLength = program.activationLength
    try Self.require(activationLength <= Self.maximumElements, .program, at: at &+ 8, .badValue)
    let isKnown = program.reserved == (0, 0, 0, 0) && (RuntimeParts.hasImported || program.stateLength == 0)
    try Self.require(isKnown, .program, at: at &+ 12, .reservedNotZero)
    if RuntimeParts.hasImported {
      try Self.require(program.stateLength <= Self.maximumElements, .program, at: at &+ 12, .badValue)
    }
    try Self.require(Int(program.input) < tensorCount, .program, at: at, .badTensorIndex)
    try Self.require(Int(program.output) < tensorCount, .program, at: at &+ 2, .badTensorIndex)
    for index in 0..<tensorCount { try validateTensor(index) }
    for index in 0..<layerCount { try validateLayer(index) }
    for index in 0..<tensorCount { try validatePlacement(of: index) }
    try validateEnds()
  }

  /// The network's input takes a context of frames, its output gives a logit a label.
  @_optimize(size)
  private func validateEnds() throws(ImageError) {
    let at = offset(of: .program)
    let input = tensor(Int(program.input))
    let output = tensor(Int(program.output))
    try Self.require(output.count == labelCount, .labels, at: offset(of: .labels), .badCount)
    try Self.require(output.holds(.int8), .program, at: at &+ 2, .badType)
    try Self.require(Int(output.lastLayer) == layerCount &- 1, .program, at: at &+ 2, .badValue)
    guard hasFrontEnd else {
      try Self.require(program.context == 0 && program.stride == 0, .program, at: at &+ 4, .badValue)
      return
    }
    try Self.require(program.context >= 1, .program, at: at &+ 4, .badValue)
    try Self.require(program.stride >= 1, .program, at: at &+ 6, .badValue)
    let shape = frontEnd
    let context = Int(program.context)
    // A frame of bits fills whole words, as the channels of one position do.
    let isFrames = input.count == context &* shape.features && input.byteLength == context &* shape.frameLength
    try Self.require(input.holds(shape.type), .program, at: at, .badType)
    try Self.require(isFrames, .program, at: at &+ 4, .badShape)
  }

  @_optimize(size)
  func place(ofTensor index: Int) -> Int { offset(of: .tensors) &+ index &* MemoryLayout<TensorRecord>.size }

  @_optimize(size)
  private func validateTensor(_ index: Int) throws(ImageError) {
    let tensor = tensor(index)
    let at = place(ofTensor: index)
    let isOther = tensor.holds(.bits) || tensor.holds(.int16)
    let isSymmetric = RuntimeParts.hasBits && isOther
    let refusal: ImageError.Reason = isOther ? .partMissing : .badType
    try Self.require(tensor.holds(.int8) || isSymmetric, .tensors, at: at, refusal)
    try Self.require(tensor.zeroPoint == 0 || !isSymmetric, .tensors, at: at &+ 1, .badValue)
    let rows = UInt32(tensor.height) &* UInt32(tensor.width)
    let (count, overflow) = rows.multipliedReportingOverflow(by: UInt32(tensor.channels))
    // Neither elements nor bytes, of which bits may have more than elements, are too many.
    let (length, isLong) = rows.multipliedReportingOverflow(by: UInt32(truncatingIfNeeded: tensor.positionLength))
    let most = Self.maximumElements
    try Self.require(
      !overflow && !isLong && count >= 1 && count <= most && length <= most, .tensors, at: at &+ 6, .badShape)
    try Self.require(tensor.arenaOffset & 15 == 0, .tensors, at: at &+ 12, .misaligned)
    let end = RuntimeParts.hasImported ? regionLength(of: tensor) : program.activationLength
    try Self.require(
      tensor.arenaOffset <= end && length <= end &- tensor.arenaOffset, .tensors, at: at &+ 12, .outOfBounds)
    let scale = QuantizedMultiplier(multiplier: tensor.scaleMultiplier, shift: tensor.scaleShift)
    try Self.require(scale.isValid && scale.multiplier > 0, .tensors, at: at &+ 16, .badMultiplier)
    let isUsual = (RuntimeParts.hasImported || tensor.home == 0) && tensor.reserved == 0
    try Self.require(isUsual, .tensors, at: at &+ 24, .reservedNotZero)
    let isOrdered = tensor.firstLayer <= tensor.lastLayer && Int(tensor.lastLayer) < layerCount
    try Self.require(isOrdered, .tensors, at: at &+ 2, .badValue)
    if !tensor.isActivation { return try validateHome(of: tensor, index: index, at: at) }
    if index == Int(program.input) {
      try Self.require(tensor.firstLayer == 0, .tensors, at: at &+ 2, .badValue)
    } else {
      let writer = layer(Int(tensor.firstLayer))
      try Self.require(Int(writer.output) == index, .tensors, at: at &+ 2, .readBeforeWrite)
    }
  }

  /// No two tensors that live at the same time share memory, nor a tensor and the scratch of a layer it lives through.
  @_optimize(size)
  private func validatePlacement(of index: Int) throws(ImageError) {
    let tensor = tensor(index)
    let start = tensor.arenaOffset
    let end = start &+ UInt32(truncatingIfNeeded: tensor.byteLength)
    for other in 0..<index {
      let second = self.tensor(other)
      guard !RuntimeParts.hasImported || second.home == tensor.home else { continue }
      guard second.firstLayer <= tensor.lastLayer && tensor.firstLayer <= second.lastLayer else { continue }
      let isApart =
        second.arenaOffset >= end || second.arenaOffset &+ UInt32(truncatingIfNeeded: second.byteLength) <= start
      try Self.require(isApart, .tensors, at: place(ofTensor: index) &+ 12, .overlap)
    }
    guard tensor.isActivation else { return }
    for number in Int(tensor.firstLayer)...Int(tensor.lastLayer) {
      let layer = layer(number)
      let isApart = layer.scratch >= end || layer.scratch &+ layer.scratchLength <= start || layer.scratchLength == 0
      try Self.require(isApart, .tensors, at: place(ofTensor: index) &+ 12, .overlap)
    }
  }
}
