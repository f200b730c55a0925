/// Bounds the accumulators of a layer with its actual weights, over all int8 inputs.
///
/// Kernels add in any order and wrap; the result is right if the final sum fits.
struct AccumulatorCheck {
  let weights: UnsafePointer<Int8>
  let biases: UnsafePointer<Int32>
  let shifts: UnsafePointer<Int32>
  /// Bytes from one row of weights to the next.
  let stride: Int

  /// Whether no channel's accumulator, requantized result included, leaves Int32.
  ///
  /// Channel `c` has its weights at `c * step + t * tapStep`, for `t` below `taps`, at most 65536.
  @_optimize(size)
  func holds(channels: Int, step: Int, taps: Int, tapStep: Int) -> Bool {
    for channel in 0..<channels {
      var positive: Int32 = 0
      var negative: Int32 = 0
      var weight = weights + channel &* step
      for _ in 0..<taps {
        let value = Int32(weight.pointee)
        if value > 0 { positive &+= value } else { negative &-= value }
        weight += tapStep
      }
      // Inputs reach from -128 to 127; sums of magnitudes stay below 2^23, so that these fit.
      let highest = biases[channel].addingReportingOverflow(127 &* positive &+ 128 &* negative)
      let lowest = biases[channel].subtractingReportingOverflow(128 &* positive &+ 127 &* negative)
      guard !highest.overflow && !lowest.overflow else { return false }
      // Shifts to the left magnify; and the output's zero point is added without a check.
      let shift = shifts[channel]
      let limit = shift > 0 ? Int32.max &>> (shift &+ 1) : Int32.max &- 256
      guard highest.partialValue <= limit && lowest.partialValue >= 0 &- limit else { return false }
    }
    return true
  }

  /// Whether the bytes that fill rows up to their stride are zero, as wide kernels expect.
  @_optimize(size)
  func paddingIsZero(rows: Int, used: Int) -> Bool {
    guard used < stride else { return true }
    for row in 0..<rows {
      for column in used..<stride where weights[row &* stride &+ column] != 0 { return false }
    }
    return true
  }
}
