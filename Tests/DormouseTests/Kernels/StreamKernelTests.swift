import Testing

@testable import Dormouse

/// Kernels of the int16 stream and of what leads to bits, against their formulas in 64-bit integers.
@Suite("Kernels of the real-valued stream") struct StreamKernelTests {
  @Test func binarizeComparesWithThresholdAndPolarity() {
    var random = TestGenerator(31)
    for channels in [1, 5, 31, 32, 33, 64, 100] {
      let shape = Shape(3, 2, channels)
      let wide = shape.wideElements(&random)
      let narrow = random.bytes(shape.count)
      let layer = WordCase(
        weights: [], rowStride: 0, encoding: .none,
        biases: (0..<channels).map { _ in Int32.random(in: -130...130, using: &random) }, multipliers: [],
        shifts: (0..<channels).map { _ in Bool.random(using: &random) ? 1 : -1 }, table: [])
      let words = SignWords.count(channels: channels)
      var fromWide = [UInt32](repeating: .max, count: 6 * words)
      var fromNarrow = fromWide
      layer.withConstants { constants in
        var output = fromWide.mutableSpan
        Binarize.run(wide.span, constants, shape, into: &output)
        output = fromNarrow.mutableSpan
        Binarize.run(narrow.span, constants, shape, into: &output)
      }
      func expected(_ element: (Int) -> Int32) -> [UInt32] {
        (0..<6 * words).map { word in
          (0..<32).reduce(0) { bits, bit in
            let channel = word % words * 32 + bit
            guard channel < channels else { return bits }
            let value = element(word / words * channels + channel)
            let isSet = layer.shifts[channel] > 0 ? value >= layer.biases[channel] : value <= layer.biases[channel]
            return bits | (isSet ? 1 << UInt32(bit) : 0)
          }
        }
      }
      expectEqual(fromWide, expected { Int32(wide[$0]) }, "\(channels) channels of int16")
      expectEqual(fromNarrow, expected { Int32(narrow[$0]) }, "\(channels) channels of int8")
    }
  }

  @Test func rectifierAddsSlopesAndAdds() {
    var random = TestGenerator(32)
    for channels in [1, 7, 40] {
      let shape = Shape(20, 1, channels)
      let input = shape.wideElements(&random)
      func each(_ range: ClosedRange<Int32>) -> [Int32] {
        (0..<channels).map { _ in Int32.random(in: range, using: &random) }
      }
      let layer = WordCase(
        weights: [], rowStride: 0, encoding: .none, biases: each(-40000...40000),
        multipliers: each(-Int32.max...Int32.max), shifts: each(-31...9), table: each(-40000...40000))
      var actual = [Int16](repeating: 0, count: input.count)
      layer.withConstants { constants in
        var output = actual.mutableSpan
        PReLU.run(input.span, constants, channels: channels, into: &output)
      }
      let expected = input.indices.map { index -> Int16 in
        let channel = index % channels
        let x = Int64(input[index]) + Int64(layer.biases[channel])
        let right = Int64(31 - layer.shifts[channel])
        let sloped = (x * Int64(layer.multipliers[channel]) + (1 << (right - 1))) >> right
        return Int16(clamping: (x >= 0 ? x : sloped) + Int64(layer.table[channel]))
      }
      expectEqual(actual, expected, "\(channels) channels")
    }
  }

  @Test func rescalingRoundsOnceAndClamps() {
    var random = TestGenerator(33)
    for shift in Int32(-31)...13 {
      let wide = Shape(1, 1, 200).wideElements(&random)
      let narrow = random.bytes(200)
      var layer = WordCase(
        weights: [], rowStride: 0, encoding: .none, biases: [],
        multipliers: [Int32.random(in: 1 << 30...Int32.max, using: &random)], shifts: [shift], table: [])
      layer.outputMinimum = -100
      func scaled(_ value: Int) -> Int64 {
        let right = Int64(31 - shift)
        return (Int64(value) * Int64(layer.multipliers[0]) + (1 << (right - 1))) >> right
      }
      layer.outputZeroPoint = 7
      var toNarrow = [Int8](repeating: 0, count: 200)
      layer.withConstants { constants in
        var output = toNarrow.mutableSpan
        Rescale.run(wide.span, constants, into: &output)
      }
      expectEqual(
        toNarrow, wide.map { Int8(min(max(scaled(Int($0)) + 7, -100), 127)) }, "int16 to int8, shift \(shift)")
      (layer.inputZeroPoint, layer.outputZeroPoint) = (-9, 0)
      var toWide = [Int16](repeating: 0, count: 200)
      layer.withConstants { constants in
        var output = toWide.mutableSpan
        Rescale.run(narrow.span, constants, into: &output)
      }
      expectEqual(toWide, narrow.map { Int16(clamping: scaled(Int($0) + 9)) }, "int8 to int16, shift \(shift)")
    }
  }

  @Test func sumsSaturate() {
    var random = TestGenerator(34)
    let first = Shape(1, 1, 500).wideElements(&random)
    let second = Shape(1, 1, 500).wideElements(&random)
    var actual = [Int16](repeating: 0, count: 500)
    var output = actual.mutableSpan
    Add.run(first.span, second.span, into: &output)
    expectEqual(actual, zip(first, second).map { Int16(clamping: Int($0) + Int($1)) }, "sums")
  }

  @Test func meanOfInt16LeavesPaddingOutAndRoundsHalvesAway() {
    var random = TestGenerator(35)
    var checked = 0
    for number in 0..<200 {
      var geometry = random.geometry(number: number)
      geometry.output.channels = geometry.input.channels
      (geometry.dilationHeight, geometry.dilationWidth) = (1, 1)
      guard geometry.everyWindowTouchesInput else { continue }
      let input = geometry.input.wideElements(&random)
      var actual = [Int16](repeating: 0, count: geometry.output.count)
      var output = actual.mutableSpan
      AveragePool.run(input.span, geometry, into: &output)
      var expected: [Int16] = []
      for y in 0..<geometry.output.height {
        for x in 0..<geometry.output.width {
          for channel in 0..<geometry.output.channels {
            var inside: [Int16] = []
            for i in 0..<geometry.kernelHeight {
              for j in 0..<geometry.kernelWidth {
                if let index = geometry.inputIndex(y, x, i, j) { inside.append(input[index + channel]) }
              }
            }
            let mean = Double(inside.reduce(0) { $0 + Int($1) }) / Double(inside.count)
            expected.append(Int16(mean.rounded(.toNearestOrAwayFromZero)))
          }
        }
      }
      expectEqual(actual, expected, "\(geometry)")
      checked += 1
    }
    #expect(checked > 50)
  }
}

extension Shape {
  /// Random int16, the extremes among them.
  fileprivate func wideElements(_ random: inout TestGenerator) -> [Int16] {
    (0..<count).map { index in
      switch index % 11 {
      case 3: .min
      case 7: .max
      case 9: Int16.random(in: -130...130, using: &random)
      default: Int16.random(in: .min ... .max, using: &random)
      }
    }
  }
}
