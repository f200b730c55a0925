/// A layer's matrix of weights, whatever its encoding, read 32 columns at a time: for checks and oracles, not for speed.
public struct WeightRows {
  private let bytes: UnsafePointer<Int8>
  private let rowStride: Int
  private let packed: PackedRows?
  /// Weights in a row.
  let columns: Int

  /// The weights of a layer, `columns` in a row.
  @inline(__always)
  public init(_ constants: LayerConstants, columns: Int) {
    bytes = constants.weights
    rowStride = constants.rowStride
    packed = constants.encoding.code.family == .bytes ? nil : PackedRows(constants)
    self.columns = columns
  }

  /// One weight, from the definition of its encoding.
  public subscript(row: Int, column: Int) -> Int8 {
    guard let packed else { return bytes[row &* rowStride &+ column] }
    return packed.weight(of: packed.field(row: row, column: column))
  }

  /// Weights of `row` in columns `32 * group ..< 32 * (group + 1)`; 0 past the last.
  func read(row: Int, group: Int, into weights: UnsafeMutablePointer<Int8>) {
    let first = group &* PackedRows.groupWidth
    let count = min(columns &- first, PackedRows.groupWidth)
    if let packed {
      packed.unpack(row: row, group: group, into: weights)
    } else {
      for column in 0..<count { weights[column] = bytes[row &* rowStride &+ first &+ column] }
    }
    for column in count..<PackedRows.groupWidth { weights[column] = 0 }
  }
}
