import DormouseISA

/// Rows of weights against a few vectors, requantized: the heart of dense layers and convolutions.
enum RowBlocks {
  /// Accumulators at a time.
  private static var capacity: Int { 128 }
  /// Bytes of scratch: the accumulators.
  static var scratchLength: Int { capacity &* MemoryLayout<Int32>.size }

  /// `results[p][o] = requantize(biases[o] + dot(vector p, row o))`.
  ///
  /// `results` takes `outputs` bytes a position, one position after the other; `scratch`, aligned to 4, is
  /// `scratchLength` bytes.
  @inline(never)
  static func multiply(
    _ vectors: PreparedVectors, _ constants: LayerConstants, into results: UnsafeMutablePointer<Int8>, outputs: Int,
    scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    if vectors.positions == 1 && dm_has_dense(set.rawValue) != 0 && !constants.roundsTwice
      && (constants.encoding == .int8 || constants.encoding.code.family == .fields)
    {
      multiplyAtOnce(vectors, constants, into: results, outputs: outputs)
      return
    }
    let positions = RuntimeParts.hasConvolutions ? vectors.positions : 1
    let sums = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
    // Rows at a time: a multiple of 4 for up to four positions.
    let rows = positions == 1 ? capacity : positions == 2 ? capacity / 2 : capacity / 4
    var rescale = constants.rescale
    var first = 0
    while first < outputs {
      let count = min(outputs &- first, rows)
      products(vectors, constants, from: first, count: count, sums: sums, sumStride: rows, on: set)
      var position = 0
      while position < positions {
        dm_requantize(
          set.rawValue, sums + position &* rows, rescale, Int32(truncatingIfNeeded: count),
          results + (position &* outputs &+ first))
        position = position &+ 1
      }
      rescale.skip(count)
      first = first &+ count
    }
  }

  /// `multiply` for one vector where the core has primitives that requantize, too; not for codebooks.
  @inline(__always)
  private static func multiplyAtOnce(
    _ vectors: PreparedVectors, _ constants: LayerConstants, into results: UnsafeMutablePointer<Int8>, outputs: Int
  ) {
    let rows = Int32(truncatingIfNeeded: outputs)
    let length = Int32(truncatingIfNeeded: vectors.length)
    if constants.encoding == .int8 {
      dm_dense(
        vectors.elements, constants.weights, constants.rowStride, rows, length, constants.rescale, results)
    } else {
      dm_dense_fields(
        constants.encoding.code.fields, vectors.elements, vectors.totals[0], constants.weights, constants.rowStride,
        rows, length, constants.rescale, results)
    }
  }

  /// `sums[p * sumStride + r] = dot(vector p, row first + r)` for `count` rows; `first` is even.
  @inline(__always)
  private static func products(
    _ vectors: PreparedVectors, _ constants: LayerConstants, from first: Int, count: Int,
    sums: UnsafeMutablePointer<Int32>, sumStride: Int, on set: InstructionSet
  ) {
    let positions = Int32(truncatingIfNeeded: vectors.positions)
    let rows = Int32(truncatingIfNeeded: count)
    let length = Int32(truncatingIfNeeded: vectors.length)
    if !RuntimeParts.hasNarrow || constants.encoding == .int8 {
      dm_dot(
        set.rawValue, vectors.elements, vectors.stride, positions, constants.weights + first &* constants.rowStride,
        constants.rowStride, rows, length, sums, sumStride)
      return
    }
    let code = constants.encoding.code
    switch code.family {
    case .bytes: break
    case .fields:
      withUnsafeBytes(of: vectors.totals) { totals in
        dm_dot_fields(
          set.rawValue, code.fields, vectors.elements,
          totals.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self), positions,
          constants.weights + (first / 2) &* constants.rowStride, constants.rowStride, rows, length, sums, sumStride)
      }
    case .indices:
      guard RuntimeParts.hasWidths else { return }
      CodebookRows.multiply(
        vectors, PackedRows(constants), from: first, count: count, sums: sums, sumStride: sumStride, on: set)
    }
  }
}

extension WeightCode {
  /// The code as the primitives take it.
  @inline(__always)
  fileprivate var fields: dm_fields {
    dm_fields(
      bits: Int32(truncatingIfNeeded: bits), doubling: Int32(truncatingIfNeeded: doubling),
      offset: Int32(truncatingIfNeeded: offset))
  }
}

extension LayerConstants {
  /// The part of the constants that requantization needs.
  @inline(__always)
  var rescale: dm_rescale {
    #if DORMOUSE_WITHOUT_IMPORTED
      dm_rescale(
        biases: biases, multipliers: multipliers, shifts: shifts, zero_point: Int32(outputZeroPoint),
        minimum: Int32(outputMinimum), maximum: Int32(outputMaximum))
    #else
      dm_rescale(
        biases: biases, multipliers: multipliers, shifts: shifts, zero_point: Int32(outputZeroPoint),
        minimum: Int32(outputMinimum), maximum: Int32(outputMaximum), twice: roundsTwice ? 1 : 0)
    #endif
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
