import DormouseModel

extension OnnxImporter {
  /// Operator sets of the QONNX `Quant` node.
  static let qonnxDomains: Set<String> = [
    "qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general", "qonnx.custom_op.channels_last",
  ]

  func quantizeLinear(_ node: OnnxNode) throws -> OnnxValue {
    let source = try value(node, 0)
    let (scales, zeroPoint) = try parameters(node)
    let isSigned: Bool
    if let zeroPoint {
      isSigned = zeroPoint.element == .int8
      guard isSigned || zeroPoint.element == .uint8 else {
        throw node.error("quantizes to an element type other than int8 and uint8")
      }
    } else {
      // The standard's default is uint8; newer files name the type.
      let type = try node.integer("output_dtype", Int(OnnxTensor.Element.uint8.rawValue))
      isSigned = type == Int(OnnxTensor.Element.int8.rawValue)
      guard isSigned || type == 0 || type == Int(OnnxTensor.Element.uint8.rawValue) else {
        throw node.error("quantizes to element type \(type)", remedy: "use int8")
      }
    }
    if let tensor = try plain(source, node), tensor.reals != nil {
      let integers = zeroPoint?.integers ?? []
      return .constant(
        try quantized(
          tensor, scales: scales, zeroPoints: integers, axis: try perChannelAxis(node, scales, tensor.shape),
          range: isSigned ? -128...127 : 0...255, element: isSigned ? .int8 : .uint8, node))
    }
    let quantization = try activationQuantization(node, scales, zeroPoint, isSigned: isSigned)
    var view = try requantized(source, to: quantization, node)
    view.isSigned = isSigned
    return .integers(view)
  }

  func dequantizeLinear(_ node: OnnxNode) throws -> OnnxValue {
    let (scales, zeroPoint) = try parameters(node)
    switch try value(node, 0) {
    case .constant(let tensor):
      guard tensor.integers != nil, tensor.element != .int64 else {
        throw node.error("dequantizes floats or 64-bit integers")
      }
      let axis = try perChannelAxis(node, scales, tensor.shape)
      try spend(tensor.count, node)
      return .weights(try symmetric(tensor, scales: scales, axis: axis, zeroPoint: zeroPoint, node))
    case .integers(let view):
      let isSigned = zeroPoint.map { $0.element == .int8 } ?? view.isSigned
      let quantization = try activationQuantization(node, scales, zeroPoint, isSigned: isSigned)
      guard quantization.matches(tensors[view.tensor].quantization) else {
        throw node.error(
          "dequantizes with another scale or zero point than its input was quantized with",
          remedy: "give QuantizeLinear and DequantizeLinear the same")
      }
      return .activation(view)
    case .input(let view):
      let type = file.input.type.tensorType.elemType
      guard type == OnnxTensor.Element.int8.rawValue || type == OnnxTensor.Element.uint8.rawValue else {
        throw node.error("dequantizes the network's input, which is not int8")
      }
      let isSigned = type == OnnxTensor.Element.int8.rawValue
      try quantizeInput(try activationQuantization(node, scales, zeroPoint, isSigned: isSigned), node)
      return .activation(view)
    case .pending, .activation, .shifted, .curved, .probabilities, .weights:
      throw node.error("dequantizes floats")
    }
  }

  /// A QONNX Quant: quantizes and dequantizes in one, to 2 to 8 bits, biases to 32 at most.
  func quant(_ node: OnnxNode) throws -> OnnxValue {
    guard let scale = try optionalConstant(node, 1), let scales = scale.reals,
      let zero = try optionalConstant(node, 2), let zeroPoints = zero.reals,
      let width = try optionalConstant(node, 3)?.reals?.first
    else { throw node.error("lacks a constant scale, zero point or bit width") }
    try checkScales(scales, node)
    let rounding = node.text("rounding_mode", "ROUND").uppercased()
    guard ["ROUND", "ROUND_TO_EVEN", "HALF_EVEN"].contains(rounding) else {
      throw node.error("rounds by \(rounding.quoted)", remedy: "use ROUND")
    }
    let isSigned = try node.integer("signed", 1) != 0
    let isNarrow = try node.integer("narrow", 0) != 0
    guard width >= 2, width <= 32, width == width.rounded() else {
      throw node.error("quantizes to \(width) bits", remedy: "use 2 to 8, for biases up to 32")
    }
    let span = 1 << Int(width)
    let low = isSigned ? -span / 2 + (isNarrow ? 1 : 0) : 0
    let high = (isSigned ? span / 2 : span - (isNarrow ? 1 : 0)) - 1

    let source = try value(node, 0)
    if case .constant(let tensor) = source {
      let axis = try quantAxis(scale, tensor.shape, node)
      if zeroPoints.allSatisfy({ $0 == -0.5 }) && isSigned && !isNarrow {
        return .weights(try midRise(tensor, scales: scales, axis: axis, bits: Int(width), node))
      }
      guard zeroPoints.allSatisfy({ $0 == 0 }) else { throw asymmetryError(node) }
      let integers = try quantized(
        tensor, scales: scales, zeroPoints: [], axis: axis, range: low...high, element: .int32, node)
      return .weights(midTread(integers, scales: scales, axis: axis, bits: Int(width), isNarrow: isNarrow))
    }
    guard zeroPoints.allSatisfy({ $0.magnitude <= 255 && $0 == $0.rounded() }) else {
      throw node.error("has a zero point that is no small integer")
    }
    guard scales.count == 1, zeroPoints.count == 1 else { throw perTensorError(node) }
    if width == 16 {
      guard isSigned, !isNarrow, zeroPoints[0] == 0 else {
        throw node.error(
          "quantizes to 16 bits with a zero point, unsigned or narrow", remedy: "use signed symmetric ones")
      }
      return try quantizeWide(node, scale: scales[0])
    }
    guard width <= 8 else {
      throw node.error("quantizes an activation to \(Int(width)) bits", remedy: "use 2 to 8, or 16")
    }
    let offset = isSigned ? 0 : -128
    let quantization = ActivationQuantization(
      quantization: Quantization(scale: scales[0], zeroPoint: Int(zeroPoints[0]) + offset),
      levels: (low + offset)...(high + offset))
    guard (-128...127).contains(quantization.quantization.zeroPoint) else {
      throw node.error("has the zero point \(zeroPoints[0])", remedy: "keep it within the 8-bit range")
    }
    return .activation(try requantized(source, to: quantization, node))
  }

  func quantAxis(_ scale: OnnxTensor, _ shape: [Int], _ node: OnnxNode) throws -> Int? {
    guard scale.count > 1 else { return nil }
    // The scale broadcasts against the tensor from the right.
    let padded = [Int](repeating: 1, count: max(shape.count - scale.shape.count, 0)) + scale.shape
    guard padded.count == shape.count, let axis = padded.firstIndex(of: scale.count), shape[axis] == scale.count else {
      throw node.error("has scales of the shape \(scale.shape) for weights of the shape \(shape)")
    }
    return axis
  }
}

extension OnnxImporter {
  /// Scale and zero point of a QuantizeLinear or DequantizeLinear.
  private func parameters(_ node: OnnxNode) throws -> (scales: [Double], zeroPoint: OnnxTensor?) {
    guard let scale = try optionalConstant(node, 1), let scales = scale.reals else {
      throw node.error("lacks a constant scale")
    }
    try checkScales(scales, node)
    guard try node.integer("block_size", 0) == 0 else {
      throw node.error("quantizes in blocks", remedy: "use scales per tensor or per channel")
    }
    let zeroPoint = try optionalConstant(node, 2)
    guard zeroPoint == nil || zeroPoint?.integers != nil else {
      throw node.error("has a zero point that is no integer")
    }
    guard zeroPoint == nil || zeroPoint?.count == scales.count else {
      throw node.error("has \(scales.count) scales and \(zeroPoint?.count ?? 0) zero points")
    }
    return (scales, zeroPoint)
  }

  func checkScales(_ scales: [Double], _ node: OnnxNode) throws {
    guard !scales.isEmpty else { throw node.error("has no scale") }
    // The bounds keep every product and quotient of three scales finite and their fixed-point shifts representable.
    guard let bad = scales.first(where: { !($0 >= 1e-30 && $0 <= 1e30) }) else { return }
    throw node.error("has the scale \(bad)", remedy: "a scale is positive, finite and not absurd")
  }

  private func perChannelAxis(_ node: OnnxNode, _ scales: [Double], _ shape: [Int]) throws -> Int? {
    guard scales.count > 1 else { return nil }
    let axis = try normalized([try node.integer("axis", 1)], rank: shape.count, node)[0]
    guard shape[axis] == scales.count else {
      throw node.error("has \(scales.count) scales for \(shape[axis]) channels on axis \(axis)")
    }
    return axis
  }

  private func perTensorError(_ node: OnnxNode) -> ImportError {
    node.error("quantizes an activation by channel", remedy: "use one scale and zero point for the whole tensor")
  }

  func asymmetryError(_ node: OnnxNode) -> ImportError {
    node.error("gives weights a zero point", remedy: "quantize weights symmetrically (zero point 0)")
  }

  private func activationQuantization(
    _ node: OnnxNode, _ scales: [Double], _ zeroPoint: OnnxTensor?, isSigned: Bool
  ) throws -> ActivationQuantization {
    guard scales.count == 1 else { throw perTensorError(node) }
    let stored = zeroPoint?.integers?.first ?? 0
    guard (isSigned ? -128...127 : 0...255).contains(stored) else {
      throw node.error("has the zero point \(stored)", remedy: "quantize activations to int8 or uint8")
    }
    return ActivationQuantization(
      quantization: Quantization(scale: scales[0], zeroPoint: Int(stored) - (isSigned ? 0 : 128)))
  }

  /// Quantizes constant floats as QuantizeLinear does: in float32, rounding half to even; `offset` is added before.
  func quantized(
    _ tensor: OnnxTensor, scales: [Double], zeroPoints: [Int64], axis: Int?, range: ClosedRange<Int>,
    element: OnnxTensor.Element, offset: Float = 0, _ node: OnnxNode
  ) throws -> OnnxTensor {
    guard let reals = tensor.reals else { throw node.error("quantizes integers") }
    try spend(reals.count, node)
    guard zeroPoints.allSatisfy({ $0 == zeroPoints[0] }) else { throw asymmetryError(node) }
    let zeroPoint = Double(zeroPoints.first ?? 0)
    let inner = axis.map { tensor.shape[($0 + 1)...].reduce(1, *) } ?? 1
    var integers: [Int64] = []
    integers.reserveCapacity(reals.count)
    for (index, real) in reals.enumerated() {
      guard real.isFinite else { throw node.error("quantizes constants that are not finite") }
      let scale = axis == nil ? scales[0] : scales[index / inner % scales.count]
      let level = Double((Float(real) / Float(scale) + offset).rounded(.toNearestOrEven)) + zeroPoint
      integers.append(Int64(min(max(level, Double(range.lowerBound)), Double(range.upperBound))))
    }
    return OnnxTensor(shape: tensor.shape, element: element, values: .integers(integers))
  }

  /// Weights or biases without a zero point; one that leaves all weights within int8 is taken away.
  private func symmetric(
    _ tensor: OnnxTensor, scales: [Double], axis: Int?, zeroPoint: OnnxTensor?, _ node: OnnxNode
  ) throws -> QuantizedConstant {
    let zeroPoints = zeroPoint?.integers ?? [0]
    guard let integers = tensor.integers, zeroPoints.allSatisfy({ $0.magnitude < 1 << 32 }) else {
      throw asymmetryError(node)
    }
    let inner = axis.map { tensor.shape[($0 + 1)...].reduce(1, *) } ?? 1
    var shifted = tensor
    let levels = integers.enumerated().map { index, value in
      value - zeroPoints[axis == nil ? 0 : index / inner % zeroPoints.count]
    }
    shifted.values = .integers(levels)
    let range: ClosedRange<Int64> = tensor.element == .int32 ? Int64(Int32.min)...Int64(Int32.max) : -128...127
    guard levels.allSatisfy(range.contains), tensor.codebook.isEmpty || zeroPoints.allSatisfy({ $0 == 0 }) else {
      shifted.codebook = []
      return QuantizedConstant(tensor: shifted, scales: scales, axis: axis, problem: asymmetryError(node))
    }
    if tensor.element == .uint8 { shifted.element = .int8 }
    if let bits = tensor.bits, zeroPoints.allSatisfy({ $0 == 0 }) {
      return midTread(shifted, scales: scales, axis: axis, bits: bits, isNarrow: false)
    }
    var constant = QuantizedConstant(tensor: shifted, scales: scales, axis: axis)
    if !tensor.codebook.isEmpty {
      constant.encoding = QuantizedConstant.codebookEncoding(levels: tensor.codebook.count)
    }
    return constant
  }
}
