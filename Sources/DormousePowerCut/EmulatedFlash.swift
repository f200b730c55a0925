import Dormouse
import DormouseMutation

/// Flash memory in the host's memory, whose power fails at an operation of one's choice.
///
/// It behaves as the worst of real ones: what power leaves behind in the page or unit at work is any mixture of before,
/// after and noise, and a unit that is programmed twice loses its bits.
public struct EmulatedFlash: FlashMemory, ~Copyable {
  /// How far an operation gets whose power fails.
  public enum Cut: Int, CaseIterable, Sendable {
    /// Nothing happened.
    case before
    /// Each bit is as it was or as it should be.
    case amid
    /// Erasing: any bits at all, for some memories program a page before they erase it. Programming: as `amid`.
    case noise
    /// All was done, but nobody was told.
    case after
  }

  /// Where its first byte is.
  public let base: UnsafeRawPointer
  /// Bytes.
  public let length: Int
  /// Bytes that are erased together.
  public let pageLength: Int
  /// Bytes that are programmed together.
  public let unitLength: Int
  private let bytes: UnsafeMutableRawPointer
  /// Erasures and programmed units since power came on.
  public private(set) var operations = 0
  /// Operation at which power fails.
  private var failsAt: Int?
  private var cut = Cut.before
  private var random = Random(seed: 0)
  /// Whether power has failed.
  public private(set) var isDead = false

  /// - Parameter contents: what the memory holds; of a multiple of `pageLength` bytes.
  public init(_ contents: [UInt8], pageLength: Int, unitLength: Int) {
    length = contents.count
    self.pageLength = pageLength
    self.unitLength = unitLength
    bytes = .allocate(byteCount: contents.count, alignment: 16)
    bytes.copyMemory(from: contents, byteCount: contents.count)
    base = UnsafeRawPointer(bytes)
  }

  deinit { bytes.deallocate() }

  /// What the memory holds.
  public var contents: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: base, count: length)) }

  /// Power will fail at operation `operation`, counted from 0.
  public mutating func fail(at operation: Int, _ cut: Cut, seed: UInt64) {
    failsAt = operation
    self.cut = cut
    random = Random(seed: seed)
  }

  /// Makes all bytes of a page ones, unless power fails.
  public mutating func erase(pageAt offset: Int) -> Bool {
    precondition(offset % pageLength == 0 && offset >= 0 && offset + pageLength <= length)
    return operate(offset, pageLength, isErasure: true) { _, _ in 0xFF }
  }

  /// Clears the bits that are zero in `source`, unless power fails.
  public mutating func program(unitAt offset: Int, from source: UnsafeRawPointer) -> Bool {
    precondition(offset % unitLength == 0 && offset >= 0 && offset + unitLength <= length)
    return operate(offset, unitLength, isErasure: false) { index, old in
      old & source.load(fromByteOffset: index, as: UInt8.self)
    }
  }

  /// One operation on `count` bytes; `after` tells what a byte becomes.
  private mutating func operate(
    _ offset: Int, _ count: Int, isErasure: Bool, after: (Int, UInt8) -> UInt8
  ) -> Bool {
    guard !isDead else { return false }
    let isCut = operations == failsAt
    operations += 1
    isDead = isCut
    if isCut && cut == .before { return false }
    // Bits that get as far as they should: some, in a share that differs from cut to cut.
    let share = 1 + random.below(99)
    for index in 0..<count {
      let old = bytes.load(fromByteOffset: offset + index, as: UInt8.self)
      var new = after(index, old)
      if isCut && cut != .after {
        new = (0..<8).reduce(0) { byte, bit in
          byte | (random.chance(share) ? new : cut == .noise && isErasure ? UInt8(random.below(256)) : old) & 1 << bit
        }
      }
      bytes.storeBytes(of: new, toByteOffset: offset + index, as: UInt8.self)
    }
    return !isCut
  }
}
