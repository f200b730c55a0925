import DormouseISA
import Support

/// Vectors against packed fields, a case of `fields.golden` in memory; `tools/golden/fields.py` describes it.
struct GoldenFields {
  private let base: UnsafeMutableRawPointer
  private let fields: dm_fields
  private let columns: Int
  private let rows: Int
  private let positions: Int
  /// Bytes from one pair of rows to the next.
  private let stride: Int
  private let vectors: UnsafeMutableRawPointer
  private let expected: UnsafeMutableRawPointer
  /// Room for the sums, then for the prepared vectors.
  private let free: UnsafeMutableRawPointer

  /// The case that `memory` starts with; nil if it is too large.
  init?(_ memory: UnsafeMutableRawBufferPointer) {
    func word(_ index: Int) -> Int { Int(memory.load(fromByteOffset: index &* 4, as: Int32.self)) }
    func word32(_ index: Int) -> Int32 { memory.load(fromByteOffset: index &* 4, as: Int32.self) }
    base = memory.baseAddress!
    fields = dm_fields(bits: word32(1), doubling: word32(5), offset: word32(6))
    (columns, rows, positions, stride) = (word(2), word(3), word(4), word(7))
    vectors = base + 128 + padded((rows &+ 1) / 2 &* stride)
    expected = vectors + positions &* padded(columns)
    free = base + word(30)
    let groups = (columns &+ 31) / 32
    let room = positions &* (sumStride &* 4 &+ groups &* Int(dm_prepared_group(fields.bits)))
    guard word(30) &+ room <= memory.count else { return nil }
  }

  /// Whether all sums are the expected ones.
  func run() -> Bool {
    let set = dm_best_set()
    let sums = free.assumingMemoryBound(to: Int32.self)
    let prepared = (sums + positions &* sumStride).withMemoryRebound(to: Int8.self, capacity: 1) { $0 }
    let count = Int32(truncatingIfNeeded: columns)
    var totals = InlineArray<2, Int32>(repeating: 0)
    dm_mark_next_layer()
    for position in 0..<positions {
      let vector = (vectors + position &* padded(columns)).assumingMemoryBound(to: Int8.self)
      totals[position] = dm_prepare_fields(
        set, fields.bits, vector, count, Int32(truncatingIfNeeded: position), Int32(truncatingIfNeeded: positions),
        prepared)
    }
    withUnsafePointer(to: &totals) { pointer in
      dm_dot_fields(
        set, fields, prepared, UnsafeRawPointer(pointer).assumingMemoryBound(to: Int32.self),
        Int32(truncatingIfNeeded: positions), (base + 128).assumingMemoryBound(to: Int8.self), stride,
        Int32(truncatingIfNeeded: rows), count, sums, sumStride)
    }
    dm_mark_other()
    let answers = expected.assumingMemoryBound(to: Int32.self)
    for position in 0..<positions {
      for row in 0..<rows where sums[position &* sumStride &+ row] != answers[position &* rows &+ row] { return false }
    }
    return true
  }

  private var sumStride: Int { (rows &+ 3) & ~3 }
}
