import DormouseModel

/// Kernel, stride, dilation and padding of a node, an entry a spatial axis.
struct SpatialAttributes {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var before: [Int]
  var after: [Int]

  /// Reads and checks the attributes of a convolution or pool over inputs of the given extents.
  init(_ node: OnnxNode, kernel: [Int], extents: [Int]) throws {
    let rank = kernel.count
    func list(_ name: String, _ standard: Int, count: Int) throws -> [Int] {
      let list = try node.integers(name) ?? [Int](repeating: standard, count: count)
      guard list.count == count, list.allSatisfy({ $0 >= standard && $0 <= 65535 }) else {
        throw node.error("has \(name) \(list.prefix(8))")
      }
      return list
    }
    guard kernel.allSatisfy({ $0 >= 1 && $0 <= 65535 }) else { throw node.error("has the kernel \(kernel)") }
    self.kernel = kernel
    strides = try list("strides", 1, count: rank)
    dilations = try list("dilations", 1, count: rank)
    let pads = try list("pads", 0, count: 2 * rank)
    before = Array(pads[..<rank])
    after = Array(pads[rank...])
    let automatic = node.text("auto_pad", "NOTSET")
    switch automatic {
    case "NOTSET", "": break
    case "VALID":
      before = kernel.map { _ in 0 }
      after = before
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0..<rank {
        let outputs = (extents[axis] + strides[axis] - 1) / strides[axis]
        let reach = (outputs - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
        let total = max(reach - extents[axis], 0)
        before[axis] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
        after[axis] = total - before[axis]
      }
    default: throw node.error("has auto_pad \(automatic.quoted)")
    }
  }

  /// Extent of the output on an axis.
  func output(_ axis: Int, of extent: Int, _ node: OnnxNode) throws -> Int {
    let reach = (kernel[axis] - 1) * dilations[axis] + 1
    let room = extent + before[axis] + after[axis] - reach
    guard room >= 0 else {
      throw node.error("has a kernel that reaches over \(reach) of \(extent) elements")
    }
    return room / strides[axis] + 1
  }

  /// The node's window, with the first spatial axis as height, or as width where `isSwapped`. One axis is height.
  func window(isSwapped: Bool) -> Window {
    func pair(_ list: [Int], _ standard: Int) -> (Int, Int) {
      let second = list.count > 1 ? list[1] : standard
      return isSwapped ? (second, list[0]) : (list[0], second)
    }
    let (kernelHeight, kernelWidth) = pair(kernel, 1)
    let (strideHeight, strideWidth) = pair(strides, 1)
    let (dilationHeight, dilationWidth) = pair(dilations, 1)
    let (padTop, padLeft) = pair(before, 0)
    return Window(
      kernelHeight: kernelHeight, kernelWidth: kernelWidth, strideHeight: strideHeight, strideWidth: strideWidth,
      dilationHeight: dilationHeight, dilationWidth: dilationWidth, padTop: padTop, padLeft: padLeft)
  }
}

extension OnnxImporter {
  func convolution(_ node: OnnxNode) throws -> OnnxValue {
    let view = try activation(node, 0)
    let weights = try weights(node, 1)
    let shape = weights.tensor.shape
    guard view.axes.count == shape.count, (3...4).contains(shape.count), shape.allSatisfy({ $0 >= 1 }) else {
      throw node.error(
        "has an input of \(view.axes.count) axes and weights of the shape \(shape)",
        remedy: "use Conv in one or two dimensions")
    }
    let isSwapped = try orient(view, node)
    var attributes = try SpatialAttributes(node, kernel: Array(shape[2...]), extents: Array(view.shape[2...]))
    for (axis, padding) in view.padding {
      guard axis >= 2 else { throw padError(node) }
      attributes.before[axis - 2] += padding.before
      attributes.after[axis - 2] += padding.after
    }
    let channels = view.axes[1].extent
    let groups = try node.integer("group", 1)
    let isDepthwise = groups > 1
    guard groups == 1 || (groups == channels && shape[0] == channels) else {
      throw node.error(
        "has \(groups) groups for \(channels) inputs and \(shape[0]) outputs",
        remedy: "use 1 group, or as many as inputs and outputs (depthwise)")
    }
    guard shape[1] == (isDepthwise ? 1 : channels) else {
      throw node.error("has weights of the shape \(shape) for \(channels) input channels")
    }

    let isOfSigns = try readsSigns(view, weights, node)
    guard !(isOfSigns && isDepthwise) else {
      throw node.error("convolves bits channel by channel", remedy: "use 1 group, or 8-bit activations")
    }
    let scales = try outputScales(weights, axis: 0, node)
    let inputScale = tensors[view.tensor].quantization.scale
    let spatial = shape.count == 3 ? [2] : (isSwapped ? [3, 2] : [2, 3])
    let order = isDepthwise ? spatial + [0, 1] : [0] + spatial + [1]
    let constants = constants(
      weights, values: try int8Values(weights.tensor, order: order, node), scales: scales,
      biases: try isOfSigns
        ? [Int32](repeating: 0, count: shape[0]) : biases(node, 2, inputScale: inputScale, weightScales: scales))
    let window = attributes.window(isSwapped: isSwapped)
    var layer = try spatialLayer(
      node, isDepthwise ? .depthwise(constants, window) : .convolution(constants, window), view, attributes,
      channels: shape[0], isSwapped: isSwapped)
    layer.hasBias = node.input(2) != nil
    if isOfSigns && layer.hasBias { layer.steps = [try biasStep(node, 2, channels: shape[0])] }
    return .pending(layer)
  }

  /// A layer that slides over the view's spatial axes.
  func spatialLayer(
    _ node: OnnxNode, _ operation: NodeOperation, _ view: TensorView, _ attributes: SpatialAttributes, channels: Int,
    isSwapped: Bool
  ) throws -> PendingLayer {
    let extents = try attributes.kernel.indices.map { axis in
      try attributes.output(axis, of: view.axes[axis + 2].extent, node)
    }
    let outputs = extents.map { atoms.axis($0) }
    let features = atoms.axis(channels)
    let second = extents.count > 1 ? extents[1] : 1
    let shape = TensorShape(
      height: isSwapped ? second : extents[0], width: isSwapped ? extents[0] : second, channels: channels)
    return try pending(
      node, operation, inputs: [view.tensor], axes: [[], features] + outputs,
      memory: (isSwapped ? outputs.reversed() : outputs).flatMap { $0 } + features, shape: shape)
  }

  /// Whether the view's first spatial axis runs over the tensor's width and the second over its height.
  ///
  /// Settles the shape of the network's input. Throws if channels are not innermost in memory.
  func orient(_ view: TensorView, _ node: OnnxNode) throws -> Bool {
    guard (3...4).contains(view.axes.count), view.axes[0].isEmpty else {
      throw node.error("has an input of the shape \(view.shape)", remedy: "use [1, channels, time] or one axis more")
    }
    let features = atoms.resolved(view.axes[1])
    let first = atoms.resolved(view.axes[2])
    let second = view.axes.count > 3 ? atoms.resolved(view.axes[3]) : []
    let memory = atoms.resolved(storage[view.tensor].memory)
    // A lone spatial axis is time, so height, unless the tensor is already made otherwise.
    for isSwapped in first.isEmpty && !second.isEmpty ? [true, false] : [false, true] {
      let (rows, columns) = isSwapped ? (second, first) : (first, second)
      let shape = TensorShape(height: rows.extent, width: columns.extent, channels: features.extent)
      guard rows + columns + features == memory else { continue }
      guard let settled = storage[view.tensor].shape else {
        try check(shape, place: node.place)
        storage[view.tensor].shape = shape
        return isSwapped
      }
      if settled == shape { return isSwapped }
    }
    throw node.error(
      "reads a tensor whose channels are not innermost in memory (\(tensors[view.tensor].name.quoted))",
      remedy: "let frames [1, frames, bands] reach the first convolution as [1, bands, frames] or [1, 1, frames, bands]"
    )
  }
}
