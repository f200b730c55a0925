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
  /// Two levels a channel, `center +- step`, as signs and `center / step`; for inputs of bits only.
  case binaryLevels = 19
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
  /// Dense and convolution whose input is bits: an output channel a row of 32-bit words, `[outputs][kernelHeight]
  /// [kernelWidth][words of the input's channels]`, a bit a weight (1 for +1), unused bits zero.
  case words = 4
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
  @inline(__always)
  public var family: Family { RuntimeParts.hasNarrow ? storedFamily : .bytes }
  private let storedFamily: Family
  private let storedBits: UInt8
  private let storedDoubling: UInt8
  private let storedOffset: UInt8
  private let storedLeast: UInt8
  private let storedGreatest: UInt8

  fileprivate init(
    _ family: Family, bits: UInt8, doubling: UInt8 = 0, offset: UInt8 = 0, least: UInt8 = 0, greatest: UInt8
  ) {
    storedFamily = family
    storedBits = bits
    storedDoubling = doubling
    storedOffset = offset
    storedLeast = least
    storedGreatest = greatest
  }

  /// Bits of a field.
  @inline(__always)
  public var bits: Int { Int(storedBits) }
  /// 1 where only odd weights exist.
  @inline(__always)
  public var doubling: Int { Int(storedDoubling) }
  /// What the middle of the grid is stored as.
  @inline(__always)
  public var offset: Int { Int(storedOffset) }
  /// Least field that stands for a weight.
  @inline(__always)
  public var least: Int { Int(storedLeast) }
  /// Greatest field that stands for a weight.
  @inline(__always)
  public var greatest: Int { Int(storedGreatest) }
  /// Entries of the codebook; 0 without one.
  @inline(__always)
  public var levels: Int { RuntimeParts.hasWidths && family == .indices ? 1 &<< bits : 0 }
}

extension WeightCode {
  /// The code of `int8`.
  @inline(__always)
  fileprivate static var wholeBytes: WeightCode { WeightCode(.bytes, bits: 8, greatest: 255) }
  /// The code of `int4`.
  @inline(__always)
  fileprivate static var nibbles: WeightCode { WeightCode(.fields, bits: 4, offset: 8, least: 1, greatest: 15) }
}

extension Encoding {
  /// What the stored bits mean.
  @inline(__always)
  public var code: WeightCode {
    guard RuntimeParts.hasWidths else { return self == .int4 ? .nibbles : .wholeBytes }
    return Encoding.table[unchecked: Int(rawValue)]
  }

  /// An encoding that this build of the runtime knows.
  @inline(__always)
  init?(known rawValue: UInt8) {
    guard RuntimeParts.hasWidths else {
      switch rawValue {
      case Encoding.none.rawValue: self = .none
      case Encoding.int8.rawValue: self = .int8
      case Encoding.int4.rawValue: self = .int4
      default: return nil
      }
      return
    }
    self.init(rawValue: rawValue)
  }

  /// The table of encodings, by raw value. The lowest field of symmetric integers has no counterpart and stays unused.
  private static let table: InlineArray<20, WeightCode> = [
    WeightCode(.bytes, bits: 0, greatest: 0),
    .wholeBytes,
    WeightCode(.fields, bits: 2, offset: 2, least: 1, greatest: 3),
    WeightCode(.fields, bits: 3, offset: 4, least: 1, greatest: 7),
    .nibbles,
    WeightCode(.fields, bits: 5, offset: 16, least: 1, greatest: 31),
    WeightCode(.fields, bits: 6, offset: 32, least: 1, greatest: 63),
    WeightCode(.fields, bits: 7, offset: 64, least: 1, greatest: 127),
    WeightCode(.fields, bits: 2, offset: 1, greatest: 2),
    WeightCode(.fields, bits: 1, doubling: 1, offset: 1, greatest: 1),
    WeightCode(.fields, bits: 2, doubling: 1, offset: 3, greatest: 3),
    WeightCode(.fields, bits: 3, doubling: 1, offset: 7, greatest: 7),
    WeightCode(.fields, bits: 4, doubling: 1, offset: 15, greatest: 15),
    WeightCode(.fields, bits: 5, doubling: 1, offset: 31, greatest: 31),
    WeightCode(.fields, bits: 6, doubling: 1, offset: 63, greatest: 63),
    WeightCode(.fields, bits: 7, doubling: 1, offset: 127, greatest: 127),
    WeightCode(.indices, bits: 2, greatest: 3),
    WeightCode(.indices, bits: 3, greatest: 7),
    WeightCode(.indices, bits: 4, greatest: 15),
    WeightCode(.fields, bits: 1, doubling: 1, offset: 1, greatest: 1),
  ]
}
