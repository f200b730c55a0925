import Dormouse
import DormouseExport

/// What a probe has to write so that a model is a device's newest: first the slot, then one page of the journal.
///
/// It is computed by `ModelSlots` over what was read from the device. A probe erases whole pages, so the record goes to
/// the page of the journal that does not hold the newest one: until the new record is there, the old one is. Power that
/// fails in between leaves the model that the device has in its other slot.
public struct SlotUpdate: Equatable, Sendable {
  /// Which slots an update may go to.
  public enum Choice: Equatable, Sendable {
    /// The one that the device does not use.
    case free
    /// 0 or 1.
    case slot(Int)

    /// Boots, and makes this slot the one that the next update goes to.
    ///
    /// - Throws: that it holds the only model that the device has.
    public func choose<Memory: FlashMemory & ~Copyable>(
      in slots: inout ModelSlots<Memory>, name: String
    ) throws(FlashError) {
      let used = slots.boot(arenaLength: .max).slot
      guard case .slot(let wanted) = self else { return }
      // If power failed, the other one would have to do.
      if used == wanted, (try? slots.image(in: 1 - wanted, arenaLength: .max)) == nil {
        throw FlashError(
          "slot \(wanted) of \(name) holds the only model that the device has, which it would lose if power failed "
            + "now; pass --slot \(1 - wanted)")
      }
      slots.used = 1 - wanted
    }
  }

  /// 0 or 1.
  public let slot: Int
  /// The image, to the end of its last page.
  public let image: FlashPart
  /// The page of the journal with the new record.
  public let journal: FlashPart

  /// - Parameters:
  ///   - image: a sound one.
  ///   - contents: of the board's region for models, as it is now.
  ///   - choice: the slot.
  ///   - board: a real one.
  /// - Throws: that the image does not fit, or that it would replace the only model that the device has.
  public init(_ image: [UInt8], over contents: [UInt8], _ choice: Choice, on board: Board) throws(FlashError) {
    guard let memory = board.memory,
      let layout = SlotLayout(start: 0, length: memory.models.length, pageLength: memory.pageLength),
      contents.count == memory.models.length,
      var slots = ModelSlots(
        MemoryFlash(contents, pageLength: memory.pageLength, unitLength: memory.unitLength), layout)
    else { throw FlashError("\(board.name): its memory for models has no room for two slots and a journal") }
    try choice.choose(in: &slots, name: board.name)
    slot = slots.target
    do throws(UpdateError) {
      try slots.begin(length: image.count)
      var failure: UpdateError?
      image.withUnsafeBytes { bytes in
        do throws(UpdateError) { try slots.write(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
      try slots.commit(arenaLength: .max, turningPage: true)
    } catch {
      throw SlotUpdate.sentence(error, image, layout, board)
    }
    let page = memory.pageLength
    let start = layout.offset(of: slot)
    let count = (image.count + page - 1) / page * page
    self.image = FlashPart(
      address: memory.models.address + UInt32(start), bytes: slots.memory.contents(start, count))
    // The last page that was erased is the journal's.
    let record = slots.memory.erased.last ?? layout.journal
    journal = FlashPart(
      address: memory.models.address + UInt32(record), bytes: slots.memory.contents(record, page))
  }

  private static func sentence(
    _ error: UpdateError, _ image: [UInt8], _ layout: SlotLayout, _ board: Board
  ) -> FlashError {
    switch error {
    case .doesNotFit:
      FlashError("the image has \(image.count) bytes, a slot of \(board.name) \(layout.slotLength)")
    default: FlashError("\(board.name): \(error)")
    }
  }
}
