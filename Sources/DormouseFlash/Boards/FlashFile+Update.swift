import Dormouse

extension FlashFile {
  /// Makes `image` the newest model in the file: it starts with it from the next start on.
  ///
  /// - Parameters:
  ///   - image: a sound one.
  ///   - path: made if it is missing.
  ///   - choice: the slot.
  /// - Returns: the slot.
  /// - Throws: `FlashError`; the file then holds the model that it held.
  public static func update(_ path: String, with image: [UInt8], _ choice: SlotUpdate.Choice) throws -> Int {
    var slots = try slots(path)
    try choice.choose(in: &slots, name: path)
    let slot = slots.target
    do throws(UpdateError) {
      try slots.begin(length: image.count)
      var failure: UpdateError?
      image.withUnsafeBytes { bytes in
        do throws(UpdateError) { try slots.write(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
      try slots.commit(arenaLength: .max)
    } catch {
      switch error {
      case .doesNotFit:
        throw FlashError("the image has \(image.count) bytes, a slot of \(path) \(slots.layout.slotLength)")
      case .memory(let offset):
        throw FlashError("\(path): could not be written at byte \(offset); is the disk full?")
      default: throw FlashError("\(path): \(error)")
      }
    }
    return slot
  }

  /// Reads the file again.
  ///
  /// - Throws: that a device would not start with `image`.
  public static func verify(_ path: String, holds image: [UInt8]) throws {
    var slots = try slots(path)
    let choice = slots.boot(arenaLength: .max)
    let isThere = choice.image.map { found in
      found.length == image.count
        && choice.slot.map { slot in
          (0..<image.count).allSatisfy {
            slots.memory.base.load(fromByteOffset: slots.layout.offset(of: slot) + $0, as: UInt8.self) == image[$0]
          }
        } ?? false
    }
    guard isThere ?? false else { throw FlashError("\(path): does not hold what was written; is the disk broken?") }
  }

  private static func slots(_ path: String) throws -> ModelSlots<FlashFile> {
    let memory = try FlashFile(path: path)
    let layout = SlotLayout(start: 0, length: memory.length, pageLength: memory.pageLength)
    guard let layout, let slots = ModelSlots(memory, layout) else {
      throw FlashError("\(path): has no room for slots")
    }
    return slots
  }
}
