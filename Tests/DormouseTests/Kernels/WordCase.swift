@testable import Dormouse

/// Constants of a layer of signs, owned by a test; the kernels get pointers into it.
struct WordCase {
  var weights: [UInt32]
  var rowStride: Int
  var encoding = Encoding.binary
  var biases: [Int32]
  var multipliers: [Int32]
  var shifts: [Int32]
  /// Levels, or what a rectifier adds after the slope.
  var table: [Int32]
  var inputZeroPoint: Int8 = 0
  var outputZeroPoint: Int8 = 0
  var outputMinimum: Int8 = -128
  var outputMaximum: Int8 = 127

  /// Calls `body` with pointers that are valid during the call.
  func withConstants(_ body: (LayerConstants) -> Void) {
    // An empty array has no address; a kernel that has no weights looks at none.
    let none = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    weights.withUnsafeBytes { weights in
      biases.withUnsafeBufferPointer { biases in
        multipliers.withUnsafeBufferPointer { multipliers in
          shifts.withUnsafeBufferPointer { shifts in
            table.withUnsafeBytes { table in
              let words = none.assumingMemoryBound(to: Int32.self)
              body(
                LayerConstants(
                  weights: (weights.baseAddress ?? none).assumingMemoryBound(to: Int8.self), rowStride: rowStride,
                  encoding: encoding, codebook: (table.baseAddress ?? none).assumingMemoryBound(to: Int8.self),
                  biases: biases.baseAddress ?? words, multipliers: multipliers.baseAddress ?? words,
                  shifts: shifts.baseAddress ?? words, inputZeroPoint: inputZeroPoint,
                  outputZeroPoint: outputZeroPoint, outputMinimum: outputMinimum, outputMaximum: outputMaximum))
            }
          }
        }
      }
    }
  }
}

/// What a binary layer can give.
enum BinaryOutput: CaseIterable {
  case bits, int8, int16, shortcut
}

extension TestGenerator {
  /// Signs of `positions` positions of `channels`, unused bits zero.
  mutating func signs(_ positions: Int, channels: Int) -> [UInt32] {
    (0..<positions).flatMap { _ in
      (0..<SignWords.count(channels: channels)).map { word in
        let isLast = word == SignWords.count(channels: channels) - 1
        return UInt32(truncatingIfNeeded: next()) & (isLast ? SignWords.lastMask(channels: channels) : .max)
      }
    }
  }

  /// Random constants for `geometry` whose results spread over the range of the output.
  mutating func words(_ geometry: Geometry, _ output: BinaryOutput, hasLevels: Bool) -> WordCase {
    let channels = geometry.output.channels
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let reach = Int32(taps * geometry.input.channels) * (hasLevels ? 256 : 1)
    func each(_ range: ClosedRange<Int32>) -> [Int32] {
      (0..<channels).map { _ in Int32.random(in: range, using: &self) }
    }
    let bits = Int32(31 - reach.leadingZeroBitCount)
    var result = WordCase(
      weights: signs(channels * taps, channels: geometry.input.channels), rowStride: 4 * geometry.windowWords,
      encoding: hasLevels ? .binaryLevels : .binary, biases: each(-reach / 2...reach / 2),
      multipliers: each(1 << 30...Int32.max),
      shifts: output == .bits ? each(0...1).map { 2 * $0 - 1 } : each(6 - bits...8 - bits),
      table: hasLevels ? each(-300...300) : [])
    if output == .int16 || output == .shortcut { result.shifts = each(13 - bits...16 - bits) }
    if output == .int8 {
      result.outputZeroPoint = Int8.random(in: -100...100, using: &self)
      result.outputMaximum = Int8.random(in: 0...127, using: &self)
    }
    return result
  }
}

extension WordCase {
  /// The output's bytes, as the oracle (`set` nil) or the fast path of a set makes them.
  func run(
    _ input: [UInt32], _ geometry: Geometry, _ output: BinaryOutput, _ shortcut: [Int16], on set: InstructionSet?
  )
    -> [Int16]
  {
    let positions = geometry.output.height * geometry.output.width
    let words = positions * SignWords.count(channels: geometry.output.channels)
    let count = geometry.output.count
    var result: [Int16] = []
    withConstants { constants in
      shortcut.withUnsafeBufferPointer { shortcut in
        let length = output == .bits ? 4 * words : output == .int8 ? count : 2 * count
        withScratch(length) { memory in
          let raw = UnsafeMutableRawPointer(memory)
          let results: BinaryResults =
            switch output {
            case .bits: .bits(raw.assumingMemoryBound(to: UInt32.self))
            case .int8: .int8(memory)
            case .int16: .int16(raw.assumingMemoryBound(to: Int16.self), shortcut: nil)
            case .shortcut: .int16(raw.assumingMemoryBound(to: Int16.self), shortcut: shortcut.baseAddress)
            }
          if let set {
            withScratch(BinaryConvolution.scratchLength(geometry)) { scratch in
              BinaryConvolution.run(input.span, constants, geometry, into: results, scratch: scratch, on: set)
            }
          } else {
            BinaryConvolution.reference(input.span, constants, geometry, into: results)
          }
          result =
            output == .int8
            ? (0..<count).map { Int16(memory[$0]) }
            : (0..<length / 2).map { raw.load(fromByteOffset: 2 * $0, as: Int16.self) }
        }
      }
    }
    return result
  }
}
