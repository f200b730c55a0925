/// How weights are stored. Raw values are on flash: never reuse one.
///
/// All are symmetric, with a scale an output channel; `code` says what the stored bits mean.
public enum Encoding: UInt8, Sendable {
  /// The operation has no weights.
  case none = 0
  /// One byte each.
  case int8 = 1
  /// -1, 0, 1.
  case int2 = 2
  /// -3 to 3.
  case int3 = 3
  /// -7 to 7.
  case int4 = 4
  /// -15 to 15.
  case int5 = 5
  /// -31 to 31.
  case int6 = 6
  /// -63 to 63.
  case int7 = 7
  /// -1, 0, 1.
  case ternary = 8
  /// -1, 1.
  case binary = 9
  /// The odd integers -3 to 3: a mid-rise grid, without a zero.
  case rise2 = 10
  /// The odd integers -7 to 7.
  case rise3 = 11
  /// The odd integers -15 to 15.
  case rise4 = 12
  /// The odd integers -31 to 31.
  case rise5 = 13
  /// The odd integers -63 to 63.
  case rise6 = 14
  /// The odd integers -127 to 127.
  case rise7 = 15
  /// 4 levels of the layer's own.
  case codebook2 = 16
  /// 8 levels of the layer's own.
  case codebook3 = 17
  /// 16 levels of the layer's own.
  case codebook4 = 18
}

/// In which order weights are stored.
public enum WeightLayout: UInt8, Sendable {
  /// The operation has no weights.
  case none = 0
  /// Dense and convolution, int8: an output channel a row, `[outputs][kernelHeight][kernelWidth][inputs]`, rows padded
  /// with zeros to `rowStride`, a multiple of 4 bytes, so that 32-bit loads stay aligned.
  case rows = 1
  /// Depthwise, int8: a tap a row, `[kernelHeight][kernelWidth][channels]`, rows padded with zeros to `rowStride`, a
  /// multiple of 4 bytes.
  case taps = 2
  /// All narrower encodings: the rows of `rows` or `taps` as packed fields, two rows woven into one another; see
  /// `PackedRows`.
  case pairs = 3
}

/// What the stored fields of an encoding mean: a row of the table of encodings.
public struct WeightCode: Equatable, Sendable {
  /// How kernels get at the weights.
  public enum Family: UInt8, Sendable {
    /// Signed bytes.
    case bytes
    /// Unsigned fields: a weight is `(field << doubling) - offset`.
    case fields
    /// Unsigned fields that number the entries of a table.
    case indices
  }

  /// How kernels get at the weights.
  public var family: Family
  /// Bits of a field.
  public var bits: Int
  /// 1 where only odd weights exist.
  public var doubling = 0
  /// What the middle of the grid is stored as.
  public var offset = 0
  /// Least field that stands for a weight.
  public var least = 0
  /// Greatest field that stands for a weight.
  public var greatest: Int

  private init(_ family: Family, bits: Int, doubling: Int = 0, offset: Int = 0, least: Int = 0, greatest: Int) {
    self.family = family
    self.bits = bits
    self.doubling = doubling
    self.offset = offset
    self.least = least
    self.greatest = greatest
  }

  /// Bytes as they are.
  @inline(__always)
  static func bytes(_ bits: Int) -> WeightCode { WeightCode(.bytes, bits: bits, greatest: 255) }

  /// Symmetric integers around a zero; the lowest field has no counterpart and stays unused.
  @inline(__always)
  static func integers(_ bits: Int) -> WeightCode {
    WeightCode(.fields, bits: bits, offset: 1 &<< (bits &- 1), least: 1, greatest: (1 &<< bits) &- 1)
  }

  /// Odd integers.
  @inline(__always)
  static func odd(_ bits: Int) -> WeightCode {
    WeightCode(.fields, bits: bits, doubling: 1, offset: (1 &<< bits) &- 1, greatest: (1 &<< bits) &- 1)
  }

  /// Levels of a table.
  @inline(__always)
  static func indices(_ bits: Int) -> WeightCode { WeightCode(.indices, bits: bits, greatest: (1 &<< bits) &- 1) }

  /// -1, 0 and 1 as 0, 1 and 2.
  static var ternary: WeightCode { WeightCode(.fields, bits: 2, offset: 1, greatest: 2) }

  /// Entries of the codebook; 0 without one.
  @inline(__always)
  public var levels: Int { family == .indices ? 1 &<< bits : 0 }
}

extension Encoding {
  /// The table of encodings.
  public var code: WeightCode {
    switch self {
    case .none: .bytes(0)
    case .int8: .bytes(8)
    case .int2, .int3, .int4, .int5, .int6, .int7: .integers(Int(rawValue))
    case .ternary: .ternary
    case .binary: .odd(1)
    case .rise2, .rise3, .rise4, .rise5, .rise6, .rise7: .odd(Int(rawValue) &- 8)
    case .codebook2, .codebook3, .codebook4: .indices(Int(rawValue) &- 14)
    }
  }
}
