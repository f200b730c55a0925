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
      let lead = bytes[index]
      index &+= 1
      if lead >= 0x20 && lead < 0x7F { continue }
      let trailing: Int
      // The first trailing byte has a narrower range after some leads: no overlong forms, no surrogates.
      var low: UInt8 = 0x80
      var high: UInt8 = 0xBF
      if lead >= 0xC2 && lead <= 0xDF {
        trailing = 1
        if lead == 0xC2 { low = 0xA0 }
      } else if lead >= 0xE0 && lead <= 0xEF {
        trailing = 2
        if lead == 0xE0 { low = 0xA0 }
        if lead == 0xED { high = 0x9F }
      } else if lead >= 0xF0 && lead <= 0xF4 {
        trailing = 3
        if lead == 0xF0 { low = 0x90 }
        if lead == 0xF4 { high = 0x8F }
      } else {
        return false
      }
      guard bytes.count &- index >= trailing else { return false }
      for _ in 0..<trailing {
        guard bytes[index] >= low && bytes[index] <= high else { return false }
        low = 0x80
        high = 0xBF
        index &+= 1
      }
    }
    return true
  }
}
