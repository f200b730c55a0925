import DormouseISA
import Testing

@testable import Dormouse

/// Kernels of signs against the definitions, on random layers.
@Suite("Layers of signs equal the reference") struct BinaryKernelTests {
  @Test(arguments: InstructionSet.supported)
  func denseForEveryRemainder(set: InstructionSet) {
    var random = TestGenerator(21)
    var checked = 0
    for inputs in Array(1...100) + [127, 128, 129, 255, 256, 257, 511, 512, 1000, 1024, 4097] {
      for outputs in inputs < 12 ? Array(1...40) : [1, 3, 31, 32, 33, 64, 127, 128, 129, 300] {
        for output in BinaryOutput.allCases where inputs < 12 || outputs % 2 == 1 || output == .bits {
          let geometry = Geometry.dense(input: Shape(1, 1, inputs), outputs: outputs)
          check(geometry, output, hasLevels: checked % 3 == 0, &random, on: set)
          checked += 1
        }
      }
    }
    print("dense on \(set): \(checked) layers of signs equal the reference")
  }

  @Test(arguments: InstructionSet.supported)
  func convolutionForRandomGeometries(set: InstructionSet) {
    var random = TestGenerator(22)
    var padded = 0
    for number in 0..<1200 {
      var geometry = random.geometry(number: number)
      geometry.input.channels = Int.random(in: 1...100, using: &random)
      geometry.output.channels = Int.random(in: 1...(number % 9 == 0 ? 300 : 70), using: &random)
      padded += geometry.hasPadding ? 1 : 0
      let output = BinaryOutput.allCases[number % 4]
      check(geometry, output, hasLevels: number % 5 == 0, &random, on: set)
    }
    #expect(padded > 300)
    print("convolution on \(set): 1200 layers of signs equal the reference, \(padded) with padding")
  }

  @Test func paddingContributesNothing() {
    // One input of +1 and weights of +1: the dot product is the number of taps inside.
    var geometry = Geometry.dense(input: Shape(3, 3, 40), outputs: 1)
    (geometry.padTop, geometry.padLeft, geometry.output) = (1, 1, Shape(3, 3, 1))
    let ones = [UInt32](repeating: 0, count: 18).indices.map { $0 % 2 == 0 ? UInt32.max : 0xFF }
    let layer = WordCase(
      weights: ones, rowStride: 72, biases: [0], multipliers: [1 << 30], shifts: [1], table: [])
    let dots = layer.run(ones, geometry, .int16, [], on: .best)
    #expect(dots == [160, 240, 160, 240, 360, 240, 160, 240, 160])
  }

  @Test func poolOfSignsIsWhetherAnyIsPositive() {
    var random = TestGenerator(23)
    var checked = 0
    for number in 0..<400 {
      var geometry = random.geometry(number: number)
      geometry.input.channels = Int.random(in: 1...100, using: &random)
      geometry.output.channels = geometry.input.channels
      (geometry.dilationHeight, geometry.dilationWidth) = (1, 1)
      guard geometry.everyWindowTouchesInput else { continue }
      let input = random.signs(geometry.input.height * geometry.input.width, channels: geometry.input.channels)
        .map { $0 & UInt32(truncatingIfNeeded: random.next()) }
      let words = geometry.output.height * geometry.output.width * SignWords.count(channels: geometry.input.channels)
      var expected = [UInt32](repeating: 0, count: words)
      var actual = [UInt32](repeating: 0x5555_5555, count: words)
      var reference = expected.mutableSpan
      MaxPool.reference(input.span, geometry, into: &reference)
      var result = actual.mutableSpan
      MaxPool.run(input.span, geometry, into: &result)
      expectEqual(actual, expected, "\(geometry)")
      checked += 1
    }
    #expect(checked > 100)
  }

  @Test func joinsChannelsOfSignsAtAnyBit() {
    var random = TestGenerator(24)
    for _ in 0..<200 {
      let parts = (0..<Int.random(in: 2...4, using: &random)).map { _ in Int.random(in: 1...80, using: &random) }
      let positions = Int.random(in: 1...4, using: &random)
      let inputs = parts.map { random.signs(positions, channels: $0) }
      let total = parts.reduce(0, +)
      var actual = [UInt32](repeating: .max, count: positions * SignWords.count(channels: total))
      var offset = 0
      for (part, input) in zip(parts, inputs) {
        var output = actual.mutableSpan
        Concatenation.run(
          input.span, Shape(positions, 1, part), atChannel: offset, into: &output, Shape(positions, 1, total))
        offset += part
      }
      // The definition: bit by bit.
      var expected = [UInt32](repeating: 0, count: actual.count)
      for position in 0..<positions {
        var channel = 0
        for (part, input) in zip(parts, inputs) {
          for c in 0..<part {
            let start = 32 * position * SignWords.count(channels: part)
            if SignWords.sign(input.span, start + c) == 1 {
              expected[position * SignWords.count(channels: total) + channel / 32] |= 1 << UInt32(channel % 32)
            }
            channel += 1
          }
        }
      }
      expectEqual(actual, expected, "\(parts) channels")
    }
  }

  @Test func countsOnes() {
    var random = TestGenerator(25)
    for words in Array(0...40) + [100, 1000] {
      let input = random.signs(words, channels: 32)
      for set in InstructionSet.supported {
        #expect(dm_popcount(set.rawValue, input, Int32(words)) == input.reduce(0) { $0 + Int32($1.nonzeroBitCount) })
      }
    }
  }

  private func check(
    _ geometry: Geometry, _ output: BinaryOutput, hasLevels: Bool, _ random: inout TestGenerator,
    on set: InstructionSet
  ) {
    let layer = random.words(geometry, output, hasLevels: hasLevels)
    let input = random.signs(geometry.input.height * geometry.input.width, channels: geometry.input.channels)
    let shortcut =
      output == .shortcut
      ? (0..<geometry.output.count).map { _ in Int16.random(in: .min ... .max, using: &random) } : []
    let expected = layer.run(input, geometry, output, shortcut, on: nil)
    let actual = layer.run(input, geometry, output, shortcut, on: set)
    expectEqual(actual, expected, "\(output), levels \(hasLevels), \(geometry)")
  }
}
