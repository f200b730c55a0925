import Dormouse
import DormouseMutation

/// Ways to break the sample with bits and int16; its layers are listed at `SampleGraphs.binary`.
enum BinaryBreakages {
  static let all: [Breakage] = [
    make("bits with a zero point", .badValue, .tensors) { $0.set(.tensors, 3, 1, Int8(1)) },
    make("maximum of int16", .badType, .program) { $0.set(.program, 11, 0, UInt8(5)) },
    make("int16 instead of bits", .badType, .program) { $0.set(.program, 1, 0, UInt8(8)) },
    make("shortcut of bits", .badType, .program) { $0.set(.program, 3, 6, UInt16(3)) },
    make("clamped bits", .badValue, .program) { $0.set(.program, 7, 33, Int8(5)) },
    make("words in rows of bytes", .unsupportedEncoding, .program) { $0.set(.program, 3, 2, UInt8(1)) },
    make("int8 weights for bits", .unsupportedEncoding, .program) { $0.set(.program, 3, 1, UInt8(1)) },
    make("levels for int8", .unsupportedEncoding, .program) { $0.set(.program, 15, 1, UInt8(19)) },
    make("another stride of words", .lengthMismatch, .program) { $0.set(.program, 3, 40, UInt32(28)) },
    make("words beyond their section", .outOfBounds, .program) {
      $0.set(.program, 3, 36, $0.section(.weights)!.length & ~15)
    },
    make("a weight beyond the last channel", .reservedNotZero, .weights) {
      $0.setConstant(layer: 3, field: 36, UInt32(0x10), byte: 4)
    },
    make("polarity of 2", .badMultiplier, .program) { $0.setConstant(layer: 2, field: 52, UInt32(2)) },
    make("polarity of a layer of 0", .badMultiplier, .program) { $0.setConstant(layer: 7, field: 52, UInt32(0)) },
    make("thresholds at an odd place", .misaligned, .program) { $0.set(.program, 7, 44, UInt32(4)) },
    make("slope of 2^10", .badMultiplier, .program) { $0.setConstant(layer: 4, field: 52, UInt32(10)) },
    make("rectifier that adds 2^21", .badMultiplier, .program) {
      $0.setConstant(layer: 4, field: 44, UInt32(1 << 21))
    },
    make("rectifier that adds 2^21 afterwards", .badMultiplier, .program) {
      $0.setConstant(layer: 4, field: 64, UInt32(1 << 21))
    },
    make("rectifier whose table is outside", .outOfBounds, .program) {
      $0.set(.program, 4, 64, $0.section(.weights)!.length & ~15)
    },
    make("table of a layer without one", .reservedNotZero, .program) { $0.set(.program, 2, 64, UInt32(16)) },
    make("rescaling by 2^14", .badMultiplier, .program) { $0.setConstant(layer: 1, field: 52, UInt32(14)) },
    make("negative rescaling", .badMultiplier, .program) {
      $0.setConstant(layer: 1, field: 48, UInt32(bitPattern: -5))
    },
    make("level of 64 half distances", .badValue, .program) {
      $0.setConstant(layer: 9, field: 64, UInt32(16384))
    },
    make("bias that overflows", .accumulatorOverflow, .weights) {
      $0.setConstant(layer: 13, field: 44, UInt32(0x7FFF_FF00))
    },
    make("sum of two scales", .badMultiplier, .program) {
      $0.set(.tensors, 6, 16, $0.get(.tensors, 6, 16, UInt32.self) - 1)
    },
  ]

  private static func make(
    _ name: String, _ reason: ImageError.Reason, _ section: SectionKind,
    _ change: @escaping @Sendable (inout ImageBytes) -> Void
  ) -> Breakage {
    Breakage(name: name, reason: reason, section: section, change: change, isBinary: true)
  }
}
