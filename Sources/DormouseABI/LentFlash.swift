import CDormouse
import Dormouse

/// Flash memory that a caller of the C interface drives.
struct LentFlash: FlashMemory, ~Copyable {
  let base: UnsafeRawPointer
  let length: Int
  let pageLength: Int
  let unitLength: Int
  private let eraseFunction: @convention(c) (UnsafeMutableRawPointer?, Int) -> Int32
  private let programFunction: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?) -> Int32
  private let context: UnsafeMutableRawPointer?

  /// - Returns: nil if a pointer is null or the memory misaligned.
  init?(_ flash: dormouse_flash) {
    guard let base = flash.base, let erase = flash.erase, let program = flash.program,
      UInt(bitPattern: base) & UInt(ImageFormat.alignment &- 1) == 0
    else { return nil }
    self.base = base
    length = flash.length
    pageLength = flash.page_length
    unitLength = flash.unit_length
    eraseFunction = erase
    programFunction = program
    context = flash.context
  }

  mutating func erase(pageAt offset: Int) -> Bool { eraseFunction(context, offset) != 0 }

  mutating func program(unitAt offset: Int, from source: UnsafeRawPointer) -> Bool {
    programFunction(context, offset, source) != 0
  }
}
