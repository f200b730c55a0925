import DormouseISA

/// A matrix of weights as packed fields: `WeightLayout.pairs`.
///
/// Columns come in groups of 32. In a group, one row is as many 32-bit words, little-endian, as a field has bits, and two
/// rows alternate word by word; what fills up the last group, and the second row of an odd last pair, is zero fields.
/// Within the words, two fields that lie 16 bits apart are multiplied by one instruction where bytes are widened in
/// pairs: column pair `2m` is columns `4m` and `4m + 2`, pair `2m + 1` is columns `4m + 1` and `4m + 3`.
/// - Fields of 1, 2 and 4 bits fill bytes: column `4 * bits * f + 4 * j + k` is field `f` of byte `k` of word `j`.
/// - Others fill the halves of a word: field `i` of word `j` is pair `i * bits + j`; bit `j` of the pairs that are left
///   is in word `j`, pair `q` at bit `q` of either half.
public struct PackedRows {
  /// Columns of a group.
  public static var groupWidth: Int { 32 }

  /// First word; aligned to 4.
  let base: UnsafeRawPointer
  /// Bytes from one pair of rows to the next.
  let pairStride: Int
  /// What the fields mean; not `bytes`.
  let code: WeightCode
  /// Levels of a code of indices.
  let codebook: UnsafePointer<Int8>

  /// The weights of a layer whose encoding is narrower than int8.
  @inline(__always)
  init(_ constants: LayerConstants) {
    base = UnsafeRawPointer(constants.weights)
    pairStride = constants.rowStride
    code = constants.encoding.code
    codebook = constants.codebook
  }

  /// Groups that hold `columns` columns.
  @inline(__always)
  public static func groups(columns: Int) -> Int { (columns &+ 31) &>> 5 }

  /// Bytes of a pair of rows.
  @inline(__always)
  public static func pairStride(columns: Int, bits: Int) -> Int { 8 &* bits &* groups(columns: columns) }

  /// Words of a row in a group, every second one.
  @inline(__always)
  private func words(row: Int, group: Int) -> UnsafePointer<UInt32> {
    let start = (row &>> 1) &* pairStride &+ group &* 8 &* code.bits &+ (row & 1) &* 4
    return (base + start).assumingMemoryBound(to: UInt32.self)
  }

  /// The definition of the layout: one field.
  public func field(row: Int, column: Int) -> Int {
    let words = words(row: row, group: column &>> 5)
    let place = column & 31
    let bits = code.bits
    let mask: UInt32 = (1 &<< UInt32(bits)) &- 1
    let direct = 16 / bits
    if direct &* bits == 16 {
      let word = words[2 &* ((place &>> 2) % bits)]
      let shift = 8 &* (place & 3) &+ bits &* (place / (4 &* bits))
      return Int((word &>> UInt32(shift)) & mask)
    }
    let pair = 2 &* (place &>> 2) &+ (place & 1)
    let half = 16 &* ((place & 2) &>> 1)
    if pair < direct &* bits {
      let shift = pair / bits &* bits &+ half
      return Int((words[2 &* (pair % bits)] &>> UInt32(shift)) & mask)
    }
    var field: UInt32 = 0
    for bit in 0..<bits {
      field |= ((words[2 &* bit] &>> UInt32(pair &+ half)) & 1) &<< UInt32(bit)
    }
    return Int(field)
  }

  /// The weight that a field stands for.
  @inline(__always)
  func weight(of field: Int) -> Int8 {
    code.family == .indices
      ? codebook[field] : Int8(truncatingIfNeeded: (field &<< code.doubling) &- code.offset)
  }

  /// The 32 fields of one row in a group.
  @inline(__always)
  func unpackFields(row: Int, group: Int, into fields: UnsafeMutablePointer<UInt8>) {
    dm_unpack_fields(Int32(truncatingIfNeeded: code.bits), words(row: row, group: group), fields)
  }

  /// The 32 weights of one row in a group; those past the last column are what a zero field stands for.
  @inline(never)
  func unpack(row: Int, group: Int, into weights: UnsafeMutablePointer<Int8>) {
    let fields = UnsafeMutableRawPointer(weights).assumingMemoryBound(to: UInt8.self)
    unpackFields(row: row, group: group, into: fields)
    for column in 0..<PackedRows.groupWidth { weights[column] = weight(of: Int(fields[column])) }
  }
}
