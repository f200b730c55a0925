/// Why an update stopped. The image in use is what it was.
public enum UpdateError: Error, Equatable {
  /// The image is longer than a slot, or has no bytes.
  case doesNotFit
  /// No update was begun.
  case notBegun
  /// More bytes came than the image has.
  case tooMany
  /// The image is not complete yet.
  case incomplete
  /// The memory does not hold what was written, at this offset.
  case memory(at: Int)
  /// What was written is no image for this device.
  case refused(ImageError)
}

extension ModelSlots where Memory: ~Copyable {
  /// The slot that an update goes to: the one that is not in use.
  public var target: Int { used == 0 ? 1 : 0 }

  /// Begins an update with an image of `length` bytes; what came of an earlier one is forgotten.
  ///
  /// - Throws: `UpdateError.doesNotFit`.
  public mutating func begin(length: Int) throws(UpdateError) {
    expected = 0
    guard length > 0, length <= layout.slotLength else { throw .doesNotFit }
    expected = length
    taken = 0
    clearPending()
  }

  /// Takes the next bytes of the image; pages are erased as they are reached.
  ///
  /// - Throws: `UpdateError`; after `.memory` the update is over.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(UpdateError) {
    guard expected > 0 else { throw .notBegun }
    guard bytes.count <= expected &- taken else { throw .tooMany }
    var index = 0
    while index < bytes.count {
      fill(taken & (memory.unitLength &- 1), with: bytes[index])
      taken &+= 1
      index &+= 1
      if taken & (memory.unitLength &- 1) == 0 || taken == expected { try programPending() }
    }
  }

  /// Validates the whole image and makes it the newest: the device starts with it from now on.
  ///
  /// - Parameters:
  ///   - arenaLength: bytes of the arena that the device has.
  ///   - turningPage: whether the record goes to the page of the journal that does not hold the newest one, for probes,
  ///     which erase a page to write in it.
  /// - Throws: `UpdateError`.
  public mutating func commit(arenaLength: Int, turningPage: Bool = false) throws(UpdateError) {
    guard expected > 0 else { throw .notBegun }
    guard taken == expected else { throw .incomplete }
    let slot = target
    do throws(ImageError) {
      let image = try image(in: slot, arenaLength: arenaLength)
      guard image.length == expected else { throw ImageError(.header, at: 8, .lengthMismatch) }
    } catch {
      throw .refused(error)
    }
    guard journal.append(slot: slot, turningPage: turningPage, to: &memory) else { throw .memory(at: layout.journal) }
    expected = 0
  }

  /// Programs the unit that has just been filled, or the last one, of which the rest stays erased.
  private mutating func programPending() throws(UpdateError) {
    let offset = layout.offset(of: target) &+ ((taken &- 1) & ~(memory.unitLength &- 1))
    if offset & (memory.pageLength &- 1) == 0 {
      guard memory.erase(pageAt: offset), memory.isErased(offset, count: memory.pageLength) else {
        expected = 0
        throw .memory(at: offset)
      }
    }
    let isWritten = withUnsafeBytes(of: pending) { bytes in
      guard let source = bytes.baseAddress else { return false }
      return memory.program(unitAt: offset, from: source) && memory.unit(at: offset, holds: source)
    }
    guard isWritten else {
      expected = 0
      throw .memory(at: offset)
    }
    clearPending()
  }

  private mutating func fill(_ place: Int, with byte: UInt8) {
    // Little-endian, as all cores are.
    let shift = UInt32(truncatingIfNeeded: 8 &* (place & 3))
    let word = place &>> 2
    pending[word] = (pending[word] & ~(0xFF &<< shift)) | UInt32(byte) &<< shift
  }

  private mutating func clearPending() {
    for word in 0..<64 { pending[word] = 0xFFFF_FFFF }
  }
}
