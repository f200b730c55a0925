import Dormouse
import DormouseISA
import Support

/// One layer of a golden file, in memory.
struct GoldenLayer {
  private let base: UnsafeMutableRawPointer
  private let geometry: Geometry
  private let constants: LayerConstants
  private let inputs: UnsafeMutableRawPointer
  private let expected: UnsafeMutableRawPointer
  /// Room for the output, then for scratch.
  private let free: UnsafeMutableRawPointer

  /// The layer that `memory` starts with; nil if it is too large.
  init?(_ memory: UnsafeMutableRawBufferPointer) {
    base = memory.baseAddress!
    func word(_ index: Int) -> Int { Int(memory.load(fromByteOffset: index &* 4, as: Int32.self)) }
    let length = word(30)
    geometry = Geometry(
      input: Shape(word(1), word(2), word(3)), output: Shape(word(4), word(5), word(6)), kernelHeight: word(7),
      kernelWidth: word(8), strideHeight: word(9), strideWidth: word(10), dilationHeight: max(word(11), 1),
      dilationWidth: max(word(12), 1), padTop: word(13), padLeft: word(14))
    let channels = padded(word(25) &* 4)
    let weights = base + 128
    let biases = weights + padded(word(22) &* word(24))
    // Layers without weights have no biases.
    let multipliers = biases + (word(22) == 0 ? 0 : channels)
    inputs = multipliers + 2 &* channels
    var constants = LayerConstants(
      weights: weights.assumingMemoryBound(to: Int8.self), rowStride: word(24),
      biases: biases.assumingMemoryBound(to: Int32.self), multipliers: multipliers.assumingMemoryBound(to: Int32.self),
      shifts: (multipliers + channels).assumingMemoryBound(to: Int32.self),
      inputZeroPoint: Int8(truncatingIfNeeded: word(15)), outputZeroPoint: Int8(truncatingIfNeeded: word(17)),
      outputMinimum: Int8(truncatingIfNeeded: word(18)), outputMaximum: Int8(truncatingIfNeeded: word(19)))
    constants.secondZeroPoint = Int8(truncatingIfNeeded: word(16))
    self.constants = constants
    free = base + length
    expected = free - padded(geometry.output.count)
    let code = Encoding.int8.code
    let scratch = max(
      Dense.scratchLength(inputs: geometry.input.count, code), Convolution.scratchLength(geometry, code))
    guard length &+ padded(geometry.output.count) &+ scratch <= memory.count else { return nil }
  }

  /// Runs the layer's kernel; whether its output is the expected one.
  func run() -> Bool {
    let count = geometry.output.count
    let result = free.assumingMemoryBound(to: Int8.self)
    var output = MutableSpan(_unsafeStart: result, count: count)
    let input = Span(_unsafeStart: elements(at: 0), count: geometry.input.count)
    let scratch = result + padded(count)
    let set = InstructionSet.best
    dm_mark_next_layer()
    switch Operation(rawValue: UInt8(truncatingIfNeeded: base.load(as: Int32.self))) {
    case .dense: Dense.run(input, constants, into: &output, scratch: scratch, on: set)
    case .convolution: Convolution.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
    case .depthwise: Depthwise.run(input, constants, geometry, into: &output, scratch: scratch, on: set)
    case .averagePool: AveragePool.run(input, constants, geometry, into: &output, on: set)
    case .maxPool: MaxPool.run(input, constants, geometry, into: &output)
    case .add:
      let second = Span(_unsafeStart: elements(at: padded(count)), count: count)
      Add.run(input, second, constants, into: &output, on: set)
    case .concatenation: concatenate(into: &output)
    // Layers of bits and of imported networks have tests of their own.
    default: return false
    }
    dm_mark_other()
    let answer = expected.assumingMemoryBound(to: Int8.self)
    for index in 0..<count where result[index] != answer[index] { return false }
    return true
  }

  private func concatenate(into output: inout MutableSpan<Int8>) {
    func word(_ index: Int) -> Int { Int(base.load(fromByteOffset: index &* 4, as: Int32.self)) }
    guard let axis = Concatenation.Axis(rawValue: UInt8(truncatingIfNeeded: word(20))) else { return }
    var start = 0
    var offset = 0
    for index in 0..<word(21) {
      var part = geometry.input
      switch axis {
      case .height: part.height = word(26 &+ index)
      case .width: part.width = word(26 &+ index)
      case .channels: part.channels = word(26 &+ index)
      }
      Concatenation.run(
        Span(_unsafeStart: elements(at: start), count: part.count), part, axis: axis, at: offset, into: &output,
        geometry.output)
      start &+= padded(part.count)
      offset &+= word(26 &+ index)
    }
  }

  private func elements(at offset: Int) -> UnsafePointer<Int8> {
    UnsafePointer((inputs + offset).assumingMemoryBound(to: Int8.self))
  }
}

/// Arrays are padded to 16 bytes.
func padded(_ length: Int) -> Int { (length &+ 15) & ~15 }
