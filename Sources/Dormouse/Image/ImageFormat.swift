/// The model image on flash: one little-endian file, read in place.
///
///     header | section table | section | section | ...
///
/// Every section starts at a multiple of 16 bytes. All records below are plain fixed-width fields in declaration order
/// without padding (asserted by `ImageFormatTests`); offsets are bytes, and say from where.
///
/// Constants are computed, here and wherever the runtime has public ones: stored ones would take flash in every firmware.
public enum ImageFormat {
  /// "DRMS" in file order.
  public static var magic: UInt32 { 0x534D_5244 }
  /// A reader refuses another major version and accepts any minor one.
  public static var majorVersion: UInt16 { 1 }
  /// What this reader knows; raised when something was added. An older reader refuses what it doesn't know by name.
  public static var minorVersion: UInt16 { 4 }
  /// What a writer names unless the image holds something newer.
  public static var baseMinorVersion: UInt16 { 1 }
  /// Alignment of sections, and of the arena and its regions.
  public static var alignment: Int { 16 }
  /// The CRC-32 covers the file from here to its end.
  public static var checkedFrom: Int { 16 }
  /// Largest image that is accepted; keeps every offset sum within 32 bits.
  public static var maximumLength: Int { 1 << 28 }

  /// `length` rounded up to `alignment`.
  @inline(__always)
  public static func aligned(_ length: Int) -> Int { (length &+ (alignment &- 1)) & ~(alignment &- 1) }
}

/// First 32 bytes of an image.
public struct ImageHeader: BitwiseCopyable {
  /// `ImageFormat.magic`.
  public var magic: UInt32
  /// `ImageFormat.majorVersion`.
  public var majorVersion: UInt16
  /// The least minor version whose readers know all that the image holds.
  public var minorVersion: UInt16
  /// Length of the whole image in bytes.
  public var totalLength: UInt32
  /// CRC-32 (IEEE 802.3, reflected, as in zlib) of bytes `ImageFormat.checkedFrom ..< totalLength`.
  public var crc32: UInt32
  /// Entries of the section table that follows the header.
  public var sectionCount: UInt32
  /// Exact size in bytes of the arena that a spotter for this image needs.
  public var arenaLength: UInt32
  /// Reserved, zero.
  public var reserved0: UInt32
  /// Reserved, zero.
  public var reserved1: UInt32

  /// Memberwise.
  public init(
    totalLength: UInt32, crc32: UInt32, sectionCount: UInt32, arenaLength: UInt32,
    minorVersion: UInt16 = ImageFormat.baseMinorVersion
  ) {
    magic = ImageFormat.magic
    majorVersion = ImageFormat.majorVersion
    self.minorVersion = minorVersion
    self.totalLength = totalLength
    self.crc32 = crc32
    self.sectionCount = sectionCount
    self.arenaLength = arenaLength
    reserved0 = 0
    reserved1 = 0
  }
}

/// What a section holds.
public enum SectionKind: UInt32, Sendable {
  /// The file as a whole: header and section table. Never stored; errors name it.
  case header = 0
  /// One `LogMelRecord` or `AnalogBinaryRecord`, then its tables. Absent from an image that holds a bare network.
  case frontEnd = 1
  /// `TensorRecord`s.
  case tensors = 2
  /// One `ProgramRecord`, then `LayerRecord`s in order of execution.
  case program = 3
  /// Weights, biases and multipliers, at the offsets that layers name.
  case weights = 4
  /// One string a network output.
  case labels = 5
  /// One `DetectorRecord`, then a `KeywordRecord` a label. Present exactly if `frontEnd` is.
  case detector = 6
  /// Two strings: model name, model version.
  case identity = 7
  /// One `CascadeRecord`, then the image of a bare network. Only beside `frontEnd`, and in no verifier.
  case verifier = 8

  /// Kinds run from 1 to this.
  public static var count: Int { 8 }

  /// This build of the runtime reads kinds up to this.
  static var readCount: Int { RuntimeParts.hasCascades ? count : count - 1 }
}

/// 16 bytes a section.
public struct SectionRecord: BitwiseCopyable {
  /// A `SectionKind`; each at most once, unknown kinds are refused.
  public var kind: UInt32
  /// From the start of the image; a multiple of 16.
  public var offset: UInt32
  /// Bytes.
  public var length: UInt32
  /// Records in it: tensors, layers, strings or keywords; 1 where there is just one.
  public var count: UInt32

  /// Memberwise.
  public init(kind: SectionKind, offset: UInt32, length: UInt32, count: UInt32) {
    self.kind = kind.rawValue
    self.offset = offset
    self.length = length
    self.count = count
  }
}

/// A string list (labels, identity) is `count` of these, then the bytes they name.
public struct StringRecord: BitwiseCopyable {
  /// From the start of the section.
  public var offset: UInt16
  /// UTF-8 bytes, no terminator; 1 to 63.
  public var length: UInt16

  /// Memberwise.
  public init(offset: UInt16, length: UInt16) {
    self.offset = offset
    self.length = length
  }
}
