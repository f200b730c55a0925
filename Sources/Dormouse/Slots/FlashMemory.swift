/// Flash memory as a board's driver gives it: read in place, erased by pages, programmed by units.
///
/// A driver promises three things. An erased page reads as ones. Programming a unit only turns ones into zeros. Power
/// that fails during either leaves that page or unit with any content, and no other. It reports failure by `false`; what it
/// wrote is read back anyway.
public protocol FlashMemory: ~Copyable {
  /// Where the memory's first byte is mapped; aligned to 16.
  var base: UnsafeRawPointer { get }
  /// Bytes.
  var length: Int { get }
  /// Bytes that are erased together: a power of two.
  var pageLength: Int { get }
  /// Bytes that are programmed together, once between two erasures: a power of two, 4 to 256, no more than a page.
  var unitLength: Int { get }

  /// Makes all bytes of the page that starts at `offset` ones.
  mutating func erase(pageAt offset: Int) -> Bool

  /// Programs the erased unit that starts at `offset` with `unitLength` bytes at `source`, which is aligned to 4.
  mutating func program(unitAt offset: Int, from source: UnsafeRawPointer) -> Bool
}

extension FlashMemory where Self: ~Copyable {
  /// Whether `count` bytes from `offset` are erased; both are multiples of 4.
  func isErased(_ offset: Int, count: Int) -> Bool {
    var place = offset
    while place < offset &+ count {
      if base.load(fromByteOffset: place, as: UInt32.self) != 0xFFFF_FFFF { return false }
      place &+= 4
    }
    return true
  }

  /// Whether a unit holds the bytes at `source`.
  func unit(at offset: Int, holds source: UnsafeRawPointer) -> Bool {
    var place = 0
    while place < unitLength {
      let wanted = source.load(fromByteOffset: place, as: UInt32.self)
      if base.load(fromByteOffset: offset &+ place, as: UInt32.self) != wanted { return false }
      place &+= 4
    }
    return true
  }
}
