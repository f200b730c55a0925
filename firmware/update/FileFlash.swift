import Dormouse
import Support

/// The board's flash memory, which is a file.
struct FileFlash: FlashMemory, ~Copyable {
  let base: UnsafeRawPointer
  var length: Int { Int(truncatingIfNeeded: FLASH_FILE_LENGTH) }
  var pageLength: Int { Int(truncatingIfNeeded: FLASH_FILE_PAGE) }
  var unitLength: Int { Int(truncatingIfNeeded: FLASH_FILE_UNIT) }

  /// Nil if the file is missing or has another length.
  init?(path: UnsafeBufferPointer<UInt8>) {
    guard let start = path.baseAddress else { return nil }
    let memory = start.withMemoryRebound(to: CChar.self, capacity: path.count) { flash_file_open($0, path.count) }
    guard let memory else { return nil }
    base = UnsafeRawPointer(memory)
  }

  mutating func erase(pageAt offset: Int) -> Bool { flash_file_erase(offset) }

  mutating func program(unitAt offset: Int, from source: UnsafeRawPointer) -> Bool {
    flash_file_program(offset, source)
  }
}
