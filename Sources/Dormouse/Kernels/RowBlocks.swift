import DormouseISA

/// Rows of weights against a few vectors, requantized: the heart of dense layers and convolutions.
enum RowBlocks {
  /// Rows whose accumulators are on the stack at a time.
  private static let rows = 32
  /// Most vectors that share the loads of a row.
  static let maximumPositions = 4

  /// `results[p][o] = requantize(biases[o] + dot(vector p, row o))`.
  ///
  /// `vectors` holds `positions` vectors of `length` elements, `stride` bytes apart (or their widened form, where
  /// `dm_widens`); `results` takes `outputs` bytes a position, one position after the other.
  @inline(never)
  static func multiply(
    _ vectors: UnsafePointer<Int8>, stride: Int, positions: Int, length: Int, _ constants: LayerConstants,
    into results: UnsafeMutablePointer<Int8>, outputs: Int, on set: InstructionSet
  ) {
    var storage = InlineArray<128, Int32>(repeating: 0)
    withUnsafeMutableBytes(of: &storage) { storage in
      let sums = storage.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
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
