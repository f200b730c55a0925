import Dormouse

/// Turns integer weights into the packed fields of an encoding narrower than int8; see `PackedRows`.
struct FieldPacking {
  /// What the fields mean.
  let code: WeightCode
  /// The levels of a codebook encoding, filled up with zeros.
  let codebook: [Int8]
  private let encoding: Encoding
  private let place: String
  /// The field of each weight that the encoding has.
  private let fields: [Int8: Int]

  /// The packing that `weights` ask for.
  ///
  /// - Throws: `GraphError` naming `place` for a codebook that is empty or too long.
  init(_ weights: Weights, place: String) throws(GraphError) {
    encoding = weights.encoding
    code = encoding.code
    self.place = place
    guard code.family == .indices else {
      codebook = []
      var fields: [Int8: Int] = [:]
      for field in code.least...code.greatest { fields[Int8((field << code.doubling) - code.offset)] = field }
      self.fields = fields
      return
    }
    guard (1...code.levels).contains(weights.codebook.count) else {
      throw GraphError(
        place, "its codebook has \(weights.codebook.count) levels; \(encoding) has 1 to \(code.levels)")
    }
    codebook = weights.codebook + [Int8](repeating: 0, count: code.levels - weights.codebook.count)
    fields = Dictionary(weights.codebook.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// `[rows][columns]` weights as row pairs, `PackedRows.pairStride` bytes each.
  ///
  /// - Throws: `GraphError` naming the first weight that the encoding doesn't have.
  func packed(_ weights: [Int8], rows: Int, columns: Int) throws(GraphError) -> [UInt8] {
    let wordsPerPair = PackedRows.pairStride(columns: columns, bits: code.bits) / 4
    var words = [UInt32](repeating: 0, count: (rows + 1) / 2 * wordsPerPair)
    for row in 0..<rows {
      for column in 0..<columns {
        let weight = weights[row * columns + column]
        guard let field = fields[weight] else {
          throw GraphError(
            place, "the weight \(weight) in row \(row), column \(column) is not on the grid of \(encoding)")
        }
        let group = (row / 2) * wordsPerPair + column / 32 * 2 * code.bits + row % 2
        write(UInt32(field), column: column % 32, into: &words, from: group)
      }
    }
    return words.withUnsafeBytes { [UInt8]($0) }
  }

  /// Puts a field into the words of its row and group, every second one from `start` on.
  private func write(_ field: UInt32, column: Int, into words: inout [UInt32], from start: Int) {
    let bits = code.bits
    guard 16 % bits != 0 else {
      let word = column / 4 % bits
      words[start + 2 * word] |= field << UInt32(8 * (column % 4) + bits * (column / (4 * bits)))
      return
    }
    let pair = column / 4 * 2 + column % 2
    let half = column % 4 / 2 * 16
    if pair < 16 / bits * bits {
      words[start + 2 * (pair % bits)] |= field << UInt32(pair / bits * bits + half)
    } else {
      for bit in 0..<bits { words[start + 2 * bit] |= (field >> UInt32(bit) & 1) << UInt32(pair + half) }
    }
  }
}
