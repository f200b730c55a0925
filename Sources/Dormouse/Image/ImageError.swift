/// Why an image, or an arena for it, was refused: where, and which rule it breaks.
public struct ImageError: Error, Equatable {
  #if DORMOUSE_SMALL
    /// The rule that is broken: all that the C interface tells.
    public var reason: Reason

    /// Takes the place like the other, and forgets it.
    @inline(__always)
    public init(_: SectionKind, at _: Int, _ reason: Reason) { self.reason = reason }
  #else
    /// The section at fault.
    public var section: SectionKind
    /// Bytes from the start of the image.
    public var offset: Int
    /// The rule that is broken.
    public var reason: Reason

    /// Memberwise.
    public init(_ section: SectionKind, at offset: Int, _ reason: Reason) {
      self.section = section
      self.offset = offset
      self.reason = reason
    }
  #endif

  /// Rules that an image must keep. Raw values are part of the C interface: never reuse one.
  public enum Reason: UInt8, Sendable {
    case tooShort = 1
    case badMagic = 2
    case unsupportedVersion = 3
    case lengthMismatch = 4
    case checksumMismatch = 5
    case reservedNotZero = 6
    case misaligned = 7
    case unknownSection = 8
    case duplicateSection = 9
    case missingSection = 10
    case outOfBounds = 11
    case overlap = 12
    case badCount = 13
    case badValue = 14
    case badShape = 15
    case badTensorIndex = 16
    case readBeforeWrite = 17
    case badMultiplier = 18
    case accumulatorOverflow = 19
    case badText = 20
    case arenaLengthMismatch = 21
    case arenaTooSmall = 22
    case arenaMisaligned = 23
    case unsupportedOperation = 24
    case unsupportedEncoding = 25
    case badWeight = 26
    case badType = 27
    /// The image is sound as far as it was read, but needs what this build of the runtime was compiled without.
    case partMissing = 28
  }
}
