extension ModelImage {
  /// Checks weights, biases and factors of a layer whose shapes have been checked.
  func checkConstants(_ record: LayerRecord, _ operation: Operation, _ place: Int) throws(ImageError) {
    let output = tensor(Int(record.output))
    let channels = record.requantizedChannels(output: output)
    guard channels > 0 else {
      // 36 ..< 56: weights, row stride, biases, multipliers, shifts.
      guard areZero(.program, place &+ 36, 20) else { throw broken(.program, place &+ 36, .reservedNotZero) }
      return
    }
    let factorLength = UInt32(truncatingIfNeeded: channels &* 4)
    try checkExtent(record.multipliers, factorLength, place &+ 48)
    try checkExtent(record.shifts, factorLength, place &+ 52)
    guard operation != .add else {
      guard areZero(.program, place &+ 36, 12) else { throw broken(.program, place &+ 36, .reservedNotZero) }
      for channel in 0..<channels {
        let factor = factor(record, channel)
        guard factor.multiplier >= 0, Add.shiftRange.contains(factor.shift) else {
          throw broken(.weights, Int(truncatingIfNeeded: record.multipliers) &+ 4 &* channel, .badMultiplier)
        }
      }
      return
    }
    let rowLength = record.weightsPerRow(input: tensor(Int(record.inputs.0)))
    let stride = (rowLength &+ 3) & ~3
    guard record.rowStride == UInt32(truncatingIfNeeded: stride) else { throw broken(.program, place &+ 40, .badValue) }
    let (length, overflow) = record.weightRows(output: output).multipliedReportingOverflow(by: stride)
    guard !overflow, length <= ImageFormat.maximumLength else { throw broken(.program, place &+ 36, .outOfBounds) }
    try checkExtent(record.weights, UInt32(truncatingIfNeeded: length), place &+ 36)
    try checkExtent(record.biases, factorLength, place &+ 44)
    try checkAccumulators(record, channels: channels, rows: record.weightRows(output: output), rowLength)
  }

  /// An aligned array lies inside the weights section.
  private func checkExtent(_ offset: UInt32, _ bytes: UInt32, _ byte: Int) throws(ImageError) {
    guard offset & 15 == 0 else { throw broken(.program, byte, .misaligned) }
    guard ModelImage.fits(offset, bytes, in: UInt32(truncatingIfNeeded: length(of: .weights))) else {
      throw broken(.program, byte, .outOfBounds)
    }
  }

  private func factor(_ record: LayerRecord, _ channel: Int) -> QuantizedMultiplier {
    QuantizedMultiplier(multiplier: word(record.multipliers, channel), shift: word(record.shifts, channel))
  }

  private func word(_ offset: UInt32, _ index: Int) -> Int32 {
    start(of: .weights).load(fromByteOffset: Int(truncatingIfNeeded: offset) &+ 4 &* index, as: Int32.self)
  }

  /// Proves, with the weights that are there, that no accumulator and no requantized value leaves Int32:
  /// `(|bias| + 128 sum|w|) * 2^shift + 256 <= 2^31`. Padding of the rows must be zero.
  private func checkAccumulators(
    _ record: LayerRecord, channels: Int, rows: Int, _ rowLength: Int
  ) throws(ImageError) {
    let byTaps = record.layout == WeightLayout.taps.rawValue
    let stride = Int(truncatingIfNeeded: record.rowStride)
    let weights = Int(truncatingIfNeeded: record.weights)
    for row in 0..<rows {
      let end = weights &+ row &* stride &+ rowLength
      guard areZero(.weights, end, stride &- rowLength) else { throw broken(.weights, end, .reservedNotZero) }
    }
    for channel in 0..<channels {
      let sum = magnitude(
        weights &+ channel &* (byTaps ? 1 : stride), step: byTaps ? stride : 1, count: byTaps ? rows : rowLength)
      let factor = factor(record, channel)
      guard factor.isValid else {
        throw broken(.weights, Int(truncatingIfNeeded: record.multipliers) &+ 4 &* channel, .badMultiplier)
      }
      let limit: UInt32 = 0x7FFF_FF00 &>> UInt32(truncatingIfNeeded: max(factor.shift, 0))
      let bias = word(record.biases, channel).magnitude
      guard bias <= limit, sum <= (limit &- bias) &>> 7 else {
        throw broken(.weights, Int(truncatingIfNeeded: record.biases) &+ 4 &* channel, .accumulatorOverflow)
      }
    }
  }

  /// Sum of the magnitudes of `count` weights, at most 2^24 of them, `step` bytes apart.
  private func magnitude(_ first: Int, step: Int, count: Int) -> UInt32 {
    let section = start(of: .weights)
    var sum: UInt32 = 0
    var place = first
    for _ in 0..<count {
      sum &+= UInt32(section.load(fromByteOffset: place, as: Int8.self).magnitude)
      place &+= step
    }
    return sum
  }
}
