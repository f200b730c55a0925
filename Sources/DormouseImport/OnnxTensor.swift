import Foundation

/// A constant of an ONNX file, decoded: shape, element type and values in row-major order.
struct OnnxTensor {
  /// Element types that the importer reads, by their number in the format.
  enum Element: Int32 {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case float64 = 11

    var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .float32, .int32: 4
      case .int64, .float64: 8
      }
    }
  }

  /// Values, widened: integers exactly, floats as doubles.
  enum Values {
    case integers([Int64])
    case reals([Double])
  }

  var shape: [Int]
  var element: Element
  var values: Values
  /// The levels that these values were gathered from.
  var codebook: [Int8] = []
  /// How many bits these integers were clipped to, where they are fewer than the type has.
  var bits: Int?

  var count: Int {
    switch values {
    case .integers(let values): values.count
    case .reals(let values): values.count
    }
  }

  /// The integers, or nothing if these are floats.
  var integers: [Int64]? {
    if case .integers(let values) = values { values } else { nil }
  }

  /// The floats, or nothing if these are integers.
  var reals: [Double]? {
    if case .reals(let values) = values { values } else { nil }
  }

  /// The tensor with its axes reordered: axis `i` of the result is axis `order[i]` of this one.
  func transposed(_ order: [Int]) -> OnnxTensor {
    let indices = Permutation.sourceIndices(shape: shape, order: order)
    var result = self
    result.shape = order.map { shape[$0] }
    switch values {
    case .integers(let values): result.values = .integers(indices.map { values[$0] })
    case .reals(let values): result.values = .reals(indices.map { values[$0] })
    }
    return result
  }
}

extension OnnxTensor {
  /// Decodes a stored tensor. The values are bounded by the bytes that are present, whatever the shape claims.
  ///
  /// - Throws: `ImportError` naming `place`, for external data, unread element types, and values that don't fill the shape.
  init(_ proto: Onnx_TensorProto, place: String) throws {
    guard proto.dataLocation == 0, proto.externalData.isEmpty else {
      throw ImportError(
        place, "keeps its values in another file",
        remedy: "save the model with its weights inside (onnx.save without external data)")
    }
    guard let element = Element(rawValue: proto.dataType) else {
      throw ImportError(
        place, "has element type \(proto.dataType), which is not read",
        remedy: "use float32, int8, uint8, int32 or int64")
    }
    self.element = element
    guard let extents = Extents.checked(proto.dims) else {
      throw ImportError(place, "has the absurd shape \(proto.dims.prefix(8))")
    }
    shape = extents
    let expected = extents.reduce(1, *)
    values = try OnnxTensor.values(of: proto, element: element, expected: expected, place: place)
    guard count == expected else {
      throw ImportError(place, "holds \(count) values where its shape \(shape) needs \(expected)")
    }
  }

  private static func values(
    of proto: Onnx_TensorProto, element: Element, expected: Int, place: String
  ) throws -> Values {
    if !proto.rawData.isEmpty {
      guard proto.rawData.count == expected * element.byteCount else {
        throw ImportError(
          place, "holds \(proto.rawData.count) bytes where its shape needs \(expected * element.byteCount)")
      }
      return proto.rawData.withUnsafeBytes { bytes in
        func all<T: BitwiseCopyable>(_: T.Type) -> [T] {
          (0..<expected).map { bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self) }
        }
        return switch element {
        case .int8: .integers(all(Int8.self).map(Int64.init))
        case .uint8: .integers(all(UInt8.self).map(Int64.init))
        case .int32: .integers(all(Int32.self).map { Int64(Int32(littleEndian: $0)) })
        case .int64: .integers(all(Int64.self).map(Int64.init(littleEndian:)))
        case .float32: .reals(all(UInt32.self).map { Double(Float(bitPattern: UInt32(littleEndian: $0))) })
        case .float64: .reals(all(UInt64.self).map { Double(bitPattern: UInt64(littleEndian: $0)) })
        }
      }
    }
    switch element {
    case .float32: return .reals(proto.floatData.map(Double.init))
    case .float64: return .reals(proto.doubleData)
    case .int64: return .integers(proto.int64Data)
    case .int32: return .integers(proto.int32Data.map(Int64.init))
    case .int8, .uint8:
      let range: ClosedRange<Int32> = element == .int8 ? -128...127 : 0...255
      guard proto.int32Data.allSatisfy(range.contains) else {
        throw ImportError(place, "holds values outside its 8-bit element type")
      }
      return .integers(proto.int32Data.map(Int64.init))
    }
  }
}

/// Shapes from a file, checked before anything is computed from them.
enum Extents {
  /// Most axes that a shape may have.
  static let maximumRank = 8
  /// Most elements of a tensor; more than any image holds.
  static let maximumCount = 1 << 28

  /// The extents as integers if there are few axes, none is negative, and the product stays below `maximumCount`.
  static func checked(_ extents: [Int64]) -> [Int]? {
    guard extents.count <= maximumRank else { return nil }
    var product = 1
    for extent in extents {
      guard extent >= 0, extent <= Int64(maximumCount) else { return nil }
      product *= max(Int(extent), 1)
      guard product <= maximumCount else { return nil }
    }
    return extents.map { Int($0) }
  }
}

/// Reordering of axes.
enum Permutation {
  /// For each element of the transposed tensor, in row-major order, its index in the original.
  static func sourceIndices(shape: [Int], order: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    var indices = [0]
    for axis in order {
      indices = indices.flatMap { base in (0..<shape[axis]).map { base + $0 * strides[axis] } }
    }
    return indices
  }

  /// Whether `order` names each of `count` axes once.
  static func isValid(_ order: [Int], count: Int) -> Bool {
    order.count == count && order.sorted().elementsEqual(0..<count)
  }
}
