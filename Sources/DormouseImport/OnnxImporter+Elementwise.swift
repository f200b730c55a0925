import DormouseModel

extension OnnxImporter {
  /// A value clamped by an activation function, fused into the layer that makes it.
  func clamped(_ node: OnnxNode, _ low: Double, _ high: Double) throws -> OnnxValue {
    switch try value(node, 0) {
    case .pending(var layer):
      layer.clamp(low, high)
      pendingCount += 1
      layer.id = pendingCount
      return .pending(layer)
    case .shifted(var shifted):
      shifted.low = min(max(shifted.low, low), high)
      shifted.high = min(max(shifted.high, low), high)
      return .shifted(shifted)
    default:
      // After a quantization it is a layer of its own: the maximum over one element, with a clamp.
      let view = try unpadded(node, 0)
      guard tensors[view.tensor].type == .int8 else {
        throw node.error(
          "clamps \(tensors[view.tensor].type)", remedy: "use PRelu between two Quant nodes with 16 bits")
      }
      var layer = try pending(
        node, .maxPool(Window(kernelHeight: 1, kernelWidth: 1)), inputs: [view.tensor], axes: view.axes,
        memory: storage[view.tensor].memory, shape: try settledShape(of: view.tensor))
      layer.clamp(low, high)
      return .pending(layer)
    }
  }

  func clip(_ node: OnnxNode) throws -> OnnxValue {
    func bound(_ attribute: String, _ position: Int, _ standard: Double) throws -> Double {
      if let attribute = node.attribute(attribute) { return Double(attribute.f) }
      guard let tensor = try optionalConstant(node, position) else { return standard }
      guard let bound = tensor.reals?.first ?? tensor.integers?.first.map(Double.init) else {
        throw node.error("has an empty bound")
      }
      return bound
    }
    let low = try bound("min", 1, -.infinity)
    let high = try bound("max", 2, .infinity)
    guard low <= high else { throw node.error("clips to \(low) ... \(high)") }
    switch try value(node, 0) {
    case .constant(let tensor): return .constant(try clipped(tensor, low, high, node))
    case .integers(let view): return .integers(try clipped(view, low, high, node))
    default: return try clamped(node, low, high)
    }
  }

  /// Integers held within bounds, as fewer than 8 bits are spelled.
  private func clipped(_ view: TensorView, _ low: Double, _ high: Double, _ node: OnnxNode) throws -> TensorView {
    let offset = view.isSigned ? 0.0 : 128
    let levels = (max((low - offset).rounded(.up), -128), min((high - offset).rounded(.down), 127))
    guard levels.0 <= levels.1 else { throw node.error("clips to \(low) ... \(high)") }
    var result = try requantized(
      .activation(view),
      to: ActivationQuantization(
        quantization: tensors[view.tensor].quantization,
        levels: Int(levels.0)...Int(levels.1)), node)
    result.isSigned = view.isSigned
    return result
  }

  func add(_ node: OnnxNode) throws -> OnnxValue {
    if let weights = try twoLevels(node) { return .weights(weights) }
    if try addsConstant(node) { return try channelwise(node) }
    if let layer = try layerWithBias(node) { return .pending(layer) }
    let first = try unpadded(node, 0)
    let second = try unpadded(node, 1)
    let types = (tensors[first.tensor].type, tensors[second.tensor].type)
    guard types.0 == types.1, types.0 != .bits else {
      throw node.error("adds \(types.0) and \(types.1)", remedy: "quantize both with 8 or both with 16 bits")
    }
    return try elementwise(node, .add, first, second)
  }

  /// A layer of two inputs, element by element.
  func elementwise(
    _ node: OnnxNode, _ operation: NodeOperation, _ first: TensorView, _ second: TensorView
  ) throws -> OnnxValue {
    // The same element has to lie at the same place of both.
    let left = first.axes.map { atoms.resolved($0) }
    let right = second.axes.map { atoms.resolved($0) }
    let shape = try settledShape(of: first.tensor)
    let partners = Dictionary(
      zip(left.flatMap { $0 }, right.flatMap { $0 }), uniquingKeysWith: { first, _ in first })
    guard left.map({ $0.map(\.extent) }) == right.map({ $0.map(\.extent) }),
      try shape == settledShape(of: second.tensor),
      atoms.resolved(storage[first.tensor].memory).map({ partners[$0] })
        == atoms.resolved(storage[second.tensor].memory).map(Optional.some)
    else {
      throw node.error(
        "combines \(first.shape) and \(second.shape)", remedy: "both need one shape and one order in memory")
    }
    return .pending(
      try pending(
        node, operation, inputs: [first.tensor, second.tensor], axes: first.axes, memory: storage[first.tensor].memory,
        shape: shape))
  }

  /// Whether a constant is added to an activation or to products of signs, which take it as it is.
  private func addsConstant(_ node: OnnxNode) throws -> Bool {
    func takesSteps(_ value: OnnxValue) -> Bool {
      switch value {
      case .activation, .shifted: true
      case .pending(let layer):
        // A bias that can be taken as it is in the file is better than one that is rounded.
        layer.isProductOfSigns(tensors)
          || layer.operation.weights != nil
            && (layer.hasBias || !layer.steps.isEmpty || layer.axes.last?.extent != layer.shape.channels)
      default: false
      }
    }
    switch (try value(node, 0), try value(node, 1)) {
    case (let source, .constant), (.constant, let source), (let source, .weights), (.weights, let source):
      return takesSteps(source)
    default: return false
    }
  }

  /// The layer of a product followed by the addition of a constant; nil if this is another addition.
  private func layerWithBias(_ node: OnnxNode) throws -> PendingLayer? {
    let operands = (try value(node, 0), try value(node, 1))
    let (layer, constant): (PendingLayer, OnnxValue)
    switch operands {
    case (.pending(let pending), .constant), (.pending(let pending), .weights):
      (layer, constant) = (pending, operands.1)
    case (.constant, .pending(let pending)), (.weights, .pending(let pending)):
      (layer, constant) = (pending, operands.0)
    default: return nil
    }
    guard !layer.hasBias, layer.low == -.infinity, layer.high == .infinity,
      layer.axes.last?.extent == layer.shape.channels
    else { throw node.error("adds a constant to \(layer.place)", remedy: "only a product without bias takes one") }
    var result = layer
    let inputScale = tensors[layer.inputs[0]].quantization.scale
    switch layer.operation {
    case .dense(var weights):
      weights.biases = try biases(node, constant, inputScale: inputScale, weightScales: weights.scales)
      result.operation = .dense(weights)
    case .convolution(var weights, let window):
      weights.biases = try biases(node, constant, inputScale: inputScale, weightScales: weights.scales)
      result.operation = .convolution(weights, window)
    default: throw node.error("adds a constant to \(layer.place)", remedy: "only a product without bias takes one")
    }
    result.hasBias = true
    result.name = node.outputs[0]
    pendingCount += 1
    result.id = pendingCount
    return result
  }

  func concatenation(_ node: OnnxNode) throws -> OnnxValue {
    if let constant = try joinedConstants(node) { return .constant(constant) }
    guard (2...4).contains(node.inputs.count) else {
      throw node.error("joins \(node.inputs.count) tensors", remedy: "join two to four")
    }
    let views = try node.inputs.indices.map { try unpadded(node, $0) }
    let rank = views[0].axes.count
    guard views.allSatisfy({ $0.axes.count == rank }), rank > 0 else { throw joinError(node) }
    let axis = try normalized([try node.integer("axis", 0)], rank: rank, node)[0]

    // Which of height, width and channels each ONNX axis runs over, in every input the same.
    var homes: [[Int]] = []
    var joined: Int?
    for view in views {
      guard let physical = try physicalAxes(of: view.tensor) else { throw joinError(node) }
      homes.append(
        try view.axes.enumerated().filter { $0.offset != axis }.map { _, part in
          guard !part.isEmpty else { return -1 }
          guard let home = physical.firstIndex(of: atoms.resolved(part)) else { throw joinError(node) }
          return home
        })
      let part = atoms.resolved(view.axes[axis])
      guard !part.isEmpty else { continue }
      guard let home = physical.firstIndex(of: part), joined == nil || joined == home else { throw joinError(node) }
      joined = home
    }
    guard homes.allSatisfy({ $0 == homes[0] }) else { throw joinError(node) }
    guard let home = joined ?? (0..<3).first(where: { !homes[0].contains($0) }), !homes[0].contains(home) else {
      throw joinError(node)
    }
    let layer = try join(node, views, axis: axis, home: home)
    return views.contains { tensors[$0.tensor].type == .bits } ? try appendBits(layer, node) : .pending(layer)
  }

  private func join(_ node: OnnxNode, _ views: [TensorView], axis: Int, home: Int) throws -> PendingLayer {
    let shapes = try views.map { view in
      let shape = try settledShape(of: view.tensor)
      return [shape.height, shape.width, shape.channels]
    }
    var extents = shapes[0]
    extents[home] = shapes.reduce(0) { $0 + $1[home] }
    guard shapes.allSatisfy({ shape in (0..<3).allSatisfy { $0 == home || shape[$0] == extents[$0] } }) else {
      throw joinError(node)
    }
    let shape = TensorShape(height: extents[0], width: extents[1], channels: extents[2])
    try check(shape, place: node.place)
    let part = atoms.axis(extents[home])
    var axes = views[0].axes
    axes[axis] = part
    guard var memory = try physicalAxes(of: views[0].tensor) else { throw joinError(node) }
    memory[home] = part
    return try pending(
      node, .concatenation(axis: home), inputs: views.map(\.tensor), axes: axes, memory: memory.flatMap { $0 },
      shape: shape)
  }

  private func joinError(_ node: OnnxNode) -> ImportError {
    node.error(
      "joins tensors of different shapes or orders in memory", remedy: "join whole axes of time, bands or channels")
  }
}
