import Testing

@testable import Dormouse
@testable import DormouseModel

extension Encoding {
  /// All but int8.
  static let narrow = (2...18).compactMap { Encoding(rawValue: $0) }
}

/// Weights below eight bits: what is packed, and every kernel on them against the reference.
@Suite("Narrow weights") struct NarrowKernelTests {
  @Test func packedRowsAreThoseOfNumpy() throws {
    var checked = 0
    for golden in try GoldenFields.load() {
      guard let encoding = golden.encoding else { continue }
      let layer = KernelCase(
        paddedWeights: golden.packed, rowStride: golden.pairStride, encoding: encoding, biases: [], multipliers: [],
        shifts: [])
      var values: [Int8] = []
      layer.withConstants { constants in
        let weights = WeightRows(constants, columns: golden.columns)
        for row in 0..<golden.rows {
          values += (0..<golden.columns).map { weights[row, $0] }
        }
      }
      for (vector, sums) in zip(golden.vectors, golden.sums) {
        let actual = (0..<golden.rows).map { row in
          zip(vector, values[row * golden.columns..<(row + 1) * golden.columns]).reduce(Int32(0)) {
            $0 + Int32($1.0) * Int32($1.1)
          }
        }
        #expect(actual == sums, "\(encoding), \(golden.rows) x \(golden.columns)")
      }
      let isLegal = values.allSatisfy {
        Int($0) >= (encoding.code.least << encoding.code.doubling) - encoding.code.offset
      }
      if isLegal && encoding != .ternary {
        let weights = Weights(values: values, scales: [], biases: [], encoding: encoding)
        let packed = try FieldPacking(weights, place: "golden").packed(
          values, rows: golden.rows, columns: golden.columns)
        #expect(packed.map { Int8(bitPattern: $0) } == golden.packed, "\(encoding) packs like numpy")
      }
      checked += 1
    }
    #expect(checked > 20)
    print("packed rows: \(checked) golden matrices")
  }

  @Test(arguments: Encoding.narrow)
  func everyWeightIsReadBack(encoding: Encoding) throws {
    var random = TestGenerator(7)
    for (rows, columns) in [(1, 1), (2, 31), (3, 32), (4, 33), (5, 97), (7, 64)] {
      let (values, codebook) = random.weights(rows * columns, encoding)
      let layer = try KernelCase(
        rows: rows, length: columns,
        Weights(values: values, scales: [], biases: [], encoding: encoding, codebook: codebook), multipliers: [],
        shifts: [])
      layer.withConstants { constants in
        let weights = WeightRows(constants, columns: columns)
        for row in 0..<rows {
          expectEqual(
            (0..<columns).map { weights[row, $0] }, Array(values[row * columns..<(row + 1) * columns]),
            "\(encoding) row \(row), by definition")
          var block = [Int8](repeating: 0, count: 32)
          for group in 0..<PackedRows.groups(columns: columns) {
            weights.read(row: row, group: group, into: &block)
            let count = min(columns - 32 * group, 32)
            let start = row * columns + 32 * group
            let expected = Array(values[start..<start + count]) + [Int8](repeating: 0, count: 32 - count)
            expectEqual(block, expected, "\(encoding) row \(row), group \(group)")
          }
        }
        #expect(WeightCheck(constants, rows: rows, columns: columns).violation == nil)
      }
    }
  }

  @Test(arguments: InstructionSet.supported, Encoding.narrow)
  func dense(set: InstructionSet, encoding: Encoding) {
    var random = TestGenerator(11)
    for inputs in [1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 95, 100, 127, 128, 129, 160, 200, 255, 256, 257, 960] {
      for outputs in [1, 2, 3, 4, 5, 8, 9, 12, 17, 33, 130] where inputs < 200 || outputs < 20 {
        let layer = random.layer(rows: outputs, length: inputs, channels: outputs, fanIn: inputs, encoding: encoding)
        let input = Bool.random(using: &random) ? random.bytes(inputs) : random.bytes(inputs, in: -128 ... -127)
        var expected = [Int8](repeating: 0, count: outputs)
        var actual = expected
        layer.withConstants { constants in
          var reference = expected.mutableSpan
          Dense.reference(input.span, constants, into: &reference)
          withScratch(Dense.scratchLength(inputs: inputs, encoding.code)) { scratch in
            var result = actual.mutableSpan
            Dense.run(input.span, constants, into: &result, scratch: scratch, on: set)
          }
        }
        expectEqual(actual, expected, "\(encoding) on \(set): \(inputs) inputs, \(outputs) outputs")
      }
    }
  }

  @Test(arguments: InstructionSet.supported, Encoding.narrow)
  func convolution(set: InstructionSet, encoding: Encoding) {
    var random = TestGenerator(12)
    for number in 0..<80 {
      let geometry = random.geometry(number: number)
      let layer = random.layer(
        rows: geometry.output.channels, length: geometry.windowCount, channels: geometry.output.channels,
        fanIn: geometry.windowCount, encoding: encoding)
      FastKernelTests().check(geometry, layer, &random) { input, constants, output in
        Convolution.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        withScratch(Convolution.scratchLength(geometry, encoding.code)) { scratch in
          Convolution.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
        }
      }
    }
  }

  @Test(arguments: InstructionSet.supported, Encoding.narrow)
  func depthwise(set: InstructionSet, encoding: Encoding) {
    var random = TestGenerator(13)
    for number in 0..<60 {
      var geometry = random.geometry(number: number)
      geometry.input.channels = Int.random(in: 1...140, using: &random)
      geometry.output.channels = geometry.input.channels
      let taps = geometry.kernelHeight * geometry.kernelWidth
      let layer = random.layer(
        rows: taps, length: geometry.input.channels, channels: geometry.input.channels, fanIn: taps,
        encoding: encoding)
      FastKernelTests().check(geometry, layer, &random) { input, constants, output in
        Depthwise.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        withScratch(Depthwise.scratchLength(taps: taps, encoding.code)) { scratch in
          Depthwise.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
        }
      }
    }
  }
}
