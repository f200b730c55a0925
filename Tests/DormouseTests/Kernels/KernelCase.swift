@testable import Dormouse
@testable import DormouseModel

/// Weights, biases and multipliers of one layer, owned by a test; the kernels get pointers into it.
final class KernelCase {
  let weights: [Int8]
  let rowStride: Int
  private(set) var encoding = Encoding.int8
  private var codebook: [Int8] = []
  let biases: [Int32]
  let multipliers: [Int32]
  let shifts: [Int32]
  var inputZeroPoint: Int8 = 0
  var secondZeroPoint: Int8 = 0
  var outputZeroPoint: Int8 = 0
  var outputMinimum: Int8 = -128
  var outputMaximum: Int8 = 127

  /// Pads `rows` of `length` weights to a multiple of 4 bytes each.
  init(rows: Int, length: Int, weights: [Int8], biases: [Int32], multipliers: [Int32], shifts: [Int32]) {
    rowStride = (length + 3) & ~3
    var padded: [Int8] = []
    for row in 0..<rows {
      padded += weights[row * length..<(row + 1) * length]
      padded += [Int8](repeating: 0, count: rowStride - length)
    }
    self.weights = padded
    self.biases = biases
    self.multipliers = multipliers
    self.shifts = shifts
  }

  /// Packs `[rows][length]` weights of an encoding narrower than int8.
  init(
    rows: Int, length: Int, _ weights: Weights, multipliers: [Int32], shifts: [Int32]
  ) throws {
    let packing = try FieldPacking(weights, place: "test")
    let packed = try packing.packed(weights.values, rows: rows, columns: length)
    self.weights = packed.map { Int8(bitPattern: $0) }
    rowStride = PackedRows.pairStride(columns: length, bits: packing.code.bits)
    encoding = weights.encoding
    codebook = packing.codebook
    biases = weights.biases
    self.multipliers = multipliers
    self.shifts = shifts
  }

  /// Takes weights as the image stores them.
  init(
    paddedWeights: [Int8], rowStride: Int, encoding: Encoding = .int8, biases: [Int32], multipliers: [Int32],
    shifts: [Int32]
  ) {
    weights = paddedWeights
    self.encoding = encoding
    self.rowStride = rowStride
    self.biases = biases
    self.multipliers = multipliers
    self.shifts = shifts
  }

  /// Calls `body` with pointers that are valid during the call.
  func withConstants(_ body: (LayerConstants) -> Void) {
    // An empty array has no address; a kernel that has no weights looks at none.
    let none = UnsafePointer<Int32>(bitPattern: 16).unsafelyUnwrapped
    let noBytes = UnsafePointer<Int8>(bitPattern: 16).unsafelyUnwrapped
    codebook.withUnsafeBufferPointer { codebook in
      withConstants(weights: weights, codebook: codebook.baseAddress ?? noBytes, noBytes, none, body)
    }
  }

  private func withConstants(
    weights: [Int8], codebook: UnsafePointer<Int8>, _ noBytes: UnsafePointer<Int8>, _ none: UnsafePointer<Int32>,
    _ body: (LayerConstants) -> Void
  ) {
    weights.withUnsafeBufferPointer { weights in
      biases.withUnsafeBufferPointer { biases in
        multipliers.withUnsafeBufferPointer { multipliers in
          shifts.withUnsafeBufferPointer { shifts in
            var constants = LayerConstants(
              weights: weights.baseAddress ?? noBytes, rowStride: rowStride, encoding: encoding, codebook: codebook,
              biases: biases.baseAddress ?? none, multipliers: multipliers.baseAddress ?? none,
              shifts: shifts.baseAddress ?? none,
              inputZeroPoint: inputZeroPoint, outputZeroPoint: outputZeroPoint, outputMinimum: outputMinimum,
              outputMaximum: outputMaximum)
            constants.secondZeroPoint = secondZeroPoint
            body(constants)
          }
        }
      }
    }
  }
}

/// Memory of exactly `count` bytes, aligned to 16, so that AddressSanitizer sees the first byte too many.
func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Int8>) -> Void) {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
  defer { memory.deallocate() }
  body(memory.initializeMemory(as: Int8.self, repeating: 0x55, count: max(count, 1)))
}

/// What kernels are tested with, the same for one seed.
struct TestGenerator: RandomNumberGenerator {
  private var random: RandomSequence

  init(_ seed: Int) { random = RandomSequence(seed: UInt64(truncatingIfNeeded: seed)) }

  mutating func next() -> UInt64 { random.next() }

  mutating func bytes(_ count: Int, in range: ClosedRange<Int8> = -128...127) -> [Int8] {
    (0..<count).map { _ in Int8.random(in: range, using: &self) }
  }

  /// Weights that an encoding has, and its codebook; the extremes are frequent.
  mutating func weights(_ count: Int, _ encoding: Encoding) -> (values: [Int8], codebook: [Int8]) {
    let code = encoding.code
    let levels: [Int8] =
      switch code.family {
      case .bytes: Array(-127...127)
      case .fields: (code.least...code.greatest).map { Int8(($0 << code.doubling) - code.offset) }
      case .indices: [-128, 127] + bytes(code.levels - 2)
      }
    let values = (0..<count).map { _ in
      Bool.random(using: &self)
        ? [levels.first!, levels.last!].randomElement(using: &self)! : levels.randomElement(using: &self)!
    }
    return (values, code.family == .indices ? levels : [])
  }

  /// Rows of weights with biases and multipliers that spread the outputs over the int8 range.
  mutating func layer(
    rows: Int, length: Int, channels: Int, fanIn: Int, encoding: Encoding = .int8
  ) -> KernelCase {
    let weights = weights(rows * length, encoding)
    let limit = Int32(fanIn * 2000 + 100)
    let biases = (0..<channels).map { _ in Int32.random(in: -limit...limit, using: &self) }
    let multipliers = (0..<channels).map { _ in Int32.random(in: 1 << 30...Int32.max, using: &self) }
    let bits = Int32((63 - (fanIn * 5000).leadingZeroBitCount) / 2 + 1)
    let shifts = (0..<channels).map { _ in Int32.random(in: -bits - 5...(-bits + 4), using: &self) }
    let result =
      encoding == .int8
      ? KernelCase(
        rows: rows, length: length, weights: weights.values, biases: biases, multipliers: multipliers, shifts: shifts)
      : try! KernelCase(
        rows: rows, length: length,
        Weights(values: weights.values, scales: [], biases: biases, encoding: encoding, codebook: weights.codebook),
        multipliers: multipliers, shifts: shifts)
    result.inputZeroPoint = [-128, 127, 0, 3, -7].randomElement(using: &self)!
    result.secondZeroPoint = [-128, 127, 0, 3, -7].randomElement(using: &self)!
    result.outputZeroPoint = [-128, 127, 0, 3, -7].randomElement(using: &self)!
    if Bool.random(using: &self) { result.outputMinimum = result.outputZeroPoint }
    if Bool.random(using: &self) { result.outputMaximum = Int8.random(in: result.outputMinimum...127, using: &self) }
    return result
  }
}

extension InstructionSet: CustomStringConvertible {
  private static let names: [(InstructionSet, String)] = [
    (.portable, "portable"), (.avx2, "AVX2"), (.avx512, "AVX-512"), (.dsp, "DSP"), (.helium, "Helium"),
    (.neon, "NEON"), (.neonDot, "NEON with dot products"),
  ]

  /// Every set that this build can run here.
  static var supported: [InstructionSet] { names.map(\.0).filter(\.isSupported) }

  /// For messages of tests.
  public var description: String { InstructionSet.names.first { $0.0 == self }?.1 ?? "unknown" }
}

extension Geometry {
  /// A single element, to be filled in.
  init() {
    let tensor = TensorRecord(
      type: .int8, zeroPoint: 0, firstLayer: 0, lastLayer: 0, height: 1, width: 1, channels: 1, arenaOffset: 0,
      scale: QuantizedMultiplier(multiplier: 1 << 30, shift: 1))
    self.init(LayerRecord(operation: .convolution), input: tensor, output: tensor)
  }
}

extension Shape {
  /// Extent along an axis.
  subscript(axis: Concatenation.Axis) -> Int {
    get { axis == .height ? height : axis == .width ? width : channels }
    set {
      switch axis {
      case .height: height = newValue
      case .width: width = newValue
      case .channels: channels = newValue
      }
    }
  }
}
