import CDormouse
import Dormouse

/// Two model slots in memory that a caller of the C interface lent.
struct OpenSlots: ~Copyable {
  /// Says that there are slots here and nowhere else: a constant, mixed with the address.
  private let seal: UInt
  var server: UpdateServer<LentFlash>

  /// Makes slots where they stay.
  ///
  /// - Returns: false, and nothing is written, if the flash memory can't be one.
  static func open(_ flash: dormouse_flash, arenaLength: Int, at address: UnsafeMutableRawPointer) -> Bool {
    guard let memory = LentFlash(flash), memory.pageLength > 0,
      let layout = SlotLayout(start: 0, length: memory.length, pageLength: memory.pageLength),
      var slots = ModelSlots(memory, layout)
    else { return false }
    slots.beside = (OpenSpotter.headLength, OpenSpotter.keywordLength)
    address.bindMemory(to: OpenSlots.self, capacity: 1).initialize(
      to: OpenSlots(seal: seal(of: address), server: UpdateServer(slots, arenaLength: arenaLength)))
    return true
  }

  private init(seal: UInt, server: consuming UpdateServer<LentFlash>) {
    self.seal = seal
    self.server = server
  }

  /// Whether slots can be here.
  static func isAligned(_ address: UnsafeMutableRawPointer) -> Bool {
    UInt(bitPattern: address) & UInt(MemoryLayout<dormouse_slots>.alignment &- 1) == 0
  }

  private static func seal(of address: UnsafeMutableRawPointer) -> UInt {
    UInt(bitPattern: address) ^ ~UInt(truncatingIfNeeded: ImageFormat.magic)
  }

  /// The slots at an address.
  ///
  /// - Returns: nil and a code if there are none.
  @inline(never)
  static func find(at address: UnsafeMutableRawPointer?) -> (place: UnsafeMutablePointer<OpenSlots>?, code: Int32) {
    guard let address else { return (nil, DORMOUSE_ERROR_NULL_POINTER) }
    guard isAligned(address) else { return (nil, DORMOUSE_ERROR_MISALIGNED) }
    guard address.load(as: UInt.self) == seal(of: address) else { return (nil, DORMOUSE_ERROR_NOT_OPEN) }
    return (address.assumingMemoryBound(to: OpenSlots.self), DORMOUSE_OK)
  }
}
