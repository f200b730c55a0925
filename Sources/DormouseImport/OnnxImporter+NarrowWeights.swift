import Dormouse
import DormouseModel

/// Weights below eight bits: constants behind Quant and BipolarQuant, and codebooks.
extension OnnxImporter {
  /// Integers around a zero, in the narrowest encoding that has all levels that occur.
  func midTread(_ tensor: OnnxTensor, scales: [Double], axis: Int?, bits: Int, isNarrow: Bool) -> QuantizedConstant {
    var constant = QuantizedConstant(tensor: tensor, scales: scales, axis: axis)
    let largest = Int(tensor.integers?.map(\.magnitude).max() ?? 0)
    guard bits <= 8, largest <= 128, tensor.integers?.contains(128) != true else { return constant }
    constant.tensor.element = .int8
    // The lowest level of two's complement has no counterpart: weights that use it take another bit.
    let width = largest < 1 << (bits - 1) ? bits : bits + 1
    if width < 8 { constant.encoding = Encoding(rawValue: UInt8(width)) ?? .int8 }
    if width == 2 && isNarrow { constant.encoding = .ternary }
    return constant
  }

  /// Levels half a step beside the integers, as odd integers of half the scale.
  func midRise(
    _ tensor: OnnxTensor, scales: [Double], axis: Int?, bits: Int, _ node: OnnxNode
  ) throws -> QuantizedConstant {
    guard (2...7).contains(bits), let encoding = Encoding(rawValue: UInt8(bits + 8)) else {
      throw node.error(
        "quantizes to \(bits) bits without a zero level", remedy: "use 2 to 7 bits, or BipolarQuant for 1")
    }
    let half = 1 << (bits - 1)
    var levels = try quantized(
      tensor, scales: scales, zeroPoints: [], axis: axis, range: -half...(half - 1), element: .int8, offset: -0.5, node)
    levels.values = .integers((levels.integers ?? []).map { 2 * $0 + 1 })
    return QuantizedConstant(tensor: levels, scales: scales.map { $0 / 2 }, axis: axis, encoding: encoding)
  }

  /// A QONNX BipolarQuant: the signs of a constant, or of an activation, 0 counting as positive.
  func bipolarQuant(_ node: OnnxNode) throws -> OnnxValue {
    guard case .constant(var tensor) = try value(node, 0) else { return try binarize(node) }
    guard let scale = try optionalConstant(node, 1), let scales = scale.reals else {
      throw node.error("lacks a constant scale")
    }
    try checkScales(scales, node)
    guard let reals = tensor.reals else { throw node.error("quantizes integers") }
    guard reals.allSatisfy(\.isFinite) else { throw node.error("quantizes constants that are not finite") }
    try spend(reals.count, node)
    let axis = try quantAxis(scale, tensor.shape, node)
    tensor.values = .integers(reals.map { $0 >= 0 ? 1 : -1 })
    tensor.element = .int8
    return .weights(QuantizedConstant(tensor: tensor, scales: scales, axis: axis, encoding: .binary))
  }

  /// A Gather of constants from a short list: weights of a codebook.
  func gather(_ node: OnnxNode) throws -> OnnxValue {
    let remedy = "gather weights from a list of up to 16 int8 levels, or export with constants folded"
    guard case .constant(let table) = try value(node, 0), case .constant(let indices) = try value(node, 1),
      table.shape.count == 1, let levels = table.integers, let places = indices.integers,
      try node.integer("axis", 0) == 0
    else { throw node.error("is not supported here", remedy: remedy) }
    if table.element == .int64 { return .constant(try entries(of: table, levels, at: indices, places, node)) }
    guard (1...16).contains(levels.count) else {
      throw node.error("has a codebook of \(levels.count) levels", remedy: remedy)
    }
    let codebook = try levels.map { level in
      guard let level = Int8(exactly: level) else {
        throw node.error("has a codebook with the level \(level), which overflows int8", remedy: remedy)
      }
      return level
    }
    try spend(places.count, node)
    let values = try places.map { place in
      guard (-Int64(levels.count)..<Int64(levels.count)).contains(place) else {
        throw node.error("gathers entry \(place) of \(levels.count)")
      }
      return levels[Int(place < 0 ? place + Int64(levels.count) : place)]
    }
    return .constant(OnnxTensor(shape: indices.shape, element: .int8, values: .integers(values), codebook: codebook))
  }

  /// Extents picked from a shape.
  private func entries(
    of table: OnnxTensor, _ entries: [Int64], at indices: OnnxTensor, _ places: [Int64], _ node: OnnxNode
  ) throws -> OnnxTensor {
    try spend(places.count, node)
    let picked = try places.map { place in
      let index = place < 0 ? place &+ Int64(entries.count) : place
      guard index >= 0, index < entries.count else { throw node.error("gathers entry \(place) of \(entries.count)") }
      return entries[Int(index)]
    }
    return OnnxTensor(shape: indices.shape, element: .int64, values: .integers(picked))
  }
}

extension QuantizedConstant {
  /// The encoding of weights that were gathered from `levels` levels.
  static func codebookEncoding(levels: Int) -> Encoding {
    levels <= 4 ? .codebook2 : levels <= 8 ? .codebook3 : .codebook4
  }
}
