/// Which image a device starts with, and why.
public struct BootChoice {
  /// Why this slot.
  public enum Reason: UInt8, Sendable {
    /// It was committed last, and its image is valid.
    case newest = 1
    /// The slot that was committed last holds no valid image, this one does.
    case other = 2
    /// Nothing was ever committed; this is the first slot with a valid image.
    case uncommitted = 3
    /// No slot holds a valid image.
    case nothing = 4
  }

  /// Why.
  public let reason: Reason
  /// 0 or 1; nil if no slot holds a valid image.
  public let slot: Int?
  /// The image.
  public let image: ModelImage?
  /// What is wrong with the slots that were looked at before, by slot.
  public let refusals: InlineArray<2, ImageError?>
}

extension ModelSlots where Memory: ~Copyable {
  /// Chooses the newest valid image, otherwise the other one. An image is valid if `ModelImage` says so and its spotter fits
  /// into an arena of `arenaLength` bytes.
  public mutating func boot(arenaLength: Int) -> BootChoice {
    let record = journal.newest(in: memory)
    let preferred = record.map { $0.slot } ?? 0
    var refusals = InlineArray<2, ImageError?>(repeating: nil)
    expected = 0
    for turn in 0..<2 {
      let slot = turn == 0 ? preferred : 1 &- preferred
      do throws(ImageError) {
        let image = try image(in: slot, arenaLength: arenaLength)
        used = slot
        let reason: BootChoice.Reason = record == nil ? .uncommitted : turn == 0 ? .newest : .other
        return BootChoice(reason: reason, slot: slot, image: image, refusals: refusals)
      } catch {
        refusals[slot] = error
      }
    }
    used = nil
    return BootChoice(reason: .nothing, slot: nil, image: nil, refusals: refusals)
  }

  /// The image in a slot.
  ///
  /// - Throws: the first rule that it breaks.
  public func image(in slot: Int, arenaLength: Int) throws(ImageError) -> ModelImage {
    let start = start(of: slot)
    let header = start.load(as: ImageHeader.self)
    guard header.magic == ImageFormat.magic else { throw ImageError(.header, at: 0, .badMagic) }
    guard header.totalLength <= UInt32(truncatingIfNeeded: layout.slotLength) else {
      throw ImageError(.header, at: 8, .lengthMismatch)
    }
    let image = try ModelImage(validating: start, length: Int(truncatingIfNeeded: header.totalLength))
    guard image.hasFrontEnd else { throw ImageError(.frontEnd, at: 0, .missingSection) }
    let spotterLength = beside.spotter &+ ImageFormat.aligned(image.labelCount &* beside.label)
    guard image.arenaLength <= arenaLength &- spotterLength else { throw ImageError(.header, at: 20, .arenaTooSmall) }
    return image
  }
}
