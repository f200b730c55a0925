import Dormouse
import Hand

/// Layers of 1024 inputs and 256 outputs with random weights, and the hand-written loop; weights start at a cache line, as
/// in images.
struct Layers {
  private let vector = words(32) { .random(in: 0 ... .max) }
  private let rows = words(8192) { .random(in: 0 ... .max) }
  private let packed = words(8192) { 0 }
  private let thresholds = integers(-32...32)
  private let polarities = words(256) { Bool.random() ? 1 : ~0 }
  private let bits = words(8) { 0 }
  private let sums = integers(0...0)
  private let input8 = words(256) { .random(in: 0 ... .max) }
  private let weights8 = words(65536) { .random(in: 0 ... .max) }
  private let output8 = words(64) { 0 }
  private let biases = integers(-9999...9999)
  private let multipliers = integers((1 << 30)...(1 << 30))
  private let shifts = integers(-12 ... -12)
  private let scratch = words(4096) { 0 }
  private let set = InstructionSet.best

  init() { hand_pack(rows, packed) }

  /// Binary, from bits to bits.
  func binary() {
    let polarities = integers(at: polarities)
    let constants = LayerConstants(
      weights: bytes(at: rows), rowStride: 128, encoding: .binary, biases: thresholds, multipliers: polarities,
      shifts: polarities, inputZeroPoint: 0, outputZeroPoint: 0, outputMinimum: 0, outputMaximum: 0)
    BinaryConvolution.run(
      Span(_unsafeStart: UnsafePointer(vector), count: 32), constants, .dense(input: Shape(1, 1, 1024), outputs: 256),
      into: .bits(bits), scratch: bytes(at: scratch), on: set)
  }

  /// int8 throughout.
  func int8() {
    let constants = LayerConstants(
      weights: bytes(at: weights8), rowStride: 1024, biases: biases, multipliers: multipliers, shifts: shifts,
      inputZeroPoint: 0, outputZeroPoint: 0, outputMinimum: -128, outputMaximum: 127)
    var output = MutableSpan(_unsafeStart: bytes(at: output8), count: 256)
    Dense.run(
      Span(_unsafeStart: UnsafePointer(bytes(at: input8)), count: 1024), constants, into: &output,
      scratch: bytes(at: scratch), on: set)
  }

  /// The binary products alone, by hand.
  func hand() { hand_multiply(vector, packed, sums) }

  /// Whether the bits of `binary` follow from the sums of `hand`.
  var agree: Bool {
    (0..<256).allSatisfy { row in
      let dot = 1024 - 2 * sums[row]
      let bit = integers(at: polarities)[row] < 0 ? dot <= thresholds[row] : dot >= thresholds[row]
      return bit == (bits[row / 32] >> UInt32(row % 32) & 1 == 1)
    }
  }
}

private func words(_ count: Int, _ value: () -> UInt32) -> UnsafeMutablePointer<UInt32> {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
  let words = memory.bindMemory(to: UInt32.self, capacity: count)
  for index in 0..<count { words[index] = value() }
  return words
}

/// A number for each output.
private func integers(_ range: ClosedRange<Int32>) -> UnsafeMutablePointer<Int32> {
  integers(at: words(256) { UInt32(bitPattern: .random(in: range)) })
}

private func integers(at words: UnsafeMutablePointer<UInt32>) -> UnsafeMutablePointer<Int32> {
  UnsafeMutableRawPointer(words).assumingMemoryBound(to: Int32.self)
}

private func bytes(at words: UnsafeMutablePointer<UInt32>) -> UnsafeMutablePointer<Int8> {
  UnsafeMutableRawPointer(words).assumingMemoryBound(to: Int8.self)
}
