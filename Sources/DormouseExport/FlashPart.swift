/// Bytes and where they lie in a device's memory.
public struct FlashPart: Equatable, Sendable {
  /// Of the first byte.
  public var address: UInt32
  /// What lies there.
  public var bytes: [UInt8]

  /// Memberwise.
  public init(address: UInt32, bytes: [UInt8]) {
    self.address = address
    self.bytes = bytes
  }

  /// Address behind the last byte; at most 2^32 in a sound part.
  public var end: UInt64 { UInt64(address) + UInt64(bytes.count) }

  /// The same parts by address, those of one page made one: each begins at a multiple of `alignment`, and what lies
  /// between two of them, or before the first, is ones, as erased memory has.
  ///
  /// - Parameters:
  ///   - page: bytes that a device erases together, a multiple of `alignment`.
  ///   - alignment: a power of two.
  /// - Returns: nil if two of them overlap.
  public static func joined(_ parts: [FlashPart], page: Int, alignment: Int = 1) -> [FlashPart]? {
    var joined: [FlashPart] = []
    for part in parts.filter({ !$0.bytes.isEmpty }).sorted(by: { $0.address < $1.address }) {
      if let last = joined.last {
        guard part.address >= last.end else { return nil }
        if (last.end - 1) / UInt64(page) == UInt64(part.address) / UInt64(page) || part.address == last.end {
          let gap = Int(UInt64(part.address) - last.end)
          joined[joined.count - 1].bytes += [UInt8](repeating: 0xFF, count: gap) + part.bytes
          continue
        }
      }
      let margin = Int(part.address) % alignment
      joined.append(
        FlashPart(
          address: part.address - UInt32(margin), bytes: [UInt8](repeating: 0xFF, count: margin) + part.bytes))
    }
    return joined
  }
}
