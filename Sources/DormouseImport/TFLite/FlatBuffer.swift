/// Bytes in FlatBuffers' layout, read where they lie.
///
/// The reader is our own: FlatBuffers' Swift package is not in any registry that this project builds from, and of the
/// format a model needs four things only: tables, vectors, strings and scalars. The bytes are untrusted. Every access is
/// checked against their length, nothing is read ahead, and since readers walk down from table to table along a fixed
/// schema, tables that refer to one another in circles lead nowhere.
struct FlatBuffer {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Bytes of the file.
  var count: Int { bytes.count }

  /// The four bytes behind the root's offset, by which formats are told apart.
  var identifier: String { count < 8 ? "" : String(decoding: bytes[4..<8], as: UTF8.self) }

  /// The table that the file begins with.
  ///
  /// - Throws: `ImportError`, as all accesses do, if it would lie outside.
  func root() throws -> FlatTable { try FlatTable(self, at: reference(at: 0)) }

  /// A little-endian integer at any address.
  func integer<Value: FixedWidthInteger>(at position: Int, as type: Value.Type = Value.self) throws -> Value {
    try check(position, length: MemoryLayout<Value>.size)
    return Value(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: type) })
  }

  /// What the unsigned offset at `position` points to.
  func reference(at position: Int) throws -> Int {
    let target = position + Int(try integer(at: position, as: UInt32.self))
    try check(target, length: 4)
    return target
  }

  /// The bytes of a range.
  func slice(_ start: Int, length: Int) throws -> ArraySlice<UInt8> {
    try check(start, length: length)
    return bytes[start..<start + length]
  }

  /// Throws unless `length` bytes at `position` lie inside.
  func check(_ position: Int, length: Int) throws {
    guard position >= 0, length >= 0, position <= count, length <= count - position else {
      throw ImportError(
        "TensorFlow Lite file", "is truncated or broken: something should lie at byte \(position) of \(count)",
        remedy: "fetch it again")
    }
  }
}

/// A table: fields by slot, each of which may be absent.
struct FlatTable {
  private let buffer: FlatBuffer
  private let position: Int
  private let slots: Int
  private let slotCount: Int

  fileprivate init(_ buffer: FlatBuffer, at position: Int) throws {
    self.buffer = buffer
    self.position = position
    let table = position - Int(try buffer.integer(at: position, as: Int32.self))
    let length = Int(try buffer.integer(at: table, as: UInt16.self))
    try buffer.check(table, length: max(length, 4))
    slots = table + 4
    slotCount = (length - 4) / 2
  }

  /// Where a field lies; nil if it is absent.
  private func place(_ slot: Int) throws -> Int? {
    guard slot < slotCount else { return nil }
    let offset = Int(try buffer.integer(at: slots + 2 * slot, as: UInt16.self))
    return offset == 0 ? nil : position + offset
  }

  /// An integer, `standard` if absent.
  func integer<Value: FixedWidthInteger>(_ slot: Int, _ standard: Value) throws -> Value {
    guard let place = try place(slot) else { return standard }
    return try buffer.integer(at: place)
  }

  /// A number in single precision, `standard` if absent.
  func real(_ slot: Int, _ standard: Float) throws -> Float {
    Float(bitPattern: try integer(slot, standard.bitPattern))
  }

  /// A table; nil if absent.
  func table(_ slot: Int) throws -> FlatTable? {
    guard let place = try place(slot) else { return nil }
    return try FlatTable(buffer, at: buffer.reference(at: place))
  }

  /// The elements of a vector of integers; empty if absent.
  ///
  /// - Throws: `ImportError` also if there are more than `most`.
  func integers<Value: FixedWidthInteger>(_ slot: Int, most: Int, as type: Value.Type = Value.self) throws -> [Value] {
    guard let (start, count) = try vector(slot, elementLength: MemoryLayout<Value>.size) else { return [] }
    guard count <= most else { throw tooMany(count, most) }
    return try (0..<count).map { try buffer.integer(at: start + $0 * MemoryLayout<Value>.size) }
  }

  /// The numbers of a vector in single precision; empty if absent.
  func reals(_ slot: Int, most: Int) throws -> [Float] {
    try integers(slot, most: most, as: UInt32.self).map(Float.init(bitPattern:))
  }

  /// The tables of a vector; empty if absent.
  func tables(_ slot: Int, most: Int) throws -> [FlatTable] {
    guard let (start, count) = try vector(slot, elementLength: 4) else { return [] }
    guard count <= most else { throw tooMany(count, most) }
    return try (0..<count).map { try FlatTable(buffer, at: buffer.reference(at: start + 4 * $0)) }
  }

  /// The bytes of a vector, where they lie; empty if absent.
  func bytes(_ slot: Int) throws -> ArraySlice<UInt8> {
    guard let (start, count) = try vector(slot, elementLength: 1) else { return [] }
    return try buffer.slice(start, length: count)
  }

  /// The beginning of a text; empty if absent.
  func text(_ slot: Int) throws -> String { String(decoding: try bytes(slot).prefix(256), as: UTF8.self) }

  private func vector(_ slot: Int, elementLength: Int) throws -> (start: Int, count: Int)? {
    guard let place = try place(slot) else { return nil }
    let position = try buffer.reference(at: place)
    let count = Int(try buffer.integer(at: position, as: UInt32.self))
    try buffer.check(position + 4, length: count * elementLength)
    return (position + 4, count)
  }

  private func tooMany(_ count: Int, _ most: Int) -> ImportError {
    ImportError("TensorFlow Lite file", "holds a list of \(count) entries where at most \(most) can be had")
  }
}
