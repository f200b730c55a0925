/// Bounds the accumulators of a layer with its actual weights, over all int8 inputs.
///
/// Kernels add in any order and wrap; the result is right if the final sum fits.
///
/// At most 65536 weights make one output.
extension WeightCheck {
  /// Whether no accumulator, requantized result included, leaves Int32, where every row, or else every column, makes an
  /// output channel.
  @_optimize(size)
  func boundsAccumulators(byRows: Bool) -> Bool {
    let weights = WeightRows(constants, columns: columns)
    guard RuntimeParts.hasConvolutions else { return boundsRows(weights) }
    let groups = PackedRows.groups(columns: columns)
    for outer in 0..<(byRows ? rows : groups) {
      var sums = InlineArray<32, WeightSums>(repeating: WeightSums())
      for inner in 0..<(byRows ? groups : rows) {
        let block = read(weights, row: byRows ? outer : inner, group: byRows ? inner : outer)
        for column in 0..<PackedRows.groupWidth { sums[byRows ? 0 : column].add(block[column]) }
      }
      let first = byRows ? outer : outer &* PackedRows.groupWidth
      for channel in first..<(byRows ? outer &+ 1 : min(columns, first &+ PackedRows.groupWidth)) {
        guard holds(sums[channel &- first], channel: channel) else { return false }
      }
    }
    return true
  }

  /// As `boundsAccumulators`, by rows.
  @_optimize(size)
  private func boundsRows(_ weights: WeightRows) -> Bool {
    for row in 0..<rows {
      var sums = WeightSums()
      for group in 0..<PackedRows.groups(columns: columns) {
        let block = read(weights, row: row, group: group)
        for column in 0..<PackedRows.groupWidth { sums.add(block[column]) }
      }
      guard holds(sums, channel: row) else { return false }
    }
    return true
  }

  private func read(_ weights: WeightRows, row: Int, group: Int) -> InlineArray<32, Int8> {
    var block = InlineArray<32, Int8>(repeating: 0)
    withUnsafeMutableBytes(of: &block) { block in
      weights.read(
        row: row, group: group, into: block.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self))
    }
    return block
  }

  @_optimize(size)
  private func holds(_ sums: WeightSums, channel: Int) -> Bool {
    // Inputs reach from -128 to 127; sums of magnitudes stay below 2^23, so that these fit.
    let bias = constants.biases[channel]
    let highest = bias.addingReportingOverflow(127 &* sums.positive &+ 128 &* sums.negative)
    let lowest = bias.subtractingReportingOverflow(128 &* sums.positive &+ 127 &* sums.negative)
    guard !highest.overflow && !lowest.overflow else { return false }
    // Shifts to the left magnify; and the output's zero point is added without a check.
    let shift = constants.shifts[channel]
    // Where it is rounded twice, its double has to fit.
    let most = constants.roundsTwice ? Int32.max &>> 1 : Int32.max &- 256
    let limit = shift > 0 ? Int32.max &>> (shift &+ 1) : most
    return highest.partialValue <= limit && lowest.partialValue >= 0 &- limit
  }
}

/// Magnitudes of the weights of one output.
private struct WeightSums {
  /// Of those above zero.
  var positive: Int32 = 0
  /// Of those below zero.
  var negative: Int32 = 0

  @inline(__always)
  mutating func add(_ weight: Int8) {
    let value = Int32(weight)
    if value > 0 { positive &+= value } else { negative &-= value }
  }
}
