/// Two model images in flash, of which the device runs one and may replace the other.
///
///     var slots = ModelSlots(memory, layout)
///     let choice = slots.boot()                    // the newest valid image, otherwise the other one
///     ...
///     try slots.begin(length: image.count)         // an update goes to the slot that is not in use
///     try slots.write(part)                        // as often as there are parts
///     try slots.commit()                           // validates what was written, then programs one unit
///
/// Power may fail at any moment: a spotter that was there before stays until the one unit is programmed, after which the
/// new one is there. Nothing in use is ever erased.
public struct ModelSlots<Memory: FlashMemory & ~Copyable>: ~Copyable {
  /// The flash memory.
  public var memory: Memory
  /// Where slots and journal lie.
  public let layout: SlotLayout
  /// Slot of the image in use, which updates leave alone; nil before `boot`, and where no image is valid. A host that
  /// brings images by a probe may say which one to leave alone.
  public var used: Int?
  /// Bytes of the arena that a spotter takes beside what its image asks for: the spotter itself, and each of its labels.
  /// None in Swift, where a spotter is a value of its own.
  public var beside = (spotter: 0, label: 0)
  /// Bytes of the image that the update brings; 0 without one.
  public internal(set) var expected = 0
  /// Bytes of it that have been taken.
  public internal(set) var taken = 0
  /// The unit that is being filled.
  var pending = InlineArray<64, UInt32>(repeating: 0xFFFF_FFFF)

  /// - Returns: nil if the layout does not fit the memory.
  public init?(_ memory: consuming Memory, _ layout: SlotLayout) {
    guard layout.fits(memory) else { return nil }
    self.memory = memory
    self.layout = layout
  }

  /// Where a slot, 0 or 1, is mapped.
  public func start(of slot: Int) -> UnsafeRawPointer { memory.base + layout.offset(of: slot) }

  var journal: SlotJournal { SlotJournal(memory, at: layout.journal) }
}
