import Dormouse

/// Bytes of a section, appended record by record. Hosts are little-endian, as images are.
struct ByteBuilder {
  private(set) var bytes: [UInt8] = []

  /// Appends a record without hidden padding.
  mutating func append<Record: BitwiseCopyable>(_ record: Record) {
    withUnsafeBytes(of: record) { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes.
  mutating func append(bytes more: [UInt8]) { bytes += more }

  /// Appends an aligned array and returns where it starts.
  mutating func appendAligned<Element: BitwiseCopyable>(
    _ elements: [Element], to alignment: Int = ImageFormat.alignment
  ) -> Int {
    align(to: alignment)
    let start = bytes.count
    elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return start
  }

  /// Appends zeros up to a multiple of `alignment`, the image's if nothing else is said.
  mutating func align(to alignment: Int = ImageFormat.alignment) {
    bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
  }
}
