extension AnalogBinaryRecord {
  /// Reads the record at the start of a front-end section and proves what `AnalogBinary` relies on.
  ///
  /// Afterwards no content of the section makes `AnalogBinary` read or write outside the section, its state and its
  /// scratch, or trap, and every filter is stable.
  ///
  /// - Parameters:
  ///   - section: first byte, aligned to 4.
  ///   - length: bytes of the section.
  ///   - offset: of the section in the image, for the error.
  /// - Throws: the first rule that the section breaks.
  @_optimize(size)
  public static func validated(
    section: UnsafeRawPointer, length: Int, offset: Int
  ) throws(ImageError) -> AnalogBinaryRecord {
    let head = MemoryLayout<AnalogBinaryRecord>.size
    guard length >= head else { throw ImageError(.frontEnd, at: offset, .tooShort) }
    guard Int(bitPattern: section) & 3 == 0 else { throw ImageError(.frontEnd, at: offset, .misaligned) }
    let record = section.load(as: AnalogBinaryRecord.self)
    try record.validateSettings(offset: offset)
    let table = Int(truncatingIfNeeded: record.channelTable)
    guard table & 3 == 0 else { throw ImageError(.frontEnd, at: offset &+ 20, .misaligned) }
    let bytes = Int(record.channels) &* MemoryLayout<AnalogChannelRecord>.size
    guard table >= head, table <= length, bytes <= length &- table else {
      throw ImageError(.frontEnd, at: offset &+ 20, .outOfBounds)
    }
    for channel in 0..<Int(record.channels) {
      let place = table &+ channel &* MemoryLayout<AnalogChannelRecord>.size
      let parts = (section + place).load(as: AnalogChannelRecord.self)
      guard parts.isStable else { throw ImageError(.frontEnd, at: offset &+ place, .badMultiplier) }
      guard parts.off >= 1, parts.off <= parts.on, parts.on <= parts.clip, parts.clip <= 1 << 30 else {
        throw ImageError(.frontEnd, at: offset &+ place &+ 16, .badValue)
      }
      guard parts.reserved == 0 else { throw ImageError(.frontEnd, at: offset &+ place &+ 28, .reservedNotZero) }
    }
    return record
  }

  @_optimize(size)
  private func validateSettings(offset: Int) throws(ImageError) {
    guard kind == AnalogBinaryRecord.analogBinary else { throw ImageError(.frontEnd, at: offset, .badValue) }
    guard sampleRate == 8000 || sampleRate == 16000 else { throw ImageError(.frontEnd, at: offset &+ 4, .badValue) }
    guard channels == 8 || channels == 16 || channels == 32 || channels == 64 else {
      throw ImageError(.frontEnd, at: offset &+ 8, .badCount)
    }
    guard UInt32(window) &* 100 == sampleRate || UInt32(window) &* 40 == sampleRate else {
      throw ImageError(.frontEnd, at: offset &+ 10, .badValue)
    }
    guard attack >= 1 else { throw ImageError(.frontEnd, at: offset &+ 12, .badValue) }
    guard decay >= 1 else { throw ImageError(.frontEnd, at: offset &+ 16, .badValue) }
    guard reserved == (0, 0) else { throw ImageError(.frontEnd, at: offset &+ 24, .reservedNotZero) }
  }
}

extension AnalogChannelRecord {
  /// Whether the poles lie inside the unit circle (Jury's criterion) and the numerator is within reach of Q30.
  @_optimize(size)
  fileprivate var isStable: Bool {
    let one: Int32 = 1 << 30
    guard r2 > -one, r2 <= 0, b0 >= -one, b0 <= one, b1 >= -one, b1 <= one else { return false }
    let limit = one &- r2
    return r1 < limit && r1 > -limit
  }
}
