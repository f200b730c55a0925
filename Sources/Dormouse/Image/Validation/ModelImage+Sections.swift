extension ModelImage {
  /// Checks header, checksum and section table, and returns the sections by kind.
  ///
  /// Afterwards every section lies inside the image, aligned, apart from the others, its length what its count says.
  static func sectionTable(
    at base: UnsafeRawPointer, length: Int
  ) throws(ImageError) -> InlineArray<8, SectionRecord> {
    guard UInt(bitPattern: base) & UInt(ImageFormat.alignment &- 1) == 0 else {
      throw ImageError(.header, at: 0, .misaligned)
    }
    try checkHeader(at: base, length: length)
    var table = InlineArray<8, SectionRecord>(repeating: SectionRecord(kind: .header, offset: 0, length: 0, count: 0))
    let header = base.load(as: ImageHeader.self)
    let headLength = MemoryLayout<ImageHeader>.size
    for index in 0..<Int(truncatingIfNeeded: header.sectionCount) {
      let place = headLength &+ index &* MemoryLayout<SectionRecord>.size
      let record = base.load(fromByteOffset: place, as: SectionRecord.self)
      guard let kind = SectionKind(rawValue: record.kind), kind != .header else {
        throw ImageError(.header, at: place, .unknownSection)
      }
      guard table[Int(truncatingIfNeeded: record.kind)].count == 0 else {
        throw ImageError(kind, at: place, .duplicateSection)
      }
      guard record.offset & 15 == 0 else { throw ImageError(kind, at: place &+ 4, .misaligned) }
      let tableLength = header.sectionCount &* UInt32(MemoryLayout<SectionRecord>.size)
      guard record.offset >= UInt32(headLength) &+ tableLength,
        fits(record.offset, record.length, in: header.totalLength)
      else { throw ImageError(kind, at: place &+ 4, .outOfBounds) }
      for other in 1...SectionKind.count {
        guard apart(record.offset, record.length, table[other].offset, table[other].length) else {
          throw ImageError(kind, at: place &+ 4, .overlap)
        }
      }
      try checkCount(record, kind, at: place &+ 12)
      table[Int(truncatingIfNeeded: record.kind)] = record
    }
    return table
  }

  private static func checkHeader(at base: UnsafeRawPointer, length: Int) throws(ImageError) {
    let headLength = MemoryLayout<ImageHeader>.size
    guard length >= headLength else { throw ImageError(.header, at: 0, .tooShort) }
    let header = base.load(as: ImageHeader.self)
    guard header.magic == ImageFormat.magic else { throw ImageError(.header, at: 0, .badMagic) }
    guard header.majorVersion == ImageFormat.majorVersion else {
      throw ImageError(.header, at: 4, .unsupportedVersion)
    }
    guard length <= ImageFormat.maximumLength, header.totalLength == UInt32(truncatingIfNeeded: length) else {
      throw ImageError(.header, at: 8, .lengthMismatch)
    }
    let checked = ImageFormat.checkedFrom
    guard CRC32.checksum(base + checked, count: length &- checked) == header.crc32 else {
      throw ImageError(.header, at: 12, .checksumMismatch)
    }
    guard header.sectionCount <= UInt32(SectionKind.count) else { throw ImageError(.header, at: 16, .badCount) }
    guard header.reserved0 == 0, header.reserved1 == 0 else { throw ImageError(.header, at: 24, .reservedNotZero) }
    let tableLength = Int(truncatingIfNeeded: header.sectionCount) &* MemoryLayout<SectionRecord>.size
    guard length &- headLength >= tableLength else { throw ImageError(.header, at: headLength, .tooShort) }
  }

  /// Whether a section has as many records as its kind may have, and the bytes for them.
  private static func checkCount(_ record: SectionRecord, _ kind: SectionKind, at place: Int) throws(ImageError) {
    var most: UInt32 = 1
    var head: UInt32 = 0
    var size: UInt32 = 0
    switch kind {
    case .tensors: (most, size) = (ImageLimits.tensors, UInt32(MemoryLayout<TensorRecord>.size))
    case .program:
      most = ImageLimits.layers
      (head, size) = (UInt32(MemoryLayout<ProgramRecord>.size), UInt32(MemoryLayout<LayerRecord>.size))
    case .labels: (most, size) = (ImageLimits.labels, UInt32(MemoryLayout<StringRecord>.size))
    case .detector:
      most = ImageLimits.labels
      (head, size) = (UInt32(MemoryLayout<DetectorRecord>.size), UInt32(MemoryLayout<KeywordRecord>.size))
    case .identity: (most, size) = (2, UInt32(MemoryLayout<StringRecord>.size))
    case .frontEnd, .weights, .header: break
    }
    guard record.count >= 1, record.count <= most, kind != .identity || record.count == 2 else {
      throw ImageError(kind, at: place, .badCount)
    }
    guard record.length >= head &+ record.count &* size else { throw ImageError(kind, at: place, .tooShort) }
  }

  /// Whether `count` bytes at `offset` lie within `length` bytes.
  @inline(__always)
  static func fits(_ offset: UInt32, _ count: UInt32, in length: UInt32) -> Bool {
    offset <= length && count <= length &- offset
  }

  /// Whether two ranges, each known to lie below 2^31, have no byte in common.
  @inline(__always)
  static func apart(_ first: UInt32, _ firstLength: UInt32, _ second: UInt32, _ secondLength: UInt32) -> Bool {
    first &+ firstLength <= second || second &+ secondLength <= first
  }
}
