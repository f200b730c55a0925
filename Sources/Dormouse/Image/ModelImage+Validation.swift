extension ModelImage {
  static func sectionTable(
    at base: UnsafeRawPointer, length: Int
  ) throws(ImageError) -> InlineArray<8, SectionRecord> {
    var table = InlineArray<8, SectionRecord>(
      repeating: SectionRecord(kind: .header, offset: 0, length: 0, count: 0))
    guard length >= MemoryLayout<ImageHeader>.size else { throw ImageError(.header, at: 0, .tooShort) }
    let header = base.load(as: ImageHeader.self)
    for index in 0..<Int(truncatingIfNeeded: header.sectionCount) {
      let record = base.load(
        fromByteOffset: MemoryLayout<ImageHeader>.size &+ index &* MemoryLayout<SectionRecord>.size,
        as: SectionRecord.self)
      guard record.kind <= 7 else { throw ImageError(.header, at: 0, .unknownSection) }
      table[Int(truncatingIfNeeded: record.kind)] = record
    }
    return table
  }

  func validate() throws(ImageError) {}
}
