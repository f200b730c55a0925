import DormouseModel

extension OnnxImporter {
  func pool(_ node: OnnxNode) throws -> OnnxValue {
    if node.operation == "MaxPool", let name = node.input(0), case .integers(let view) = values[name] {
      // The maximum of integers is theirs, whatever they stand for.
      guard case .pending(let layer) = try pool(node, view), var result = try exact(layer, node) else {
        throw node.error("computes on integers", remedy: "put DequantizeLinear before it (QDQ format)")
      }
      result.isSigned = view.isSigned
      return .integers(result)
    }
    return try pool(node, try unpadded(node, 0))
  }

  private func pool(_ node: OnnxNode, _ view: TensorView) throws -> OnnxValue {
    guard let kernel = try node.integers("kernel_shape"), (1...2).contains(kernel.count),
      kernel.count == view.axes.count - 2
    else { throw node.error("needs a kernel_shape of one or two axes") }
    let isSwapped = try orient(view, node)
    let attributes = try SpatialAttributes(node, kernel: kernel, extents: Array(view.shape[2...]))
    guard attributes.dilations.allSatisfy({ $0 == 1 }) else { throw node.error("is dilated") }
    guard zip(attributes.before, kernel).allSatisfy({ $0 < $1 }), zip(attributes.after, kernel).allSatisfy({ $0 < $1 })
    else { throw node.error("is padded by its whole kernel") }
    guard try node.integer("ceil_mode", 0) == 0 else {
      throw node.error("rounds its output's extent up", remedy: "export with ceil_mode 0")
    }
    let isPadded = (attributes.before + attributes.after).contains { $0 > 0 }
    let isAverage = node.operation == "AveragePool"
    guard try !isAverage || !isPadded || node.integer("count_include_pad", 0) == 0 else {
      throw node.error("counts its padding", remedy: "export with count_include_pad 0")
    }
    guard node.outputs.count == 1 else { throw node.error("gives indices") }
    let window = attributes.window(isSwapped: isSwapped)
    return try pooled(
      try spatialLayer(
        node, isAverage ? .averagePool(window) : .maxPool(window), view, attributes, channels: view.axes[1].extent,
        isSwapped: isSwapped), node)
  }

  func globalPool(_ node: OnnxNode) throws -> OnnxValue {
    let view = try unpadded(node, 0)
    guard view.axes.count >= 3 else { throw node.error("has an input of the shape \(view.shape)") }
    return try pooled(
      try reduced(
        node, view, over: Array(2..<view.axes.count), keepsAxes: true, isMean: node.operation.hasSuffix("AveragePool")),
      node)
  }

  func reduction(_ node: OnnxNode) throws -> OnnxValue {
    let view = try unpadded(node, 0)
    guard let listed = try integers(node, attribute: "axes", input: 1), !listed.isEmpty else {
      throw node.error("reduces every axis", remedy: "name the axes of time and bands")
    }
    let axes = try normalized(listed, rank: view.axes.count, node)
    return try pooled(
      try reduced(
        node, view, over: axes, keepsAxes: try node.integer("keepdims", 1) != 0, isMean: node.operation == "ReduceMean"),
      node)
  }

  /// A pool of bits gives bits at once; others wait for their quantization.
  private func pooled(_ layer: PendingLayer, _ node: OnnxNode) throws -> OnnxValue {
    let type = tensors[layer.inputs[0]].type
    guard case .maxPool = layer.operation else {
      guard type != .bits else {
        throw node.error("takes the mean of bits", remedy: "take it of a Quant with 16 or 8 bits")
      }
      return .pending(layer)
    }
    guard type != .int16 else {
      throw node.error("takes the maximum of 16 bits", remedy: "binarize before, or quantize with 8 bits")
    }
    return type == .bits ? try appendBits(layer, node) : .pending(layer)
  }

  /// Mean or maximum over whole axes, which have to be the tensor's height, width, or both.
  private func reduced(
    _ node: OnnxNode, _ view: TensorView, over axes: [Int], keepsAxes: Bool, isMean: Bool
  ) throws -> PendingLayer {
    guard let physical = try physicalAxes(of: view.tensor) else { throw reductionError(node) }
    let gone = Set(axes.flatMap { atoms.resolved(view.axes[$0]) })
    let reducesHeight = !physical[0].isEmpty && gone.isSuperset(of: physical[0])
    let reducesWidth = !physical[1].isEmpty && gone.isSuperset(of: physical[1])
    let reducible = (reducesHeight ? physical[0] : []) + (reducesWidth ? physical[1] : [])
    guard gone == Set(reducible) else { throw reductionError(node) }

    let shape = try settledShape(of: view.tensor)
    let window = Window(
      kernelHeight: reducesHeight ? shape.height : 1, kernelWidth: reducesWidth ? shape.width : 1)
    let rest = view.axes.enumerated().filter { keepsAxes || !axes.contains($0.offset) }
      .map { axes.contains($0.offset) ? [] : $0.element }
    return try pending(
      node, isMean ? .averagePool(window) : .maxPool(window), inputs: [view.tensor], axes: rest,
      memory: atoms.resolved(storage[view.tensor].memory).filter { !gone.contains($0) },
      shape: TensorShape(
        height: reducesHeight ? 1 : shape.height, width: reducesWidth ? 1 : shape.width, channels: shape.channels))
  }

  private func reductionError(_ node: OnnxNode) -> ImportError {
    node.error("reduces over channels or a part of an axis", remedy: "reduce over time, bands, or both")
  }
}
