/// How the elements of a tensor are stored in the arena.
public enum ElementType: UInt8, Sendable {
  /// Asymmetric int8, `real = scale * (q - zeroPoint)`.
  case int8 = 1
  /// Signs, 1 for +1 and 0 for -1: a position's channels fill 32-bit little-endian words from the lowest bit on, and the
  /// bits past the last channel are 0. The scale is that of +1; the zero point is 0.
  case bits = 2
  /// Symmetric int16, `real = scale * q`; the zero point is 0.
  case int16 = 3
}

/// Where the elements of a tensor lie.
public enum TensorHome: UInt32, Sendable {
  /// In the arena's activation region, from the layer that writes it to the last one that reads it.
  case activations = 0
  /// In the arena's state region, for good. A layer reads what was written last, in this inference or an earlier one; before
  /// that, zero points.
  case state = 1
  /// In the image's weights section; no layer writes it.
  case image = 2
}

/// One activation tensor, `[height, width, channels]`, row-major, channels innermost: 32 bytes.
///
/// For sound, height is time. A frame stack is `[frames, 1, bands]` or, the same bytes, `[frames, bands, 1]`; a vector is
/// `[1, 1, n]`.
public struct TensorRecord: BitwiseCopyable {
  /// An `ElementType`.
  public var type: UInt8
  /// Zero point of int8 elements; 0 for other types.
  public var zeroPoint: Int8
  /// First layer that writes it (0 for the network input as well).
  public var firstLayer: UInt16
  /// Last layer that reads it (the last layer of the program for the network output).
  public var lastLayer: UInt16
  /// Time.
  public var height: UInt16
  /// Bands, or 1.
  public var width: UInt16
  /// Features.
  public var channels: UInt16
  /// From the start of its region, the arena's activations if nothing else is said; a multiple of 16.
  public var arenaOffset: UInt32
  /// Scale of one step as `scaleMultiplier * 2^(scaleShift - 31)`.
  public var scaleMultiplier: Int32
  /// See `scaleMultiplier`.
  public var scaleShift: Int32
  /// A `TensorHome`. Of tensors at home elsewhere than in the activations, `firstLayer` and `lastLayer` are 0.
  public var home: UInt32
  /// Reserved, zero.
  public var reserved: UInt32

  /// Memberwise.
  public init(
    type: ElementType, zeroPoint: Int8, firstLayer: UInt16, lastLayer: UInt16, height: UInt16, width: UInt16,
    channels: UInt16, arenaOffset: UInt32, scale: QuantizedMultiplier, home: TensorHome = .activations
  ) {
    self.type = type.rawValue
    self.zeroPoint = zeroPoint
    self.firstLayer = firstLayer
    self.lastLayer = lastLayer
    self.height = height
    self.width = width
    self.channels = channels
    self.arenaOffset = arenaOffset
    scaleMultiplier = scale.multiplier
    scaleShift = scale.shift
    self.home = home.rawValue
    reserved = 0
  }

  /// Elements of the tensor; at most 2^48, the validator bounds it.
  @inline(__always)
  public var count: Int { Int(height) &* Int(width) &* Int(channels) }

  /// Whether the elements are of this type.
  @inline(__always)
  public func holds(_ type: ElementType) -> Bool { self.type == type.rawValue }

  /// Whether it lives in the activation region.
  @inline(__always)
  public var isActivation: Bool { !RuntimeParts.hasImported || home == TensorHome.activations.rawValue }

  /// Whether layer `number` may be the one that writes it.
  @inline(__always)
  func isWritten(by number: Int) -> Bool {
    isActivation ? Int(firstLayer) == number : home == TensorHome.state.rawValue
  }

  /// Bytes that the channels of one position take; 0 for an unknown type.
  #if DORMOUSE_WITHOUT_BITS
    @inline(__always)
  #else
    // With three types it is longer than a call, and many places ask.
    @inline(never)
  #endif
  public var positionLength: Int {
    guard RuntimeParts.hasBits else { return Int(channels) }
    return switch ElementType(rawValue: type) {
    case .int8: Int(channels)
    case .bits: 4 &* SignWords.count(channels: Int(channels))
    case .int16: 2 &* Int(channels)
    case nil: 0
    }
  }

  /// Bytes of the tensor; the validator bounds them.
  @inline(__always)
  public var byteLength: Int { Int(height) &* Int(width) &* positionLength }
}
