/// Which slot was committed last: a journal in two pages of flash, written in single units.
///
/// A record is a word `value << 16 | ~value`, repeated over its unit, where value is the slot (1 bit) and a count of the
/// commits (15 bits). Every such word has sixteen ones. A unit that was cut while it was programmed has more of them,
/// one that was cut while it was erased fewer or more, so neither passes for a record: a word is there, or it is not. The
/// newest record counts, wherever it is. Pages take turns, and one is erased only when the other is full.
struct SlotJournal {
  /// Offset of the first of the two pages.
  let start: Int
  /// Bytes of a page that are used.
  private let used: Int
  private let pageLength: Int
  private let unitLength: Int

  /// Records a page at most, so that counts of live records never wrap around one another.
  private static var most: Int { 4096 }

  init<Memory: FlashMemory & ~Copyable>(_ memory: borrowing Memory, at start: Int) {
    self.start = start
    pageLength = memory.pageLength
    unitLength = memory.unitLength
    used = min(pageLength, SlotJournal.most &* unitLength)
  }

  /// One commit.
  struct Record: Equatable {
    /// 0 or 1.
    let slot: Int
    /// Modulo 2^15.
    let count: UInt32
    /// Where it is stored.
    let offset: Int

    /// Whether this one was written after `other`.
    func isNewer(than other: Record) -> Bool {
      let distance = (count &- other.count) & 0x7FFF
      return distance != 0 && distance < 0x4000
    }
  }

  /// The word of a record.
  static func word(slot: Int, count: UInt32) -> UInt32 {
    let value = UInt32(truncatingIfNeeded: slot) &<< 15 | (count & 0x7FFF)
    return value &<< 16 | (~value & 0xFFFF)
  }

  /// The newest record; nil if nothing was ever committed.
  func newest<Memory: FlashMemory & ~Copyable>(in memory: borrowing Memory) -> Record? {
    var newest: Record?
    for page in 0..<2 {
      var offset = start &+ page &* pageLength
      let end = offset &+ used
      while offset < end {
        if let record = record(at: offset, in: memory), newest.map({ record.isNewer(than: $0) }) ?? true {
          newest = record
        }
        offset &+= unitLength
      }
    }
    return newest
  }

  private func record<Memory: FlashMemory & ~Copyable>(at offset: Int, in memory: borrowing Memory) -> Record? {
    let word = memory.base.load(fromByteOffset: offset, as: UInt32.self)
    guard (word &>> 16) ^ (word & 0xFFFF) == 0xFFFF else { return nil }
    var place = 4
    while place < unitLength {
      if memory.base.load(fromByteOffset: offset &+ place, as: UInt32.self) != word { return nil }
      place &+= 4
    }
    return Record(slot: Int(word &>> 31), count: (word &>> 16) & 0x7FFF, offset: offset)
  }

  /// Commits `slot`: once the last bit of one unit is programmed, it is the newest; not before.
  ///
  /// - Parameter turningPage: whether the page of the newest record is left alone although it may have room.
  /// - Returns: false if the memory takes no record; then the newest record is what it was.
  func append<Memory: FlashMemory & ~Copyable>(
    slot: Int, turningPage: Bool = false, to memory: inout Memory
  ) -> Bool {
    let last = newest(in: memory)
    let word = SlotJournal.word(slot: slot, count: last.map { $0.count &+ 1 } ?? 0)
    var page = last.map { ($0.offset &- start) / pageLength } ?? 0
    var offset = turningPage ? nil : free(in: page, of: memory)
    // Without a record what lies there is no journal yet; a full page gives way to the other one.
    if last == nil || offset == nil {
      if last != nil { page ^= 1 }
      let first = start &+ page &* pageLength
      guard memory.erase(pageAt: first), memory.isErased(first, count: used) else { return false }
      offset = first
    }
    var unit = InlineArray<64, UInt32>(repeating: word)
    let end = start &+ page &* pageLength &+ used
    while let place = offset, place < end {
      var span = unit.mutableSpan
      let isWritten = span.withUnsafeMutableBytes { bytes in
        guard let source = bytes.baseAddress else { return false }
        return memory.program(unitAt: place, from: UnsafeRawPointer(source)) && memory.unit(at: place, holds: source)
      }
      if isWritten { return true }
      // A worn-out unit: the next one may do.
      offset = place &+ unitLength
    }
    return false
  }

  /// The unit after the last one in a page that is not erased; nil if there is none.
  private func free<Memory: FlashMemory & ~Copyable>(in page: Int, of memory: borrowing Memory) -> Int? {
    let first = start &+ page &* pageLength
    var offset = first &+ used
    while offset > first && memory.isErased(offset &- unitLength, count: unitLength) { offset &-= unitLength }
    return offset < first &+ used ? offset : nil
  }
}
