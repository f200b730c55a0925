extension LogMelRecord {
  /// Reads the record at the start of a front-end section and proves what `LogMel` relies on.
  ///
  /// Afterwards no content of the section makes `LogMel` read or write outside the section, its state and its scratch, or
  /// trap: every count that indexes memory is checked here, and window coefficients and weights are bounded, so that
  /// `RealTransform` and `FilterBank` do not overflow.
  ///
  /// - Parameters:
  ///   - section: first byte, aligned to 4.
  ///   - length: bytes of the section.
  ///   - offset: of the section in the image, for the error.
  /// - Throws: the first rule that the section breaks.
  @_optimize(size)
  public static func validated(
    section: UnsafeRawPointer, length: Int, offset: Int
  ) throws(ImageError) -> LogMelRecord {
    guard length >= MemoryLayout<LogMelRecord>.size else { throw ImageError(.frontEnd, at: offset, .tooShort) }
    guard Int(bitPattern: section) & 3 == 0 else { throw ImageError(.frontEnd, at: offset, .misaligned) }
    let record = section.load(as: LogMelRecord.self)
    try record.validateSettings(offset: offset)
    try record.validateTables(section: section, length: length, offset: offset)
    return record
  }

  @_optimize(size)
  private func validateSettings(offset: Int) throws(ImageError) {
    guard
      kind == LogMelRecord.logMel || (RuntimeParts.hasMicro && kind == LogMelRecord.micro)
        || (RuntimeParts.hasMfcc && kind == LogMelRecord.mfcc)
        || (RuntimeParts.hasEmphasis && kind == LogMelRecord.emphasized)
    else {
      // Firmware that left a kind out doesn't tell it from one that nobody knows: flash is dear.
      let hasAll =
        RuntimeParts.hasAnalog && RuntimeParts.hasMicro && RuntimeParts.hasMfcc && RuntimeParts.hasEmphasis
      throw ImageError(.frontEnd, at: offset, hasAll ? .badValue : .partMissing)
    }
    guard sampleRate == 8000 || sampleRate == 16000 else { throw ImageError(.frontEnd, at: offset &+ 4, .badValue) }
    guard fftLength == 256 || fftLength == 512 || fftLength == 1024 else {
      throw ImageError(.frontEnd, at: offset &+ 12, .badValue)
    }
    guard window >= 2, window & 1 == 0, window <= fftLength else {
      throw ImageError(.frontEnd, at: offset &+ 8, .badValue)
    }
    guard hop >= 1, hop <= window else { throw ImageError(.frontEnd, at: offset &+ 10, .badValue) }
    guard bands >= 10, bands <= 80 else { throw ImageError(.frontEnd, at: offset &+ 14, .badCount) }
    guard lowFrequency < highFrequency, highFrequency <= sampleRate / 2 else {
      throw ImageError(.frontEnd, at: offset &+ 16, .badValue)
    }
    guard origin >= -64 &* 65536, origin <= 64 &* 65536 else {
      throw ImageError(.frontEnd, at: offset &+ 24, .badValue)
    }
    guard scaleMultiplier >= 0, scaleShift >= -31, scaleShift <= 0 else {
      throw ImageError(.frontEnd, at: offset &+ 28, .badMultiplier)
    }
    guard zeroPoint >= -128, zeroPoint <= 127 else { throw ImageError(.frontEnd, at: offset &+ 36, .badValue) }
    #if !DORMOUSE_WITHOUT_MICRO
      if kind == LogMelRecord.micro, fftLength != 512 { throw ImageError(.frontEnd, at: offset &+ 12, .badValue) }
    #endif
    guard isExtraSound else { throw ImageError(.frontEnd, at: offset &+ 52, .reservedNotZero) }
  }

  @_optimize(size)
  private func validateTables(section: UnsafeRawPointer, length: Int, offset: Int) throws(ImageError) {
    guard (windowTable | melTable) & 3 == 0 else { throw ImageError(.frontEnd, at: offset &+ 40, .misaligned) }
    let windowBytes = windowEntryLength &* UInt32(window)
    guard LogMelRecord.fits(windowTable, windowBytes, in: length) else {
      throw ImageError(.frontEnd, at: offset &+ 40, .outOfBounds)
    }
    guard LogMelRecord.fits(melTable, melTableLength, in: length) else {
      throw ImageError(.frontEnd, at: offset &+ 44, .outOfBounds)
    }
    guard windowTable &+ windowBytes <= melTable || melTable &+ melTableLength <= windowTable else {
      throw ImageError(.frontEnd, at: offset &+ 44, .overlap)
    }
    let coefficients = (section + Int(windowTable)).assumingMemoryBound(to: Int32.self)
    let one = windowOne
    #if !DORMOUSE_WITHOUT_MFCC
      if kind == LogMelRecord.mfcc { try validateCepstrum(section: section, length: length, offset: offset) }
    #endif
    #if DORMOUSE_WITHOUT_MICRO
      let entries = Int(window)
    #else
      let entries = kind == LogMelRecord.micro ? 0 : Int(window)
      if kind == LogMelRecord.micro { try validateMicroTables(section: section, length: length, offset: offset) }
    #endif
    for index in 0..<entries {
      guard coefficients[index] >= 0, coefficients[index] <= one else {
        throw ImageError(.frontEnd, at: offset &+ Int(windowTable) &+ 4 &* index, .badValue)
      }
    }
    let head = 2 &+ UInt32(bands)
    guard melTableLength >= 2 &* head else { throw ImageError(.frontEnd, at: offset &+ 48, .tooShort) }
    let start = Int(melTable)
    let table = (section + start).assumingMemoryBound(to: UInt16.self)
    let first = UInt32(table[0])
    guard first >= 1 else { throw ImageError(.frontEnd, at: offset &+ start, .badValue) }
    var bins: UInt32 = 0
    for gap in 0...Int(bands) { bins &+= UInt32(table[1 &+ gap]) }
    // The transform leaves bins 1 to fftLength / 2 - 1.
    guard first &+ bins <= UInt32(fftLength) / 2 else { throw ImageError(.frontEnd, at: offset &+ start, .badCount) }
    guard melTableLength == 2 &* (head &+ bins) else {
      throw ImageError(.frontEnd, at: offset &+ 48, .lengthMismatch)
    }
    for bin in Int(head)..<Int(head &+ bins) {
      guard table[bin] <= 32767 else { throw ImageError(.frontEnd, at: offset &+ start &+ 2 &* bin, .badValue) }
    }
  }

  /// Whether `count` bytes at `start` lie behind the record and inside the section.
  @_optimize(size)
  static func fits(_ start: UInt32, _ count: UInt32, in length: Int) -> Bool {
    let total = UInt32(truncatingIfNeeded: length)
    return start >= 64 && start <= total && count <= total &- start
  }
}
