/// Bytes as Intel HEX (Intel, "Hexadecimal Object File Format Specification", 1988): what every programmer reads.
public enum IntelHex {
  /// Lines of 16 data bytes, with extended linear addresses, ended by the record of the end.
  ///
  /// - Precondition: `address` plus the number of bytes is at most 2^32.
  public static func text(_ bytes: [UInt8], at address: UInt32) -> [UInt8] {
    text([FlashPart(address: address, bytes: bytes)])
  }

  /// The same of several parts.
  public static func text(_ parts: [FlashPart]) -> [UInt8] {
    var lines: [String] = []
    var upper: UInt32?
    for part in parts {
      precondition(part.end <= 1 << 32)
      var index = 0
      while index < part.bytes.count {
        let place = part.address + UInt32(index)
        if place >> 16 != upper {
          upper = place >> 16
          lines.append(record(type: 4, at: 0, [UInt8(place >> 24), UInt8(place >> 16 & 255)]))
        }
        // No record crosses the end of 64 KB.
        let count = min(16, part.bytes.count - index, 0x1_0000 - Int(place & 0xFFFF))
        lines.append(record(type: 0, at: UInt16(place & 0xFFFF), Array(part.bytes[index..<index + count])))
        index += count
      }
    }
    lines.append(record(type: 1, at: 0, []))
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  private static func record(type: UInt8, at place: UInt16, _ data: [UInt8]) -> String {
    let content = [UInt8(data.count), UInt8(place >> 8), UInt8(place & 255), type] + data
    let checksum = 0 &- content.reduce(0, &+)
    return ":"
      + (content + [checksum]).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }
}
