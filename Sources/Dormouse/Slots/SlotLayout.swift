/// Where in a flash memory two model slots and their journal lie.
public struct SlotLayout: Equatable, Sendable {
  /// Offset of the first slot.
  public let first: Int
  /// Offset of the second slot.
  public let second: Int
  /// Bytes of a slot: the longest image.
  public let slotLength: Int
  /// Offset of the journal, which is two pages.
  public let journal: Int

  /// - Parameters: offsets and lengths in bytes; `SlotLayout.fits` says whether a memory can serve it.
  public init(first: Int, second: Int, slotLength: Int, journal: Int) {
    self.first = first
    self.second = second
    self.slotLength = slotLength
    self.journal = journal
  }

  /// Two slots as large as `length` bytes of memory allow, from `start`, and the journal in its last two pages.
  ///
  /// - Returns: nil if there are fewer than four pages.
  public init?(start: Int, length: Int, pageLength: Int) {
    let pages = length / pageLength
    guard start >= 0, pages >= 4 else { return nil }
    let slot = (pages &- 2) / 2 &* pageLength
    self.init(first: start, second: start &+ slot, slotLength: slot, journal: start &+ (pages &- 2) &* pageLength)
  }

  /// Offset of a slot, 0 or 1.
  @inline(__always)
  public func offset(of slot: Int) -> Int { slot == 0 ? first : second }

  /// Whether slots and journal are whole pages of the memory, and none overlaps another.
  public func fits<Memory: FlashMemory & ~Copyable>(_ memory: borrowing Memory) -> Bool {
    let page = memory.pageLength
    let unit = memory.unitLength
    guard page >= 4, page & (page &- 1) == 0, unit >= 4, unit <= 256, unit & (unit &- 1) == 0, unit <= page,
      slotLength > 0, slotLength <= memory.length,
      (first | second | slotLength | journal) & (page &- 1) == 0
    else { return false }
    return isFree(first, slotLength, memory.length) && isFree(second, slotLength, memory.length)
      && isFree(journal, 2 &* page, memory.length) && areApart(first, slotLength, second, slotLength)
      && areApart(first, slotLength, journal, 2 &* page) && areApart(second, slotLength, journal, 2 &* page)
  }

  private func isFree(_ start: Int, _ count: Int, _ total: Int) -> Bool {
    start >= 0 && count <= total && start <= total &- count
  }

  private func areApart(_ a: Int, _ aCount: Int, _ b: Int, _ bCount: Int) -> Bool {
    a <= b ? b &- a >= aCount : a &- b >= bCount
  }
}
