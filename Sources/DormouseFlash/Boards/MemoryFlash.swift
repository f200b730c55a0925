import Dormouse

/// What was read from a board's flash memory, which takes an update as the board's would.
struct MemoryFlash: FlashMemory, ~Copyable {
  let base: UnsafeRawPointer
  let length: Int
  let pageLength: Int
  let unitLength: Int
  private let bytes: UnsafeMutableRawPointer
  /// Offsets of pages that were erased since, in that order.
  private(set) var erased: [Int] = []

  init(_ contents: [UInt8], pageLength: Int, unitLength: Int) {
    length = contents.count
    self.pageLength = pageLength
    self.unitLength = unitLength
    bytes = .allocate(byteCount: max(contents.count, 1), alignment: 16)
    bytes.copyMemory(from: contents, byteCount: contents.count)
    base = UnsafeRawPointer(bytes)
  }

  deinit { bytes.deallocate() }

  /// `count` bytes from `offset`.
  func contents(_ offset: Int, _ count: Int) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: base + offset, count: count))
  }

  mutating func erase(pageAt offset: Int) -> Bool {
    (bytes + offset).initializeMemory(as: UInt8.self, repeating: 0xFF, count: pageLength)
    erased.append(offset)
    return true
  }

  mutating func program(unitAt offset: Int, from source: UnsafeRawPointer) -> Bool {
    for index in 0..<unitLength {
      let old = bytes.load(fromByteOffset: offset + index, as: UInt8.self)
      let new = old & source.load(fromByteOffset: index, as: UInt8.self)
      bytes.storeBytes(of: new, toByteOffset: offset + index, as: UInt8.self)
    }
    return true
  }
}
