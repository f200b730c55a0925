extension ModelImage {
  /// Checks one layer: operation, data flow, shapes, scratch, weights. Tensors have been checked.
  func checkLayer(_ index: Int) throws(ImageError) {
    let record = layer(index)
    let place = MemoryLayout<ProgramRecord>.size &+ index &* MemoryLayout<LayerRecord>.size
    guard let operation = Operation(rawValue: record.operation) else {
      throw broken(.program, place, .unsupportedOperation)
    }
    let hasWeights = operation == .dense || operation == .convolution || operation == .depthwise
    let layout = !hasWeights ? WeightLayout.none : operation == .depthwise ? .taps : .rows
    guard record.encoding == (hasWeights ? Encoding.int8 : .none).rawValue, record.layout == layout.rawValue else {
      throw broken(.program, place &+ 1, .unsupportedEncoding)
    }
    guard operation == .concatenation || record.axis == 0 else { throw broken(.program, place &+ 3, .badValue) }
    try checkDataFlow(record, operation, index, place)
    guard record.outputMinimum <= record.outputMaximum else { throw broken(.program, place &+ 32, .badValue) }
    guard record.reserved0 == 0, areZero(.program, place &+ 64, 16) else {
      throw broken(.program, place &+ 64, .reservedNotZero)
    }
    try checkShapes(record, operation, place)
    try checkScratch(record, index, place)
    try checkConstants(record, operation, place)
  }

  /// Inputs have been written and are still there; the output is written by this layer alone.
  private func checkDataFlow(
    _ record: LayerRecord, _ operation: Operation, _ index: Int, _ place: Int
  ) throws(ImageError) {
    let count = Int(record.inputCount)
    guard operation == .concatenation ? count >= 2 && count <= 4 : count == (operation == .add ? 2 : 1) else {
      throw broken(.program, place &+ 14, .badCount)
    }
    guard Int(record.output) < tensorCount else { throw broken(.program, place &+ 12, .badTensorIndex) }
    guard record.output != program.input, Int(tensor(Int(record.output)).firstLayer) == index else {
      throw broken(.program, place &+ 12, .badValue)
    }
    for position in 0..<4 {
      let input = record.input(position)
      let byte = place &+ 4 &+ 2 &* position
      guard position < count else {
        guard input == 0 else { throw broken(.program, byte, .reservedNotZero) }
        continue
      }
      guard Int(input) < tensorCount else { throw broken(.program, byte, .badTensorIndex) }
      let tensor = tensor(Int(input))
      guard input == program.input || Int(tensor.firstLayer) < index, Int(tensor.lastLayer) >= index else {
        throw broken(.program, byte, .readBeforeWrite)
      }
    }
  }

  /// Shapes, kernel extents and quantization of inputs and output fit together.
  private func checkShapes(_ record: LayerRecord, _ operation: Operation, _ place: Int) throws(ImageError) {
    let output = tensor(Int(record.output))
    let isPool = operation == .averagePool || operation == .maxPool
    if isPool || operation == .convolution || operation == .depthwise {
      guard record.hasBoundedWindow(channels: Int(tensor(Int(record.inputs.0)).channels)) else {
        throw broken(.program, place &+ 16, .badShape)
      }
    } else {
      guard areZero(.program, place &+ 16, 16) else { throw broken(.program, place &+ 16, .reservedNotZero) }
    }
    var joined = 0
    for position in 0..<Int(record.inputCount) {
      let input = tensor(Int(record.input(position)))
      guard record.shapesAgree(input: input, output: output) else { throw broken(.program, place &+ 12, .badShape) }
      if isPool || operation == .concatenation {
        guard input.hasQuantization(of: output) else { throw broken(.program, place &+ 4, .badMultiplier) }
      }
      joined &+= input.extent(along: record.axis)
    }
    guard operation != .concatenation || joined == output.extent(along: record.axis) else {
      throw broken(.program, place &+ 12, .badShape)
    }
  }

  /// Scratch is what the kernel asks for and touches nothing that is in use.
  private func checkScratch(_ record: LayerRecord, _ index: Int, _ place: Int) throws(ImageError) {
    let needed = record.scratchLength(input: tensor(Int(record.inputs.0)), output: tensor(Int(record.output)))
    guard record.scratchLength == UInt32(truncatingIfNeeded: needed) else {
      throw broken(.program, place &+ 60, .badValue)
    }
    guard record.scratch & 15 == 0 else { throw broken(.program, place &+ 56, .misaligned) }
    guard ModelImage.fits(record.scratch, record.scratchLength, in: program.activationLength) else {
      throw broken(.program, place &+ 56, .outOfBounds)
    }
    guard needed > 0 else { return }
    for other in 0..<tensorCount {
      let tensor = tensor(other)
      guard
        Int(tensor.firstLayer) > index || Int(tensor.lastLayer) < index
          || tensor.isApart(from: record.scratch, record.scratchLength)
      else { throw broken(.program, place &+ 56, .overlap) }
    }
  }
}

extension LayerRecord {
  /// Tensor index of an input, 0 to 3.
  @inline(__always)
  func input(_ position: Int) -> UInt16 {
    switch position {
    case 0: inputs.0
    case 1: inputs.1
    case 2: inputs.2
    default: inputs.3
    }
  }

  /// Whether kernel extents are small enough that no later product overflows.
  func hasBoundedWindow(channels: Int) -> Bool {
    let limit = ImageLimits.window
    guard kernelHeight <= limit, kernelWidth <= limit, strideHeight <= limit, strideWidth <= limit,
      dilationHeight <= limit, dilationWidth <= limit, padTop <= limit, padLeft <= limit
    else { return false }
    // At most 2^24.
    let area = Int(kernelHeight) &* Int(kernelWidth)
    let (count, overflow) = area.multipliedReportingOverflow(by: channels)
    return !overflow && count <= ImageLimits.windowElements
  }
}

extension TensorRecord {
  /// Whether elements mean the same in both tensors.
  func hasQuantization(of other: TensorRecord) -> Bool {
    zeroPoint == other.zeroPoint && scaleMultiplier == other.scaleMultiplier && scaleShift == other.scaleShift
  }

  /// Extent along a concatenation's axis.
  func extent(along axis: UInt8) -> Int { Int(axis == 0 ? height : axis == 1 ? width : channels) }
}
