import DormouseISA

/// What the products of words of bits read and write, at fixed places of one buffer of 9776 words: a vector of up to 256
/// words, up to 256 rows.
struct Operands {
  let vector: UnsafeMutablePointer<UInt32>
  /// Up to 8192 words.
  let weights: UnsafeMutablePointer<UInt32>
  let sums: UnsafeMutablePointer<Int32>
  let thresholds: UnsafeMutablePointer<Int32>
  let polarities: UnsafeMutablePointer<Int32>
  let bits: UnsafeMutablePointer<UInt32>
  /// Room for a layer's accumulators.
  let scratch: UnsafeMutablePointer<Int8>
  /// What the portable twins give.
  let expectedSums: UnsafeMutablePointer<Int32>
  let expectedBits: UnsafeMutablePointer<UInt32>

  init(_ base: UnsafeMutableRawPointer) {
    func place<Element>(_ word: Int) -> UnsafeMutablePointer<Element> {
      (base + word &* 4).assumingMemoryBound(to: Element.self)
    }
    // Each leaves room for what must stay untouched.
    vector = place(0)
    weights = place(256)
    sums = place(8448)
    thresholds = place(8720)
    polarities = place(8976)
    bits = place(9232)
    scratch = place(9248)
    expectedSums = place(9504)
    expectedBits = place(9760)
  }

  /// Fills all but the results with random bits (xorshift, Marsaglia 2003), thresholds with small numbers.
  func fill(words: Int, rows: Int, stride: Int, _ state: inout UInt32) {
    func next() -> UInt32 {
      state ^= state &<< 13
      state ^= state &>> 17
      state ^= state &<< 5
      return state
    }
    for index in 0..<words { vector[index] = next() }
    for index in 0..<rows &* stride { weights[index] = next() }
    for row in 0..<rows {
      thresholds[row] = Int32(truncatingIfNeeded: next() & 63) &- 32
      polarities[row] = next() & 1 == 0 ? 1 : -1
    }
  }

  /// Rows `stride` words apart, and the bits that become of their products.
  @inline(__always)
  func run(words: Int, rows: Int, stride: Int) {
    let set = dm_best_set()
    let (words, rows) = (Int32(truncatingIfNeeded: words), Int32(truncatingIfNeeded: rows))
    dm_xnor_dot(set, vector, weights, 4 &* stride, rows, words, sums)
    dm_binarize(set, sums, 32 &* words, thresholds, polarities, rows, bits)
  }

  /// Whether `run` has left what the portable twins give, and nothing beyond it.
  func isRight(words: Int, rows: Int, stride: Int) -> Bool {
    let (words, count) = (Int32(truncatingIfNeeded: words), Int32(truncatingIfNeeded: rows))
    dm_xnor_dot_portable(vector, weights, 4 &* stride, count, words, expectedSums)
    dm_binarize_portable(expectedSums, 32 &* words, thresholds, polarities, count, expectedBits)
    for row in 0..<rows where sums[row] != expectedSums[row] { return false }
    let ones = dm_popcount(dm_best_set(), weights, words)
    return ones == dm_popcount_portable(weights, words) && sums[rows] == Operands.untouched && hasRightBits(rows: rows)
  }

  /// The same for the bits alone, after `isRight`.
  func hasRightBits(rows: Int) -> Bool {
    for word in 0..<(rows &+ 31) / 32 where bits[word] != expectedBits[word] { return false }
    return bits[(rows &+ 31) / 32] == UInt32(bitPattern: Operands.untouched)
  }

  /// Marks where results will lie and what follows them.
  func clear(rows: Int) {
    for row in 0...rows { sums[row] = Operands.untouched }
    for word in 0...(rows &+ 31) / 32 { bits[word] = UInt32(bitPattern: Operands.untouched) }
  }

  private static var untouched: Int32 { 0x5EED_0BAD }
}
