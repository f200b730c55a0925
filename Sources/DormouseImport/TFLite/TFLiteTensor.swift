/// How a tensor of a TensorFlow Lite file stores its elements; raw values are the schema's.
enum TFLiteType: Int8 {
  case float32 = 0
  case float16 = 1
  case int32 = 2
  case uint8 = 3
  case int64 = 4
  case string = 5
  case bool = 6
  case int16 = 7
  case int8 = 9
  case resource = 13
  case int4 = 17
}

/// A tensor of a TensorFlow Lite file. What is long is read where it is asked for.
struct TFLiteTensor {
  /// Place in its graph.
  var index: Int
  var name: String
  /// Extents, outermost first; not checked against the content.
  var shape: [Int]
  /// Nil for types that no operator here reads.
  var type: TFLiteType?
  /// Number of the type in the schema.
  var typeCode: Int8
  private let table: FlatTable
  private let read: () throws -> ArraySlice<UInt8>

  init(_ table: FlatTable, index: Int, content: @escaping (Int) throws -> ArraySlice<UInt8>) throws {
    self.table = table
    self.index = index
    name = try table.text(3)
    shape = try table.integers(0, most: 8, as: Int32.self).map(Int.init)
    typeCode = try table.integer(1, 0)
    type = TFLiteType(rawValue: typeCode)
    let buffer: UInt32 = try table.integer(2, 0)
    read = { try content(Int(buffer)) }
  }

  /// How errors name it.
  var place: String { "tensor \(index) \(name.quoted)" }

  /// The type in words.
  var typeName: String { type.map { "\($0)" } ?? "type \(typeCode)" }

  /// Elements; nil if that is no sensible number.
  var count: Int? {
    var product = 1
    for extent in shape {
      guard extent > 0, extent <= 1 << 24 else { return nil }
      product *= extent
      guard product <= 1 << 24 else { return nil }
    }
    return product
  }

  /// The bytes of a constant; empty for activations.
  func content() throws -> ArraySlice<UInt8> { try read() }

  /// Whether the file holds its elements.
  func isConstant() throws -> Bool { try !content().isEmpty }

  /// The scales and zero points, as many as there are, and the dimension along which they change.
  ///
  /// - Throws: `ImportError` if they contradict one another or can't be used.
  func quantization() throws -> (scales: [Float], zeroPoints: [Int64], dimension: Int) {
    guard let table = try table.table(4) else {
      throw ImportError(place, "has no quantization", remedy: "convert the model with full integer quantization")
    }
    let scales = try table.reals(2, most: 1 << 16)
    let zeroPoints = try table.integers(3, most: 1 << 16, as: Int64.self)
    let details: UInt8 = try table.integer(4, 0)
    guard !scales.isEmpty, details == 0 else {
      throw ImportError(
        place, details == 0 ? "has no quantization" : "has a quantization other than scales and zero points",
        remedy: "convert the model with full integer quantization")
    }
    guard zeroPoints.count == scales.count || zeroPoints.count <= 1 else {
      throw ImportError(place, "has \(scales.count) scales and \(zeroPoints.count) zero points")
    }
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw ImportError(place, "has a scale that is not above zero and finite", remedy: "quantize the model again")
    }
    return (scales, zeroPoints, Int(try table.integer(6, Int32(0))))
  }

  /// The elements of a constant of 32- or 64-bit integers.
  ///
  /// - Throws: `ImportError` if it is not that, or holds more than `most`.
  func integers(most: Int) throws -> [Int] {
    let bytes = try content()
    guard let count, count <= most else { throw ImportError(place, "holds more than \(most) elements") }
    func elements<Value: FixedWidthInteger>(_: Value.Type) throws -> [Int] {
      let size = MemoryLayout<Value>.size
      guard bytes.count == count * size else {
        throw ImportError(place, "holds \(bytes.count) bytes for \(count) elements of \(size)")
      }
      return bytes.withUnsafeBytes { bytes in
        (0..<count).map {
          Int(clamping: Value(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Value.self)))
        }
      }
    }
    switch type {
    case .int32: return try elements(Int32.self)
    case .int64: return try elements(Int64.self)
    default: throw ImportError(place, "is \(typeName); a constant of integers is needed here")
    }
  }

  /// The elements of a constant of int8, or of int4, of which a byte holds two, the lower half first.
  func bytes() throws -> [Int8] {
    let bytes = try content()
    guard let count else { throw ImportError(place, "has an impossible shape \(shape)") }
    let isNarrow = type == .int4
    guard isNarrow || type == .int8 else { throw ImportError(place, "is \(typeName); int8 or int4 is needed here") }
    let length = isNarrow ? (count + 1) / 2 : count
    guard bytes.count == length else {
      throw ImportError(place, "holds \(bytes.count) bytes where its shape \(shape) asks for \(length)")
    }
    guard isNarrow else { return bytes.map { Int8(bitPattern: $0) } }
    let start = bytes.startIndex
    return (0..<count).map { Int8(bitPattern: bytes[start + $0 / 2] << ($0 % 2 == 0 ? 4 : 0)) >> 4 }
  }
}
