import DormouseISA

/// Dot products with rows of a codebook encoding: a few rows at a time become bytes on the stack, and those the operands
/// of the int8 products.
enum CodebookRows {
  private static var rowsTogether: Int { 4 }
  private static var columnsTogether: Int { 64 }

  /// `sums[p * sumStride + r] = dot(vector p, row first + r)` for `count` rows.
  @inline(never)
  static func multiply(
    _ vectors: PreparedVectors, _ rows: PackedRows, from first: Int, count: Int,
    sums: UnsafeMutablePointer<Int32>, sumStride: Int, on set: InstructionSet
  ) {
    // Bytes of the vectors a column.
    let width = dm_widens(set.rawValue) != 0 ? 2 &* vectors.positions : 1
    var decoded = InlineArray<256, Int8>(repeating: 0)
    var products = InlineArray<16, Int32>(repeating: 0)
    withUnsafeMutableBytes(of: &decoded) { decoded in
      withUnsafeMutableBytes(of: &products) { products in
        let weights = decoded.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self)
        let parts = products.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        var row = 0
        while row < count {
          let together = min(count &- row, rowsTogether)
          var column = 0
          while column < vectors.length {
            let length = min(vectors.length &- column, columnsTogether)
            for r in 0..<together {
              decode(rows, row: first &+ row &+ r, from: column, count: length, into: weights + r &* columnsTogether)
            }
            dm_dot(
              set.rawValue, vectors.elements + width &* column, vectors.stride,
              Int32(truncatingIfNeeded: vectors.positions), weights, columnsTogether,
              Int32(truncatingIfNeeded: together), Int32(truncatingIfNeeded: length), parts, rowsTogether)
            for position in 0..<vectors.positions {
              for r in 0..<together {
                let sum = sums + (position &* sumStride &+ row &+ r)
                sum.pointee = (column == 0 ? 0 : sum.pointee) &+ parts[position &* rowsTogether &+ r]
              }
            }
            column = column &+ columnsTogether
          }
          row = row &+ rowsTogether
        }
      }
    }
  }

  /// Weights of `row` in `count` columns, and zeros up to a multiple of 4.
  @inline(__always)
  private static func decode(
    _ rows: PackedRows, row: Int, from column: Int, count: Int, into weights: UnsafeMutablePointer<Int8>
  ) {
    for group in 0..<PackedRows.groups(columns: count) {
      rows.unpack(
        row: row, group: column / PackedRows.groupWidth &+ group, into: weights + group &* PackedRows.groupWidth)
    }
    for column in count..<((count &+ 3) & ~3) { weights[column] = 0 }
  }
}
