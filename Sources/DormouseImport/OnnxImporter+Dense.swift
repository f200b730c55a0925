import DormouseModel

extension OnnxImporter {
  func gemm(_ node: OnnxNode) throws -> OnnxValue {
    guard node.real("alpha", 1) == 1, node.real("beta", 1) == 1, try node.integer("transA", 0) == 0 else {
      throw node.error("has alpha, beta or transA", remedy: "use a plain Gemm")
    }
    let isTransposed = try node.integer("transB", 0) != 0
    return .pending(try product(node, outputAxis: isTransposed ? 0 : 1, bias: 2))
  }

  func matrixProduct(_ node: OnnxNode) throws -> OnnxValue {
    .pending(try product(node, outputAxis: 1, bias: nil))
  }

  /// The product of an activation's last axis with two-dimensional weights.
  private func product(_ node: OnnxNode, outputAxis: Int, bias: Int?) throws -> PendingLayer {
    let view = try unpadded(node, 0)
    let weights = try weights(node, 1)
    let shape = weights.tensor.shape
    guard shape.count == 2, shape.allSatisfy({ $0 >= 1 }), let last = view.axes.last else {
      throw node.error("has weights of the shape \(shape)", remedy: "use two axes")
    }
    let (outputs, inputs) = (shape[outputAxis], shape[1 - outputAxis])
    guard inputs == last.extent else {
      throw node.error("has weights of the shape \(shape) for an input of the shape \(view.shape)")
    }
    let isOfSigns = try readsSigns(view, weights, node)
    let scales = try outputScales(weights, axis: outputAxis, node)
    let inputScale = tensors[view.tensor].quantization.scale
    let rows = atoms.resolved(view.axes.dropLast().flatMap { $0 })
    let columns = atoms.resolved(last)
    let memory = atoms.resolved(storage[view.tensor].memory)

    var values = try int8Values(weights.tensor, order: [outputAxis, 1 - outputAxis], node)
    let biases =
      try isOfSigns
      ? nil : bias.map { try self.biases(node, $0, inputScale: inputScale, weightScales: scales) }
    func constants() -> Weights {
      self.constants(
        weights, values: values, scales: scales, biases: biases ?? [Int32](repeating: 0, count: outputs))
    }
    let features = atoms.axis(outputs)
    let axes = Array(view.axes.dropLast()) + [features]
    var layer: PendingLayer
    if rows.isEmpty {
      values = try inMemoryOrder(values, columns: columns, memory: memory, outputs: outputs, node)
      layer = try pending(
        node, .dense(constants()), inputs: [view.tensor], axes: axes, memory: features,
        shape: TensorShape(channels: outputs))
    } else {
      // One product a row is a convolution with a kernel of one element.
      let settled = try settle(
        view.tensor, TensorShape(height: rows.extent, channels: inputs), order: rows + columns, node)
      let shape = TensorShape(height: settled.height, width: settled.width, channels: outputs)
      layer = try pending(
        node, .convolution(constants(), Window(kernelHeight: 1, kernelWidth: 1)), inputs: [view.tensor], axes: axes,
        memory: rows + features, shape: shape)
    }
    layer.hasBias = bias != nil && node.input(2) != nil
    if isOfSigns && layer.hasBias { layer.steps = [try biasStep(node, 2, channels: outputs)] }
    return layer
  }

  /// Rows of weights whose columns follow ONNX's flattening, reordered to follow memory.
  private func inMemoryOrder(
    _ values: [Int8], columns: [Atom], memory: [Atom], outputs: Int, _ node: OnnxNode
  ) throws -> [Int8] {
    guard columns != memory else { return values }
    let order = memory.compactMap { columns.firstIndex(of: $0) }
    guard Permutation.isValid(order, count: columns.count) else {
      throw node.error("flattens only a part of its input")
    }
    let sources = Permutation.sourceIndices(shape: columns.map(\.extent), order: order)
    return (0..<outputs).flatMap { row in sources.map { values[row * sources.count + $0] } }
  }

  /// Shape of a tensor that is read row by row: `shape` for an unsettled input, or any with the same channels.
  private func settle(_ tensor: Int, _ shape: TensorShape, order: [Atom], _ node: OnnxNode) throws -> TensorShape {
    guard atoms.resolved(storage[tensor].memory) == order else {
      throw node.error("multiplies an axis that is not innermost in memory", remedy: "use a Conv with a kernel of 1")
    }
    guard let settled = storage[tensor].shape else {
      try check(shape, place: node.place)
      storage[tensor].shape = shape
      return shape
    }
    guard settled.channels == shape.channels else {
      throw node.error("sees \(settled) as rows of \(shape.channels)", remedy: "keep the channels on the last axis")
    }
    return settled
  }
}
