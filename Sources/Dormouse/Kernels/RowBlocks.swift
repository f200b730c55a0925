import DormouseISA

/// Rows of weights against a few vectors, requantized: the heart of dense layers and convolutions.
enum RowBlocks {
  /// Accumulators at a time.
  private static var capacity: Int { 128 }
  /// Bytes of scratch: the accumulators.
  static var scratchLength: Int { capacity &* MemoryLayout<Int32>.size }

  /// `results[p][o] = requantize(biases[o] + dot(vector p, row o))`.
  ///
  /// `vectors` holds `positions` vectors of `length` elements, `stride` bytes apart (or their widened form, where
  /// `dm_widens`); `results` takes `outputs` bytes a position, one position after the other; `scratch`, aligned to 4, is
  /// `scratchLength` bytes.
  @inline(never)
  static func multiply(
    _ vectors: UnsafePointer<Int8>, stride: Int, positions: Int, length: Int, _ constants: LayerConstants,
    into results: UnsafeMutablePointer<Int8>, outputs: Int, scratch: UnsafeMutablePointer<Int8>,
    on set: InstructionSet
  ) {
    let sums = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
    // Rows at a time: a multiple of 4 for up to four positions.
    let rows = positions == 1 ? capacity : positions == 2 ? capacity / 2 : capacity / 4
    var rescale = constants.rescale
    var row = constants.weights
    var first = 0
    while first < outputs {
      let count = min(outputs &- first, rows)
      dm_dot(
        set.rawValue, vectors, stride, Int32(truncatingIfNeeded: positions), row, constants.rowStride,
        Int32(truncatingIfNeeded: count), Int32(truncatingIfNeeded: length), sums, rows)
      var position = 0
      while position < positions {
        dm_requantize(
          set.rawValue, sums + position &* rows, rescale, Int32(truncatingIfNeeded: count),
          results + (position &* outputs &+ first))
        position = position &+ 1
      }
      rescale.skip(count)
      row += count &* constants.rowStride
      first = first &+ count
    }
  }
}

extension LayerConstants {
  /// The part of the constants that requantization needs.
  @inline(__always)
  var rescale: dm_rescale {
    dm_rescale(
      biases: biases, multipliers: multipliers, shifts: shifts, zero_point: Int32(outputZeroPoint),
      minimum: Int32(outputMinimum), maximum: Int32(outputMaximum))
  }
}

extension dm_rescale {
  /// Moves on by `count` channels.
  @inline(__always)
  mutating func skip(_ count: Int) {
    biases += count
    multipliers += count
    shifts += count
  }
}
