import DormouseISA
import Testing

@testable import Dormouse

/// Words of bits on every instruction set of this machine, against the portable twins, in memory of exactly the sizes
/// that the primitives ask for.
@Suite("Dot products of signs") struct SignDotTests {
  @Test(arguments: InstructionSet.supported)
  func equalTheDefinitionForEveryRemainder(set: InstructionSet) {
    var random = TestGenerator(31)
    var checked = 0
    for words in Array(1...70) + [95, 96, 128, 255, 1000, 4095, 4096] {
      for rows in words < 34 ? Array(1...18) + [33] : [1 + words % 18] {
        let operands = SignOperands(words: words, rows: rows, gap: checked % 3, &random)
        expectEqual(operands.sums(on: set), operands.definition, "\(words) words, \(rows) rows")
        expectEqual(operands.portableSums, operands.definition, "portable, \(words) words, \(rows) rows")
        checked += 1
      }
    }
    print("signs on \(set): \(checked) products equal the definition")
  }

  @Test(arguments: InstructionSet.supported)
  func countEverySignThatDiffers(set: InstructionSet) {
    for words in [1, 15, 16, 31, 32, 255, 4095, 5000] {
      let operands = SignOperands(
        words: words, rows: 17, stride: words, vector: [UInt32](repeating: 0, count: words),
        weights: [UInt32](repeating: ~0, count: 17 * words))
      expectEqual(operands.sums(on: set), [Int32](repeating: 32 * Int32(words), count: 17), "\(words) words")
    }
  }

  @Test(arguments: InstructionSet.supported)
  func compareWithAnyThreshold(set: InstructionSet) {
    var random = TestGenerator(32)
    for count in Array(1...100) + [256] {
      let valid = Int32.random(in: 1...1 << 20, using: &random)
      let sums = (0..<count).map { _ in Int32.random(in: 0...valid, using: &random) }
      let thresholds = sums.map { sum in
        switch Int.random(in: 0...7, using: &random) {
        case 0: Int32.min
        case 1: Int32.max
        case 2: Int32.random(in: .min ... .max, using: &random)
        default: valid - 2 * sum + Int32.random(in: -1...1, using: &random)
        }
      }
      let polarities = sums.map { _ in Bool.random(using: &random) ? Int32(1) : -1 }
      var expected = [UInt32](repeating: 0, count: (count + 31) / 32)
      for index in 0..<count {
        let dot = valid - 2 * sums[index]
        let bit = polarities[index] < 0 ? dot <= thresholds[index] : dot >= thresholds[index]
        expected[index / 32] |= (bit ? 1 : 0) << UInt32(index % 32)
      }
      var actual = expected.map { ~$0 }
      dm_binarize(set.rawValue, sums, valid, thresholds, polarities, Int32(count), &actual)
      expectEqual(actual, expected, "\(count) outputs")
      dm_binarize_portable(sums, valid, thresholds, polarities, Int32(count), &actual)
      expectEqual(actual, expected, "portable, \(count) outputs")
    }
  }
}

/// A vector of signs and rows of weights, `stride` words apart.
private struct SignOperands {
  let words: Int
  let rows: Int
  let stride: Int
  let vector: [UInt32]
  let weights: [UInt32]

  /// How many signs of each row differ from the vector's, bit by bit.
  var definition: [Int32] {
    (0..<rows).map { row in
      (0..<words).reduce(0) { $0 + Int32((vector[$1] ^ weights[row * stride + $1]).nonzeroBitCount) }
    }
  }

  var portableSums: [Int32] {
    var sums = [Int32](repeating: 0, count: rows)
    dm_xnor_dot_portable(vector, weights, 4 * stride, Int32(rows), Int32(words), &sums)
    return sums
  }

  func sums(on set: InstructionSet) -> [Int32] {
    let length = (rows - 1) * stride + words
    var result: [Int32] = []
    withWords(vector[...]) { vector in
      withWords(weights[..<length]) { weights in
        withWords([UInt32](repeating: 0, count: rows)[...]) { target in
          target.withMemoryRebound(to: Int32.self, capacity: rows) { sums in
            dm_xnor_dot(set.rawValue, vector, weights, 4 * stride, Int32(rows), Int32(words), sums)
            result = Array(UnsafeBufferPointer(start: sums, count: rows))
          }
        }
      }
    }
    return result
  }

  /// Words in memory of their own that is aligned to 4 and no more.
  private func withWords(_ words: ArraySlice<UInt32>, _ body: (UnsafeMutablePointer<UInt32>) -> Void) {
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: words.count + 1)
    defer { memory.deallocate() }
    let start = memory + 1
    start.initialize(from: Array(words), count: words.count)
    body(start)
  }
}

extension SignOperands {
  init(words: Int, rows: Int, gap: Int, _ random: inout TestGenerator) {
    self.init(
      words: words, rows: rows, stride: words + gap, vector: (0..<words).map { _ in random.next32() },
      weights: (0..<rows * (words + gap)).map { _ in random.next32() })
  }
}

extension TestGenerator {
  fileprivate mutating func next32() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }
}
