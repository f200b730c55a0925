extension ModelImage {
  /// Proves that a string list lies inside its section and is well-formed UTF-8 without control characters.
  @_optimize(size)
  func validateStrings(in kind: SectionKind) throws(ImageError) {
    let at = offset(of: kind)
    let count = count(of: kind)
    let size = MemoryLayout<StringRecord>.size
    let length = length(of: kind)
    try Self.require(length >= count &* size, kind, at: at, .tooShort)
    for index in 0..<count {
      let record = start(of: kind).load(fromByteOffset: index &* size, as: StringRecord.self)
      let place = at &+ index &* size
      try Self.require(record.length >= 1 && record.length <= 63, kind, at: place &+ 2, .badCount)
      let isInside = Int(record.offset) >= count &* size && Int(record.offset) &+ Int(record.length) <= length
      try Self.require(isInside, kind, at: place, .outOfBounds)
      try Self.require(Self.isText(string(index, in: kind)), kind, at: at &+ Int(record.offset), .badText)
    }
  }

  /// Whether `bytes` are UTF-8 (Unicode, table 3-7) without control characters.
  @_optimize(size)
  private static func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      let lead = UInt32(bytes[index])
      index &+= 1
      if lead >= 0x20 && lead < 0x7F { continue }
      // Ones at the top of the lead count the bytes of the character.
      var length: UInt32 = 0
      while (lead &<< length) & 0x80 != 0 { length &+= 1 }
      guard length >= 2 && length <= 4 else { return false }
      var character = lead & (0x7F &>> length)
      for _ in 1..<Int(length) {
        guard index < bytes.count && bytes[index] & 0xC0 == 0x80 else { return false }
        character = character &<< 6 | UInt32(bytes[index] & 0x3F)
        index &+= 1
      }
      // No longer form than needed, no control character, no surrogate, nothing beyond the last plane.
      let least: UInt32 = length == 2 ? 0xA0 : 1 &<< (5 &* length &- 4)
      guard character >= least && character &>> 11 != 0x1B && character <= 0x10FFFF else { return false }
    }
    return true
  }
}
