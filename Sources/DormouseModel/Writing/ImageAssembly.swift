import Dormouse

/// Sections put together to an image: offsets, section table, header, checksum.
struct ImageAssembly {
  /// What one section holds.
  typealias Section = (kind: SectionKind, count: Int, bytes: [UInt8])

  /// In the order of the file.
  var sections: [Section]
  /// The least minor version whose readers know all of it.
  var minorVersion: UInt16
  /// Of the arena that it needs.
  var arenaLength: Int

  /// The image; nil if it would be larger than the format allows.
  func bytes() -> [UInt8]? {
    var offset = ImageFormat.aligned(
      MemoryLayout<ImageHeader>.size + sections.count * MemoryLayout<SectionRecord>.size)
    var table = ByteBuilder()
    var body = ByteBuilder()
    for section in sections {
      if section.kind == .weights {
        let start = (offset + ImageWriter.cacheLine - 1) / ImageWriter.cacheLine * ImageWriter.cacheLine
        body.append(bytes: [UInt8](repeating: 0, count: start - offset))
        offset = start
      }
      table.append(
        SectionRecord(
          kind: section.kind, offset: UInt32(offset), length: UInt32(section.bytes.count), count: UInt32(section.count))
      )
      body.append(bytes: section.bytes)
      body.align()
      offset += ImageFormat.aligned(section.bytes.count)
      guard offset <= ImageFormat.maximumLength else { return nil }
    }
    return closed(table.bytes + body.bytes)
  }

  /// Header and checksum before everything else.
  private func closed(_ rest: [UInt8]) -> [UInt8] {
    var header = ImageHeader(
      totalLength: UInt32(MemoryLayout<ImageHeader>.size + rest.count), crc32: 0,
      sectionCount: UInt32(sections.count), arenaLength: UInt32(arenaLength), minorVersion: minorVersion)
    func image() -> [UInt8] { withUnsafeBytes(of: header) { [UInt8]($0) } + rest }
    header.crc32 = image().withUnsafeBytes {
      CRC32.checksum($0.baseAddress! + ImageFormat.checkedFrom, count: $0.count - ImageFormat.checkedFrom)
    }
    return image()
  }
}
