import Dormouse

extension Console {
  /// Says which slot the device starts with, and why; and what is wrong with the other.
  func write(_ choice: borrowing BootChoice) {
    for slot in 0..<2 {
      guard let refusal = choice.refusals[slot] else { continue }
      write("slot ")
      write(slot)
      write(": refused (rule ")
      write(Int(refusal.reason.rawValue))
      write(", at byte ")
      write(refusal.offset)
      write(")\n")
    }
    guard let slot = choice.slot, let image = choice.image else {
      write("no slot holds a model for this device; send one\n")
      return
    }
    write("slot ")
    write(slot)
    switch choice.reason {
    case .newest: write(" (newest): ")
    case .other: write(" (the newest is refused): ")
    case .uncommitted, .nothing: write(" (none was committed): ")
    }
    write(image.name)
    write(" ")
    write(image.version)
    write("\n")
  }
}
