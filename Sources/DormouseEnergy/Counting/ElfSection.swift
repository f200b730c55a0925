/// A section of an ELF file.
struct ElfSection {
  let type: Int
  let flags: Int
  let address: Int
  let offset: Int
  let size: Int
  let link: Int

  /// Whether it holds code.
  var isCode: Bool { flags & 4 != 0 }

  /// The sections of a file; none if they were stripped off.
  ///
  /// - Throws: that a section lies outside the file.
  static func all(_ reader: ByteReader) throws(CountingError) -> [ElfSection] {
    let start = try reader.number(at: 32)
    let size = try reader.number(at: 46, width: 2)
    let count = try reader.number(at: 48, width: 2)
    guard start > 0, count > 0 else { return [] }
    guard size >= 40 else { throw CountingError("\(reader.name) is broken: its sections overlap") }
    var sections: [ElfSection] = []
    for index in 0..<count {
      let header = start + index * size
      let section = ElfSection(
        type: try reader.number(at: header + 4), flags: try reader.number(at: header + 8),
        address: try reader.number(at: header + 12), offset: try reader.number(at: header + 16),
        size: try reader.number(at: header + 20), link: try reader.number(at: header + 24))
      if section.type != 8 { _ = try reader.slice(at: section.offset, length: section.size) }  // 8: no content
      sections.append(section)
    }
    return sections
  }
}
