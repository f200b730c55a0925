/// The single place that establishes what the rest of the runtime relies on.
///
/// Order: header and checksum, section table, then the sections in an order in which each needs only what is proven
/// already. All sums and products are bounded before they are formed, for an Int of 32 bits.
///
/// Validation runs once, so it is compiled for size (`@_optimize(size)`), the rest of the runtime for
/// speed.
extension ModelImage {
  /// Largest number of layers, and of tensors.
  static let maximumRecords = 1024

  /// Throws unless `condition` holds. Not inlined: there are a hundred calls, and flash counts.
  #if DORMOUSE_SMALL
    @inline(__always)
  #else
    @inline(never)
    @_optimize(size)
  #endif
  static func require(
    _ condition: Bool, _ section: SectionKind, at offset: Int, _ reason: ImageError.Reason
  ) throws(ImageError) {
    guard condition else { throw ImageError(section, at: offset, reason) }
  }

  /// Proves header, checksum and section table.
  @_optimize(size)
  static func sectionTable(
    at base: UnsafeRawPointer, length: Int
  ) throws(ImageError) -> InlineArray<9, SectionRecord> {
    let headerLength = MemoryLayout<ImageHeader>.size
    try require(Int(bitPattern: base) & (ImageFormat.alignment &- 1) == 0, .header, at: 0, .misaligned)
    try require(length >= headerLength, .header, at: 0, .tooShort)
    let header = base.load(as: ImageHeader.self)
    try require(header.magic == ImageFormat.magic, .header, at: 0, .badMagic)
    try require(header.majorVersion == ImageFormat.majorVersion, .header, at: 4, .unsupportedVersion)
    let fits = length <= ImageFormat.maximumLength
    try require(fits && header.totalLength == UInt32(truncatingIfNeeded: length), .header, at: 8, .lengthMismatch)
    let checked = base + ImageFormat.checkedFrom
    let checksum = CRC32.checksum(checked, count: length &- ImageFormat.checkedFrom)
    try require(checksum == header.crc32, .header, at: 12, .checksumMismatch)
    try require(header.reserved0 == 0 && header.reserved1 == 0, .header, at: 24, .reservedNotZero)
    try require(header.sectionCount <= UInt32(SectionKind.count), .header, at: 16, .badCount)

    var table = InlineArray<9, SectionRecord>(
      repeating: SectionRecord(kind: .header, offset: 0, length: 0, count: 0))
    let count = Int(truncatingIfNeeded: header.sectionCount)
    var end = headerLength &+ count &* MemoryLayout<SectionRecord>.size
    try require(end <= length, .header, at: 16, .tooShort)
    for index in 0..<count {
      let at = headerLength &+ index &* MemoryLayout<SectionRecord>.size
      let record = base.load(fromByteOffset: at, as: SectionRecord.self)
      let isKnown = record.kind >= 1 && record.kind <= UInt32(SectionKind.readCount)
      let isLeftOut = !RuntimeParts.hasCascades && record.kind == SectionKind.verifier.rawValue
      try require(isKnown, .header, at: at, isLeftOut ? .partMissing : .unknownSection)
      let slot = Int(truncatingIfNeeded: record.kind)
      try require(table[slot].count == 0, .header, at: at, .duplicateSection)
      try require(record.offset & 15 == 0, .header, at: at &+ 4, .misaligned)
      let total = UInt32(truncatingIfNeeded: length)
      try require(
        record.offset <= total && record.length <= total &- record.offset, .header, at: at &+ 4, .outOfBounds)
      // Sections follow one another in the order of the table, so that overlaps show in one comparison.
      try require(record.offset >= UInt32(truncatingIfNeeded: end), .header, at: at &+ 4, .overlap)
      try require(record.count >= 1 && record.count <= 65535, .header, at: at &+ 12, .badCount)
      end = Int(truncatingIfNeeded: record.offset &+ record.length)
      table[slot] = record
    }
    return table
  }

  /// The section table of an image that was validated before.
  @_optimize(size)
  static func provenSectionTable(at base: UnsafeRawPointer) -> InlineArray<9, SectionRecord> {
    var table = InlineArray<9, SectionRecord>(
      repeating: SectionRecord(kind: .header, offset: 0, length: 0, count: 0))
    let records = base + MemoryLayout<ImageHeader>.size
    for index in 0..<Int(truncatingIfNeeded: base.load(as: ImageHeader.self).sectionCount) {
      let record = records.load(fromByteOffset: index &* MemoryLayout<SectionRecord>.size, as: SectionRecord.self)
      table[Int(truncatingIfNeeded: record.kind)] = record
    }
    return table
  }

  /// Proves everything behind the section table.
  @_optimize(size)
  func validate() throws(ImageError) {
    try Self.require(count(of: .tensors) != 0, .tensors, at: 0, .missingSection)
    try Self.require(count(of: .program) != 0, .program, at: 0, .missingSection)
    try Self.require(count(of: .labels) != 0, .labels, at: 0, .missingSection)
    try Self.require(count(of: .identity) != 0, .identity, at: 0, .missingSection)
    let hears = count(of: .frontEnd) != 0
    let missing: SectionKind = hears ? .detector : .frontEnd
    try Self.require(hears == (count(of: .detector) != 0), missing, at: 0, .missingSection)
    try validateStrings(in: .labels)
    try Self.require(count(of: .identity) == 2, .identity, at: offset(of: .identity), .badCount)
    try validateStrings(in: .identity)
    if hears {
      try FrontEnd.validate(
        section: start(of: .frontEnd), length: length(of: .frontEnd), offset: offset(of: .frontEnd))
      try validateDetector()
    }
    try validateNetwork()
    try validateVerifier()
    try validateArena()
  }

  /// Fixed-size records fill their section exactly.
  @inline(never)
  @_optimize(size)
  func requireRecords(
    in kind: SectionKind, head: Int, each: Int, atMost most: Int
  ) throws(ImageError) {
    let count = count(of: kind)
    try Self.require(count <= most, kind, at: offset(of: kind), .badCount)
    try Self.require(length(of: kind) == head &+ count &* each, kind, at: offset(of: kind), .lengthMismatch)
  }

  @_optimize(size)
  private func validateDetector() throws(ImageError) {
    let at = offset(of: .detector)
    let head = MemoryLayout<DetectorRecord>.size
    try requireRecords(in: .detector, head: head, each: MemoryLayout<KeywordRecord>.size, atMost: 65535)
    let settings = detector
    let keywordCount = count(of: .detector)
    try Self.require(
      keywordCount == labelCount && Int(settings.labelCount) == labelCount, .detector, at: at &+ 2, .badCount)
    try Self.require(settings.smoothing >= 1 && settings.smoothing <= 64, .detector, at: at, .badValue)
    let step = QuantizedMultiplier(multiplier: settings.stepMultiplier, shift: settings.stepShift)
    // 255 logit steps of at most 2^22 stay below 2^30.
    try Self.require(step.isValid && step.shift <= 22, .detector, at: at &+ 8, .badMultiplier)
    try Self.require(settings.reserved == (0, 0, 0, 0), .detector, at: at &+ 16, .reservedNotZero)
    for label in 0..<keywordCount {
      let keyword = keywords[label]
      let position = at &+ head &+ label &* MemoryLayout<KeywordRecord>.size
      try Self.require(keyword.threshold >= 1, .detector, at: position, .badValue)
      try Self.require(keyword.minimumRun >= 1, .detector, at: position &+ 2, .badValue)
      try Self.require(keyword.reserved == 0, .detector, at: position &+ 4, .reservedNotZero)
    }
  }

  /// The arena is as large as both networks of a cascade need.
  @_optimize(size)
  private func validateArena() throws(ImageError) {
    try Self.require(ArenaPlan(self).length == arenaLength, .header, at: 20, .arenaLengthMismatch)
  }
}
