/// Whether what is stored as weights is what the encoding allows, and zero where there are none.
struct WeightCheck {
  let constants: LayerConstants
  let rows: Int
  let columns: Int

  /// A layer's constants, and how many rows of weights it has, of how many columns.
  init(_ constants: LayerConstants, rows: Int, columns: Int) {
    self.constants = constants
    self.rows = rows
    self.columns = columns
  }

  /// The first rule that is broken, if any.
  var violation: ImageError.Reason? {
    !RuntimeParts.hasNarrow || constants.encoding == .int8 ? (hasZeroPadding ? nil : .reservedNotZero) : packedViolation
  }

  /// Whether the bytes that fill rows up to their stride are zero, as wide kernels expect.
  private var hasZeroPadding: Bool {
    guard columns < constants.rowStride else { return true }
    for row in 0..<rows {
      for column in columns..<constants.rowStride where constants.weights[row &* constants.rowStride &+ column] != 0 {
        return false
      }
    }
    return true
  }

  @_optimize(size)
  private var packedViolation: ImageError.Reason? {
    let packed = PackedRows(constants)
    var fields = InlineArray<32, UInt8>(repeating: 0)
    // The row that fills an odd last pair holds nothing.
    for row in 0..<((rows &+ 1) & ~1) {
      for group in 0..<PackedRows.groups(columns: columns) {
        withUnsafeMutableBytes(of: &fields) { fields in
          packed.unpackFields(
            row: row, group: group,
            into: fields.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
        for place in 0..<PackedRows.groupWidth {
          let field = Int(fields[place])
          if row < rows && group &* PackedRows.groupWidth &+ place < columns {
            if field < packed.code.least || field > packed.code.greatest { return .badWeight }
          } else if field != 0 {
            return .reservedNotZero
          }
        }
      }
    }
    return nil
  }
}
