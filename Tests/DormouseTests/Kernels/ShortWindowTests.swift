import Testing

@testable import Dormouse

/// Windows that some cores keep in registers, and planes of depthwise windows, against the reference: both roundings, with and
/// without a rectifier.
@Suite("Short windows equal the reference") struct ShortWindowTests {
  @Test(arguments: InstructionSet.supported)
  func convolutionOfEveryShortWindow(set: InstructionSet) {
    var random = TestGenerator(31)
    for number in 0..<240 {
      let geometry = random.shortWindows(number: number)
      let layer = random.layer(
        rows: geometry.output.channels, length: geometry.windowCount, channels: geometry.output.channels,
        fanIn: geometry.windowCount)
      check(geometry, layer, twice: number % 3 > 0, &random) { input, constants, output in
        Convolution.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        withScratch(Convolution.scratchLength(geometry, Encoding.int8.code)) { scratch in
          Convolution.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
        }
      }
    }
    print("short windows on \(set): 240 layers equal the reference")
  }

  @Test(arguments: InstructionSet.supported)
  func depthwisePlanesOfWholeAndCutBlocks(set: InstructionSet) {
    var random = TestGenerator(32)
    for number in 0..<240 {
      var geometry = random.geometry(number: 3)
      geometry.input.channels = number % 2 == 0 ? 16 * (number / 2 % 8 + 1) : Int.random(in: 1...80, using: &random)
      geometry.output.channels = geometry.input.channels
      if number % 4 < 2 {
        geometry.kernelHeight = 3
        geometry.kernelWidth = 3
      }
      let taps = geometry.kernelHeight * geometry.kernelWidth
      let layer = random.layer(
        rows: taps, length: geometry.input.channels, channels: geometry.input.channels, fanIn: taps)
      check(geometry, layer, twice: number % 3 > 0, &random) { input, constants, output in
        Depthwise.reference(input, constants, geometry, into: &output)
      } fast: { input, constants, output in
        withScratch(0) { scratch in
          Depthwise.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
        }
      }
    }
    print("depthwise planes on \(set): 240 layers equal the reference")
  }

  private func check(
    _ geometry: Geometry, _ layer: KernelCase, twice: Bool, _ random: inout TestGenerator,
    reference: (Span<Int8>, LayerConstants, inout MutableSpan<Int8>) -> Void,
    fast: (Span<Int8>, LayerConstants, inout MutableSpan<Int8>) -> Void
  ) {
    let input = random.bytes(geometry.input.count)
    var expected = [Int8](repeating: 0, count: geometry.output.count)
    var actual = expected
    layer.withConstants { constants in
      var constants = constants
      constants.roundsTwice = twice
      var span = expected.mutableSpan
      reference(input.span, constants, &span)
      var result = actual.mutableSpan
      fast(input.span, constants, &result)
    }
    expectEqual(actual, expected, "\(geometry), twice \(twice), shifts \(layer.shifts)")
  }
}

extension TestGenerator {
  /// Windows of 32, 40, 48 or 64 elements, every other time pointwise, over 1 to 140 positions.
  fileprivate mutating func shortWindows(number: Int) -> Geometry {
    let length = [32, 40, 48, 64][number / 2 % 4]
    var geometry = Geometry()
    if number % 2 == 0 {
      geometry.input = Shape(Int.random(in: 1...28, using: &self), Int.random(in: 1...5, using: &self), length)
      geometry.output = geometry.input
    } else {
      geometry.kernelHeight = 8
      geometry.kernelWidth = length / 8
      geometry.strideHeight = Int.random(in: 1...2, using: &self)
      geometry.strideWidth = Int.random(in: 1...2, using: &self)
      geometry.padTop = Int.random(in: 0...4, using: &self)
      geometry.padLeft = Int.random(in: 0...2, using: &self)
      geometry.input = Shape(Int.random(in: 1...30, using: &self), Int.random(in: 1...10, using: &self), 1)
      geometry.output = Shape(
        (geometry.input.height - 1) / geometry.strideHeight + 1, (geometry.input.width - 1) / geometry.strideWidth + 1,
        1)
    }
    geometry.output.channels = [4, 12, 16, 36, 64, 7, 65].randomElement(using: &self)!
    return geometry
  }
}
