import DormouseISA

@testable import Dormouse

/// Vectors against rows of packed fields.
struct FieldCase {
  let fields: dm_fields
  let columns: Int
  let rows: Int
  /// Bytes from one pair of rows to the next.
  let stride: Int
  /// As they lie in an image: `[pairs of rows][stride]`.
  let weights: [Int8]
  let vectors: [[Int8]]

  /// The sums `[vectors][rows]` as `set` computes them, in memory of exactly the sizes that the primitives ask for.
  func sums(on set: InstructionSet) -> [Int32] {
    let sumStride = (rows + 3) & ~3
    let groups = (columns + 31) / 32
    var totals: [Int32] = []
    var result: [Int32] = []
    withScratch(4 * sumStride * vectors.count) { memory in
      withScratch(groups * Int(dm_prepared_group(fields.bits)) * vectors.count) { prepared in
        for (position, vector) in vectors.enumerated() {
          totals.append(
            dm_prepare_fields(
              set.rawValue, fields.bits, vector, Int32(columns), Int32(position), Int32(vectors.count), prepared))
        }
        let sums = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
        // The primitives may count on their alignment.
        withScratch(weights.count) { words in
          words.update(from: weights, count: weights.count)
          dm_dot_fields(
            set.rawValue, fields, prepared, totals, Int32(vectors.count), words, stride, Int32(rows), Int32(columns),
            sums, sumStride)
        }
        for position in vectors.indices {
          result += UnsafeBufferPointer(start: sums + position * sumStride, count: rows)
        }
      }
    }
    return result
  }
}

extension FieldCase: CustomStringConvertible {
  var description: String { "\(fields.bits) bits, \(columns) columns, \(rows) rows, \(vectors.count) vectors" }
}

extension FieldCase {
  /// A case of random or extreme values; columns past the last have fields, too, which must not count.
  init(bits: Int, columns: Int, rows: Int, vectors count: Int, extreme: Bool, _ random: inout TestGenerator) {
    fields = dm_fields(
      bits: Int32(bits), doubling: Int32.random(in: 0...1, using: &random),
      offset: Int32.random(in: 0...127, using: &random))
    self.columns = columns
    self.rows = rows
    stride = 8 * bits * ((columns + 31) / 32)
    let length = (rows + 1) / 2 * stride
    if extreme {
      weights = [Int8](repeating: -1, count: length)
      let value: Int8 = Bool.random(using: &random) ? -128 : 127
      vectors = [[Int8]](repeating: [Int8](repeating: value, count: columns), count: count)
    } else {
      weights = random.bytes(length)
      vectors = (0..<count).map { _ in random.bytes(columns) }
    }
  }
}

extension FieldCase {
  /// The case without its answer.
  init(_ golden: GoldenFields) {
    self.init(
      fields: dm_fields(bits: Int32(golden.bits), doubling: Int32(golden.doubling), offset: Int32(golden.offset)),
      columns: golden.columns, rows: golden.rows, stride: golden.pairStride, weights: golden.packed,
      vectors: golden.vectors)
  }
}
