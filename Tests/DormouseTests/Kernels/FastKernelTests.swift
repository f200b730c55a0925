import Testing

@testable import Dormouse

/// Every fast path against the reference kernels, on random layers: shapes, zero points, clamps and multipliers vary.
@Suite("Fast kernels equal the reference") struct FastKernelTests {
  @Test(arguments: InstructionSet.supported)
  func denseForEveryRemainder(set: InstructionSet) {
    var random = TestGenerator(1)
    var checked = 0
    for inputs in Array(1...70) + [127, 128, 129, 191, 192, 193, 513, 960] {
      for outputs in inputs < 20 ? Array(1...20) : [1, 2, 3, 7, 12, 33, 64, 67] {
        let layer = random.layer(rows: outputs, length: inputs, channels: outputs, fanIn: inputs)
        let input = random.bytes(inputs)
        var expected = [Int8](repeating: 0, count: outputs)
        var actual = expected
        layer.withConstants { constants in
          var reference = expected.mutableSpan
          Dense.reference(input.span, constants, into: &reference)
          withScratch(Dense.scratchLength(inputs: inputs, Encoding.int8.code)) { scratch in
            var result = actual.mutableSpan
            Dense.run(input.span, constants, into: &result, scratch: scratch, on: set)
          }
        }
        expectEqual(actual, expected, "\(inputs) inputs, \(outputs) outputs")
        checked += 1
      }
    }
    print("dense on \(set): \(checked) layers equal the reference")
  }

  @Test(arguments: InstructionSet.supported)
  func convolutionForRandomGeometries(set: InstructionSet) {
    var random = TestGenerator(2)
    for number in 0..<600 {
      let geometry = random.geometry(number: number)
      let layer = random.layer(
        rows: geometry.output.channels, length: geometry.windowCount, channels: geometry.output.channels,
        fanIn: geometry.windowCount)
      check(geometry, layer, &random) { input, constants, output in
        Convolution.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        withScratch(Convolution.scratchLength(geometry, Encoding.int8.code)) { scratch in
          Convolution.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
        }
      }
    }
    print("convolution on \(set): 600 layers equal the reference")
  }

  @Test(arguments: InstructionSet.supported)
  func depthwiseForRandomGeometries(set: InstructionSet) {
    var random = TestGenerator(3)
    for number in 0..<600 {
      var geometry = random.geometry(number: number)
      geometry.input.channels = Int.random(in: 1...140, using: &random)
      geometry.output.channels = geometry.input.channels
      let taps = geometry.kernelHeight * geometry.kernelWidth
      let layer = random.layer(
        rows: taps, length: geometry.input.channels, channels: geometry.input.channels, fanIn: taps)
      check(geometry, layer, &random) { input, constants, output in
        Depthwise.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        withScratch(0) { scratch in
          Depthwise.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
        }
      }
    }
    print("depthwise on \(set): 600 layers equal the reference")
  }

  @Test(arguments: InstructionSet.supported)
  func poolsForRandomGeometries(set: InstructionSet) {
    var random = TestGenerator(4)
    var checked = 0
    for number in 0..<1200 {
      var geometry = random.geometry(number: number)
      geometry.input.channels = Int.random(in: 1...140, using: &random)
      geometry.output.channels = geometry.input.channels
      geometry.dilationHeight = 1
      geometry.dilationWidth = 1
      guard geometry.everyWindowTouchesInput else { continue }
      let layer = random.layer(rows: 0, length: 0, channels: 0, fanIn: 1)
      check(geometry, layer, &random) { input, constants, output in
        AveragePool.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        AveragePool.run(input, constants, geometry, into: &output, on: set)
      }
      check(geometry, layer, &random) { input, constants, output in
        MaxPool.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        MaxPool.run(input, constants, geometry, into: &output)
      }
      checked += 1
    }
    #expect(checked > 300)
    print("pools on \(set): \(checked) layers equal the reference")
  }

  @Test(arguments: InstructionSet.supported)
  func addForEveryRemainder(set: InstructionSet) {
    var random = TestGenerator(5)
    for count in Array(1...70) + [257, 1000] {
      for _ in 0..<20 {
        let layer = KernelCase(
          rows: 0, length: 0, weights: [], biases: [],
          multipliers: (0..<3).map { _ in Int32.random(in: 0...Int32.max, using: &random) },
          shifts: [
            Int32.random(in: -9...0, using: &random), Int32.random(in: -9...0, using: &random),
            Int32.random(in: -20 ... -15, using: &random),
          ])
        layer.inputZeroPoint = Int8.random(in: -128...127, using: &random)
        layer.secondZeroPoint = Int8.random(in: -128...127, using: &random)
        layer.outputZeroPoint = Int8.random(in: -128...127, using: &random)
        let first = random.bytes(count)
        let second = random.bytes(count)
        var expected = [Int8](repeating: 0, count: count)
        var actual = expected
        layer.withConstants { constants in
          var reference = expected.mutableSpan
          Add.reference(first.span, second.span, constants, into: &reference)
          var result = actual.mutableSpan
          Add.run(first.span, second.span, constants, into: &result, on: set)
        }
        expectEqual(actual, expected, "\(count) elements, shifts \(layer.shifts)")
      }
    }
  }

  @Test func concatenationOnEachAxis() {
    var random = TestGenerator(6)
    for axis in [Concatenation.Axis.height, .width, .channels] {
      for _ in 0..<50 {
        var part = Shape(
          Int.random(in: 1...5, using: &random), Int.random(in: 1...5, using: &random),
          Int.random(in: 1...9, using: &random))
        var parts: [Shape] = []
        for _ in 0..<Int.random(in: 2...4, using: &random) {
          part[axis] = Int.random(in: 1...6, using: &random)
          parts.append(part)
        }
        var whole = part
        whole[axis] = parts.reduce(0) { $0 + $1[axis] }
        var expected = [Int8](repeating: 0, count: whole.count)
        var actual = expected
        var offset = 0
        for part in parts {
          let input = random.bytes(part.count)
          var reference = expected.mutableSpan
          Concatenation.reference(input.span, part, axis: axis, at: offset, into: &reference, whole)
          var result = actual.mutableSpan
          Concatenation.run(input.span, part, axis: axis, at: offset, into: &result, whole)
          offset += part[axis]
        }
        expectEqual(actual, expected, "\(parts) along \(axis)")
      }
    }
  }

  func check(
    _ geometry: Geometry, _ layer: KernelCase, _ random: inout TestGenerator,
    reference: (Span<Int8>, LayerConstants, inout MutableSpan<Int8>) -> Void,
    fast: (Span<Int8>, LayerConstants, inout MutableSpan<Int8>) -> Void
  ) {
    let input = random.bytes(geometry.input.count)
    var expected = [Int8](repeating: 0, count: geometry.output.count)
    var actual = expected
    layer.withConstants { constants in
      var span = expected.mutableSpan
      reference(input.span, constants, &span)
      var result = actual.mutableSpan
      fast(input.span, constants, &result)
    }
    expectEqual(actual, expected, "\(geometry)")
  }
}

/// Says where two results differ first; a failed comparison of whole arrays would print them all.
func expectEqual<Element: Equatable>(
  _ actual: [Element], _ expected: [Element], _ what: String, at location: SourceLocation = #_sourceLocation
) {
  let index = zip(actual, expected).enumerated().first { $1.0 != $1.1 }?.offset
  #expect(
    index == nil && actual.count == expected.count, "\(what): first difference at \(index ?? -1)",
    sourceLocation: location)
}

extension TestGenerator {
  /// A small random geometry; every fourth is pointwise, every fourth has a kernel one column wide.
  mutating func geometry(number: Int) -> Geometry {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    var geometry = Geometry()
    geometry.input = Shape(pick(1...9), number % 2 == 0 ? 1 : pick(1...8), pick(1...40))
    geometry.kernelHeight = number % 4 == 0 ? 1 : pick(1...5)
    geometry.kernelWidth = number % 4 == 2 ? 1 : number % 4 == 0 ? 1 : pick(1...4)
    geometry.strideHeight = pick(1...3)
    geometry.strideWidth = pick(1...3)
    geometry.dilationHeight = pick(1...2)
    geometry.dilationWidth = pick(1...2)
    geometry.padTop = number % 4 == 0 ? 0 : pick(0...3)
    geometry.padLeft = number % 4 == 0 ? 0 : pick(0...3)
    let height = (geometry.input.height - 1) / geometry.strideHeight + 1
    let width = (geometry.input.width - 1) / geometry.strideWidth + 1
    geometry.output = Shape(height, width, pick(1...40))
    return geometry
  }
}
