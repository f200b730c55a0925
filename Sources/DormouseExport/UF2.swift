/// Bytes as UF2 (Microsoft, "USB Flashing Format"): what drives of boards take.
public enum UF2 {
  /// Family of the RP2040, which its boot loader asks for.
  public static let rp2040: UInt32 = 0xE48B_FF56

  private static let payload = 256

  /// Blocks of 512 bytes with 256 bytes each, the last one padded with zeros.
  ///
  /// - Parameters:
  ///   - address: of the first byte; a multiple of 256.
  ///   - family: the kind of device; other ones ignore the file.
  /// - Precondition: `address` plus the number of bytes, rounded up to 256, is at most 2^32.
  public static func blocks(_ bytes: [UInt8], at address: UInt32, family: UInt32) -> [UInt8] {
    blocks([FlashPart(address: address, bytes: bytes)], family: family)
  }

  /// The same of several parts, each of which begins at a multiple of 256, in one file.
  public static func blocks(_ parts: [FlashPart], family: UInt32) -> [UInt8] {
    let count = parts.reduce(0) { $0 + ($1.bytes.count + payload - 1) / payload }
    var file: [UInt8] = []
    file.reserveCapacity(count * 512)
    for part in parts {
      precondition(part.address % UInt32(payload) == 0 && (part.end + 255) & ~255 <= 1 << 32)
      for start in stride(from: 0, to: part.bytes.count, by: payload) {
        let bytes = part.bytes[start..<min(start + payload, part.bytes.count)]
        let head: [UInt32] = [
          0x0A32_4655, 0x9E5D_5157, 0x2000, part.address + UInt32(start), UInt32(payload), UInt32(file.count / 512),
          UInt32(count), family,
        ]
        for word in head { append(word, to: &file) }
        file += bytes
        file += [UInt8](repeating: 0, count: 476 - bytes.count)
        append(0x0AB1_6F30, to: &file)
      }
    }
    return file
  }

  private static func append(_ word: UInt32, to file: inout [UInt8]) {
    for shift: UInt32 in [0, 8, 16, 24] { file.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
