@testable import Dormouse

/// Vectors against rows of packed fields, and the sums that numpy finds; see `tools/golden/fields.py`.
struct GoldenFields {
  let bits: Int
  let columns: Int
  let rows: Int
  let doubling: Int
  let offset: Int
  /// Bytes from one pair of rows to the next.
  let pairStride: Int
  let packed: [Int8]
  /// `[positions][columns]`.
  let vectors: [[Int8]]
  /// `[positions][rows]`.
  let sums: [[Int32]]

  /// All cases.
  static func load() throws -> [GoldenFields] {
    var reader = try GoldenReader("fields")
    return (0..<reader.count).map { _ in GoldenFields(from: &reader) }
  }

  private init(from reader: inout GoldenReader) {
    let words = reader.words(32).map { Int($0) }
    (bits, columns, rows) = (words[1], words[2], words[3])
    (doubling, offset, pairStride) = (words[5], words[6], words[7])
    packed = reader.bytes((words[3] + 1) / 2 * words[7])
    vectors = (0..<words[4]).map { _ in reader.bytes(words[2]) }
    let sums = reader.int32(words[4] * words[3])
    self.sums = (0..<words[4]).map { Array(sums[$0 * words[3]..<($0 + 1) * words[3]]) }
  }

  /// The encoding whose fields mean this, if there is one.
  var encoding: Encoding? {
    (2...15).compactMap { Encoding(rawValue: $0) }.first {
      $0.code.bits == bits && $0.code.doubling == doubling && $0.code.offset == offset
    }
  }
}
