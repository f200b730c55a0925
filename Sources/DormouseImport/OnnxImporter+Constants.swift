// Constants, and operators on nothing else: what exporters leave of shapes that were once computed.
extension OnnxImporter {
  func constant(_ node: OnnxNode) throws -> OnnxValue {
    if let attribute = node.attribute("value") {
      return .constant(try OnnxTensor(attribute.t, place: node.place))
    }
    if let attribute = node.attribute("value_float") {
      return .constant(OnnxTensor(shape: [], element: .float32, values: .reals([Double(attribute.f)])))
    }
    if let attribute = node.attribute("value_int") {
      return .constant(OnnxTensor(shape: [], element: .int64, values: .integers([attribute.i])))
    }
    if let attribute = node.attribute("value_ints") {
      return .constant(
        OnnxTensor(shape: [attribute.ints.count], element: .int64, values: .integers(attribute.ints)))
    }
    throw node.error("holds no number or tensor")
  }

  /// One number in a shape that is a constant; zero by default.
  func constantOfShape(_ node: OnnxNode) throws -> OnnxValue {
    guard let listed = try optionalConstant(node, 0)?.integers, let shape = Extents.checked(listed) else {
      throw node.error("lacks a constant shape")
    }
    let filler =
      try node.attribute("value").map { try OnnxTensor($0.t, place: node.place) }
      ?? OnnxTensor(shape: [1], element: .float32, values: .reals([0]))
    guard filler.count == 1 else { throw node.error("fills with \(filler.count) numbers") }
    let count = shape.reduce(1, *)
    try spend(count, node)
    var result = filler
    result.shape = shape
    switch filler.values {
    case .integers(let value): result.values = .integers([Int64](repeating: value[0], count: count))
    case .reals(let value): result.values = .reals([Double](repeating: value[0], count: count))
    }
    return .constant(result)
  }

  /// A constant in another element type; an activation only in the type that it has.
  func cast(_ node: OnnxNode) throws -> OnnxValue {
    let type = try node.integer("to", 0)
    guard let element = OnnxTensor.Element(rawValue: Int32(truncatingIfNeeded: type)) else {
      throw node.error("casts to element type \(type)", remedy: "leave activations as they are")
    }
    switch try value(node, 0) {
    case .constant(var tensor):
      try spend(tensor.count, node)
      tensor.element = element
      switch (tensor.values, element) {
      case (.integers(let values), .float32), (.integers(let values), .float64):
        tensor.values = .reals(values.map(Double.init))
      case (.reals(let values), .float32): tensor.values = .reals(values.map { Double(Float($0)) })
      case (.reals, .float64): break
      case (.reals(let values), _):
        guard values.allSatisfy({ $0.magnitude < 0x1p62 }) else {
          throw node.error("casts floats that no integer holds")
        }
        tensor.values = .integers(try values.map { try fitting(Int64($0), element, node) })
      case (.integers(let values), _): tensor.values = .integers(try values.map { try fitting($0, element, node) })
      }
      return .constant(tensor)
    case .integers(let view) where element == (view.isSigned ? .int8 : .uint8): return .integers(view)
    case .activation(let view) where element == .float32: return .activation(view)
    case .pending(let layer) where element == .float32: return .pending(layer)
    case .weights(let weights) where element == .float32: return .weights(weights)
    default: throw node.error("casts an activation", remedy: "leave activations as they are")
    }
  }

  private func fitting(_ value: Int64, _ element: OnnxTensor.Element, _ node: OnnxNode) throws -> Int64 {
    let range: ClosedRange<Int64> =
      switch element {
      case .int8: -128...127
      case .uint8: 0...255
      case .int32: Int64(Int32.min)...Int64(Int32.max)
      default: .min ... .max
      }
    guard range.contains(value) else { throw node.error("casts \(value) to fewer bits than it has") }
    return value
  }

  /// The shape of a value, all of whose extents are known.
  func shape(_ node: OnnxNode) throws -> OnnxValue {
    let shape: [Int]
    switch try value(node, 0) {
    case .constant(let tensor): shape = tensor.shape
    case .weights(let weights): shape = weights.tensor.shape
    case .pending(let layer): shape = layer.axes.map(\.extent)
    case .input(let view), .integers(let view), .activation(let view), .probabilities(let view): shape = view.shape
    case .shifted(let shifted): shape = shifted.view.shape
    case .curved(let curved): shape = curved.view.shape
    }
    func place(_ name: String, _ standard: Int) throws -> Int {
      let listed = try node.integer(name, standard)
      return min(max(listed < 0 ? listed + shape.count : listed, 0), shape.count)
    }
    let (start, end) = (try place("start", 0), try place("end", shape.count))
    let extents = start < end ? shape[start..<end].map { Int64($0) } : []
    return .constant(OnnxTensor(shape: [extents.count], element: .int64, values: .integers(extents)))
  }

  /// Constants of one axis joined; nil if something else is to be joined.
  func joinedConstants(_ node: OnnxNode) throws -> OnnxTensor? {
    var joined: [Int64] = []
    for position in node.inputs.indices {
      guard case .constant(let tensor) = try value(node, position) else { return nil }
      guard let integers = tensor.integers, tensor.shape.count == 1 else {
        throw node.error("joins constants that are no lists of integers", remedy: "export with constants folded")
      }
      try spend(integers.count, node)
      joined += integers
    }
    return OnnxTensor(shape: [joined.count], element: .int64, values: .integers(joined))
  }

  /// A part of a constant list of integers.
  func slice(_ node: OnnxNode) throws -> OnnxValue {
    guard case .constant(let tensor) = try value(node, 0), tensor.shape.count == 1, let list = tensor.integers,
      let start = try optionalConstant(node, 1)?.integers, start.count == 1,
      let end = try optionalConstant(node, 2)?.integers, end.count == 1,
      try optionalConstant(node, 3).map({ $0.integers == [0] }) ?? true,
      try optionalConstant(node, 4).map({ $0.integers == [1] }) ?? true
    else { throw node.error("is not supported", remedy: OnnxImporter.remedy(for: node.operation)) }
    let count = Int64(list.count)
    func place(_ listed: Int64) -> Int { Int(min(max(listed < 0 ? listed + count : listed, 0), count)) }
    let (first, last) = (place(start[0]), place(end[0]))
    let part = first < last ? Array(list[first..<last]) : []
    try spend(part.count, node)
    return .constant(OnnxTensor(shape: [part.count], element: tensor.element, values: .integers(part)))
  }

  /// Constant integers held within bounds; weights whose bounds leave fewer bits are stored with fewer.
  func clipped(_ tensor: OnnxTensor, _ low: Double, _ high: Double, _ node: OnnxNode) throws -> OnnxTensor {
    try spend(tensor.count, node)
    var result = tensor
    switch tensor.values {
    case .reals(let values): result.values = .reals(values.map { min(max($0, low), high) })
    case .integers(let values):
      let bounds = [low, high].map { Int64(min(max($0, -0x1p52), 0x1p52)) }
      result.values = .integers(values.map { min(max($0, bounds[0]), bounds[1]) })
      let span = max(high + 1, -low)
      if tensor.element == .int8, span >= 2, span <= 64 { result.bits = Int(span).nextPowerOfTwoBits + 1 }
    }
    return result
  }
}

extension Int {
  /// Bits that count up to this number, itself not included.
  fileprivate var nextPowerOfTwoBits: Int { Int.bitWidth - (self - 1).leadingZeroBitCount }
}
