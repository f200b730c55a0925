extension ModelImage {
  /// Checks that every string of a list lies behind the list, in the section, and is printable UTF-8.
  func checkStrings(_ kind: SectionKind) throws(ImageError) {
    let count = count(of: kind)
    for index in 0..<count {
      let place = index &* MemoryLayout<StringRecord>.size
      let record = start(of: kind).load(fromByteOffset: place, as: StringRecord.self)
      guard record.length >= 1, record.length <= 63 else { throw broken(kind, place &+ 2, .badCount) }
      guard Int(record.offset) >= count &* MemoryLayout<StringRecord>.size,
        Int(record.offset) &+ Int(record.length) <= length(of: kind)
      else { throw broken(kind, place, .outOfBounds) }
      guard isPrintable(string(index, in: kind)) else { throw broken(kind, Int(record.offset), .badText) }
    }
  }

  /// Whether `text` is UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) without control characters.
  private func isPrintable(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    while index < text.count {
      let lead = text[index]
      index &+= 1
      if lead < 0x80 {
        if lead < 0x20 || lead == 0x7F { return false }
        continue
      }
      guard lead >= 0xC2, lead <= 0xF4 else { return false }
      let more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3
      guard text.count &- index >= more else { return false }
      // Only the first byte after the lead has a range of its own; U+0080 to U+009F are control characters.
      let lowest: UInt8 = lead == 0xE0 || lead == 0xC2 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
      let highest: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
      guard text[index] >= lowest, text[index] <= highest else { return false }
      for position in 1..<4 where position < more {
        guard text[index &+ position] & 0xC0 == 0x80 else { return false }
      }
      index &+= more
    }
    return true
  }
}
