import DormouseModel

// Constants a channel between a layer and its quantization: batch normalization, RSign and RPReLU.
extension OnnxImporter {
  /// Mul, Div, Sub, PRelu, or an Add of a constant.
  func channelwise(_ node: OnnxNode) throws -> OnnxValue {
    let operands = (try value(node, 0), try value(node, 1))
    let (source, constant): (OnnxValue, OnnxTensor)
    if let tensor = try plain(operands.1, node) {
      (source, constant) = (operands.0, tensor)
    } else if node.operation == "Mul" || node.operation == "Add", let tensor = try plain(operands.0, node) {
      (source, constant) = (operands.1, tensor)
    } else if node.operation == "Mul" {
      let (first, second) = (try unpadded(node, 0), try unpadded(node, 1))
      guard [first, second].allSatisfy({ tensors[$0.tensor].type == .int8 }) else {
        throw node.error("multiplies other than 8 bits", remedy: "quantize both with 8 bits")
      }
      return try elementwise(node, .multiply(1), first, second)
    } else {
      throw node.error("combines two computed tensors", remedy: "use it with a constant a channel; add with Add")
    }
    guard let reals = constant.reals, reals.allSatisfy(\.isFinite) else {
      throw node.error("has a constant that is no finite float")
    }
    return try appending(node, to: source) { channels, axis, rank in
      let padded = [Int](repeating: 1, count: max(rank - constant.shape.count, 0)) + constant.shape
      let fits =
        reals.count == 1
        || (padded.count == rank && reals.count == channels && axis.map { padded[$0] == channels } == true)
      guard fits else {
        throw node.error(
          "has a constant of the shape \(constant.shape) for \(channels) channels", remedy: "use one number a channel")
      }
      let values = (0..<channels).map { Float(reals[reals.count == 1 ? 0 : $0]) }
      switch node.operation {
      case "Add": return .add(values)
      case "Sub": return .add(values.map { -$0 })
      case "Mul": return .multiply(values)
      case "Div":
        guard values.allSatisfy({ $0 != 0 }) else { throw node.error("divides by zero") }
        return .divide(values)
      default: return .slope(values)
      }
    }
  }

  /// BatchNormalization after a layer of signs, or before BipolarQuant.
  func batchNormalization(_ node: OnnxNode) throws -> OnnxValue {
    try appending(node, to: try value(node, 0)) { channels, axis, _ in
      guard try node.integer("training_mode", 0) == 0, node.outputs.count == 1 else {
        throw node.error("is in training mode", remedy: "export the model for inference")
      }
      let constants = try (1...4).map { position in
        guard let name = node.input(position), let value = values[name], let reals = try plain(value, node)?.reals,
          reals.allSatisfy(\.isFinite)
        else { throw node.error("lacks four constants", remedy: OnnxImporter.remedy(for: node.operation)) }
        return reals.map { Float($0) }
      }
      let epsilon = Float(node.real("epsilon", 1e-5))
      guard axis == 1, constants.allSatisfy({ $0.count == channels }) else {
        throw node.error("normalizes another axis than the channels", remedy: "keep the channels on axis 1")
      }
      let deviations = constants[3].map { ($0 + epsilon).squareRoot() }
      guard deviations.allSatisfy({ $0 > 0 }) else { throw node.error("has a variance that is not positive") }
      return .normalize(scale: constants[0], bias: constants[1], mean: constants[2], deviation: deviations)
    }
  }

  /// `source` with one more step; `make` is told the number of channels, their axis and the number of axes.
  private func appending(
    _ node: OnnxNode, to source: OnnxValue, _ make: (Int, Int?, Int) throws -> ChannelStep
  ) throws -> OnnxValue {
    switch source {
    case .pending(var layer):
      guard layer.operation.weights != nil, layer.low == -.infinity, layer.high == .infinity else {
        throw node.error(
          "follows \(layer.place)",
          remedy: node.operation == "BatchNormalization"
            ? OnnxImporter.remedy(for: node.operation)
            : "put Quant, or QuantizeLinear and DequantizeLinear, between them")
      }
      let features = Array(atoms.resolved(layer.memory).suffix(layer.shape.channels == 1 ? 0 : 1))
      layer.steps.append(try step(node, layer.axes, features, layer.shape.channels, make))
      pendingCount += 1
      layer.id = pendingCount
      layer.name = node.outputs[0]
      return .pending(layer)
    case .activation(let view): return try appending(node, to: .shifted(ShiftedView(view: view)), make)
    case .shifted(var shifted):
      guard shifted.view.padding.isEmpty else { throw padError(node) }
      guard shifted.low == -.infinity, shifted.high == .infinity else {
        throw node.error("follows an activation function", remedy: "quantize its result first")
      }
      let tensor = shifted.view.tensor
      guard tensors[tensor].type != .bits, let physical = try physicalAxes(of: tensor) else {
        throw node.error("computes with bits", remedy: "let a Conv, Gemm or MatMul with binary weights read them")
      }
      shifted.steps.append(
        try step(node, shifted.view.axes, physical[2], tensors[tensor].shape.channels, make))
      return .shifted(shifted)
    default:
      _ = try activation(node, 0)
      throw node.error("is not supported here")
    }
  }

  private func step(
    _ node: OnnxNode, _ axes: [[Atom]], _ features: [Atom], _ channels: Int,
    _ make: (Int, Int?, Int) throws -> ChannelStep
  ) throws -> ChannelStep {
    try spend(channels, node)
    // A single channel is no axis; any will do.
    let axis = features.isEmpty ? min(1, axes.count - 1) : axes.firstIndex { atoms.resolved($0) == features }
    return try make(channels, axis, axes.count)
  }
}

extension OnnxImporter {
  /// A constant as the file computes with it, dequantized where it does that; nil for what is no constant.
  func plain(_ value: OnnxValue, _ node: OnnxNode) throws -> OnnxTensor? {
    switch value {
    case .constant(let tensor): return tensor
    case .weights(let weights):
      guard let integers = weights.tensor.integers, weights.centers.isEmpty else { return nil }
      try spend(integers.count, node)
      let shape = weights.tensor.shape
      let inner = weights.axis.map { shape[($0 + 1)...].reduce(1, *) } ?? 1
      let reals = integers.enumerated().map { index, value in
        Double(Float(value) * Float(weights.scales[weights.axis == nil ? 0 : index / inner % weights.scales.count]))
      }
      return OnnxTensor(shape: shape, element: .float32, values: .reals(reals))
    default: return nil
    }
  }
}
