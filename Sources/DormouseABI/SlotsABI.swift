import CDormouse
import Dormouse

/// Takes charge of the flash memory; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_open(
  _ slots: UnsafeMutablePointer<dormouse_slots>?, _ flash: UnsafePointer<dormouse_flash>?, _ arenaLength: Int
) -> Int32 {
  guard let slots, let flash else { return DORMOUSE_ERROR_NULL_POINTER }
  let address = UnsafeMutableRawPointer(slots)
  guard OpenSlots.isAligned(address) else { return DORMOUSE_ERROR_MISALIGNED }
  guard arenaLength >= 0 else { return DORMOUSE_ERROR_BAD_LENGTH }
  let isOpen = OpenSlots.open(flash.pointee, arenaLength: arenaLength, at: address)
  return isOpen ? DORMOUSE_OK : DORMOUSE_ERROR_BAD_FLASH
}

/// Chooses the newest valid image, otherwise the other one; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_boot(
  _ slots: UnsafeMutablePointer<dormouse_slots>?, _ choice: UnsafeMutablePointer<dormouse_choice>?
) -> Int32 {
  let (place, code) = OpenSlots.find(at: slots)
  guard let place else { return code }
  guard let choice else { return DORMOUSE_ERROR_NULL_POINTER }
  let found = place.pointee.server.boot()
  choice.pointee.refusals = (found.refusals[0]?.code ?? 0, found.refusals[1]?.code ?? 0)
  choice.pointee.slot = Int32(truncatingIfNeeded: found.slot ?? -1)
  choice.pointee.reason = found.slot == nil ? 0 : Int32(found.reason.rawValue)
  choice.pointee.image = found.slot.map { place.pointee.server.slots.start(of: $0) }
  choice.pointee.image_length = found.image?.length ?? 0
  return found.slot == nil ? DORMOUSE_ERROR_NO_IMAGE : DORMOUSE_OK
}

/// Takes a byte of the serial line; returns how many bytes are to be sent, or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_receive(
  _ slots: UnsafeMutablePointer<dormouse_slots>?, _ byte: UInt8, _ answer: UnsafeMutablePointer<UInt8>?
) -> Int {
  let (place, code) = OpenSlots.find(at: slots)
  guard let place else { return Int(code) }
  guard let answer else { return Int(DORMOUSE_ERROR_NULL_POINTER) }
  guard place.pointee.server.push(byte) else { return 0 }
  let length = place.pointee.server.answer.length
  for index in 0..<length { answer[index] = place.pointee.server.answer[index] }
  return length
}

/// Whether the host has asked to start with the newest image: 1, 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_wants_restart(_ slots: UnsafeMutablePointer<dormouse_slots>?) -> Int32 {
  let (place, code) = OpenSlots.find(at: slots)
  guard let place else { return code }
  return place.pointee.server.wantsRestart ? 1 : 0
}

/// Begins an update; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_begin(_ slots: UnsafeMutablePointer<dormouse_slots>?, _ imageLength: Int) -> Int32 {
  OpenSlots.update(at: slots) { (slots) throws(UpdateError) in try slots.begin(length: imageLength) }
}

/// Takes the next bytes of the image; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_write(
  _ slots: UnsafeMutablePointer<dormouse_slots>?, _ bytes: UnsafeRawPointer?, _ count: Int
) -> Int32 {
  guard bytes != nil || count == 0 else { return DORMOUSE_ERROR_NULL_POINTER }
  guard count >= 0 else { return DORMOUSE_ERROR_BAD_LENGTH }
  let part = UnsafeRawBufferPointer(start: bytes, count: count)
  return OpenSlots.update(at: slots) { (slots) throws(UpdateError) in try slots.write(part) }
}

/// Proves the image and makes it the newest; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_slots_commit(_ slots: UnsafeMutablePointer<dormouse_slots>?) -> Int32 {
  let (place, code) = OpenSlots.find(at: slots)
  guard let place else { return code }
  let arenaLength = place.pointee.server.arenaLength
  return OpenSlots.update(at: slots) { (slots) throws(UpdateError) in try slots.commit(arenaLength: arenaLength) }
}

extension OpenSlots {
  /// Does a step of an update; returns 0 or a code.
  @inline(__always)
  fileprivate static func update(
    at address: UnsafeMutableRawPointer?, _ step: (inout ModelSlots<LentFlash>) throws(UpdateError) -> Void
  ) -> Int32 {
    let (place, code) = find(at: address)
    guard let place else { return code }
    do throws(UpdateError) {
      try step(&place.pointee.server.slots)
      return DORMOUSE_OK
    } catch {
      return error.code
    }
  }
}
