import Dormouse
import DormouseModel

extension OnnxImporter {
  /// The tensor that a value becomes under a quantization; adds the node that computes it.
  func requantized(
    _ source: OnnxValue, to quantization: ActivationQuantization, _ node: OnnxNode
  ) throws -> TensorView {
    switch source {
    case .pending(let layer):
      return TensorView(tensor: try emit(layer, quantization, node), axes: layer.axes)
    case .activation(let view):
      return try requantized(view, to: quantization, node)
    case .input(let view):
      guard file.input.type.tensorType.elemType == OnnxTensor.Element.float32.rawValue else {
        throw node.error("quantizes the network's input, which is not float32")
      }
      try quantizeInput(quantization, node)
      return view
    case .integers: throw node.error("quantizes integers")
    case .shifted(let shifted): return try transformed(shifted, to: quantization, node)
    case .curved(let curved): return try tabulated(curved, to: quantization, node)
    case .probabilities: throw node.error("follows a softmax", remedy: "end the network at its logits")
    case .constant, .weights: throw node.error("quantizes a constant in an unknown way")
    }
  }

  private func requantized(
    _ view: TensorView, to quantization: ActivationQuantization, _ node: OnnxNode
  ) throws -> TensorView {
    if tensors[view.tensor].type != .int8 {
      let clamp = Int8(quantization.levels.lowerBound)...Int8(quantization.levels.upperBound)
      return try rescaledWide(view, to: quantization.quantization, type: .int8, clamp: clamp, node)
    }
    let isSame = quantization.matches(tensors[view.tensor].quantization)
    if isSame && levels(of: view.tensor).clamped(to: quantization.levels) == levels(of: view.tensor) { return view }
    guard view.tensor != OnnxImporter.inputTensor else {
      throw node.error(
        "quantizes the network's input a second time, differently",
        remedy: "use one scale, zero point and number of bits for the input")
    }
    guard view.padding.isEmpty else { throw padError(node) }
    var result = view
    if isSame {
      let layer = try pending(
        node, .maxPool(Window(kernelHeight: 1, kernelWidth: 1)), inputs: [view.tensor], axes: view.axes,
        memory: storage[view.tensor].memory, shape: try settledShape(of: view.tensor))
      result.tensor = try emit(layer, quantization, node)
    } else {
      result.tensor = try rescaled(view.tensor, to: quantization, node)
    }
    return result
  }

  /// Levels that a tensor can take.
  private func levels(of tensor: Int) -> ClosedRange<Int> {
    // Every tensor but the input is appended together with the node that makes it.
    guard tensor != OnnxImporter.inputTensor else { return -128...127 }
    let clamp = nodes[tensor - 1].clamp
    return Int(clamp.lowerBound)...Int(clamp.upperBound)
  }

  func quantizeInput(_ quantization: ActivationQuantization, _ node: OnnxNode) throws {
    guard !inputIsQuantized || quantization.matches(tensors[OnnxImporter.inputTensor].quantization) else {
      throw node.error(
        "quantizes the network's input a second time, differently",
        remedy: "use one scale and zero point for the input")
    }
    guard quantization.levels == -128...127 else {
      throw node.error("quantizes the network's input to fewer than 8 bits", remedy: "use 8")
    }
    inputIsQuantized = true
    tensors[OnnxImporter.inputTensor].quantization = quantization.quantization
  }

  /// A layer around `operation` that waits for its quantization.
  func pending(
    _ node: OnnxNode, _ operation: NodeOperation, inputs: [Int], axes: [[Atom]], memory: [Atom], shape: TensorShape
  ) throws -> PendingLayer {
    try check(shape, place: node.place)
    pendingCount += 1
    return PendingLayer(
      id: pendingCount, place: node.place, name: node.outputs[0], operation: operation, inputs: inputs, axes: axes,
      memory: memory, shape: shape)
  }

  private func emit(
    _ layer: PendingLayer, _ quantization: ActivationQuantization, _ node: OnnxNode
  ) throws -> Int {
    if let known = emitted[layer.id, default: []].first(where: { $0.quantization == quantization }) {
      return known.tensor
    }
    guard nodes.count < OnnxImporter.maximumLayers else { throw tooManyLayers(node) }
    var layer = layer
    layer.operation = try folded(layer, node)
    let isWide = layer.inputs.contains { tensors[$0].type == .int16 }
    guard !isWide else {
      throw node.error(
        "quantizes the 16-bit result of \(layer.place) to 8 bits",
        remedy: "quantize it with 16 bits and its own scale first")
    }
    switch layer.operation {
    case .maxPool where !quantization.matches(tensors[layer.inputs[0]].quantization):
      // The maximum is taken in the input's steps, and only then rescaled, which changes no order.
      let plain = ActivationQuantization(quantization: tensors[layer.inputs[0]].quantization)
      var unclamped = layer
      (unclamped.low, unclamped.high) = (-.infinity, .infinity)
      let pooled =
        layer.operation == .maxPool(Window(kernelHeight: 1, kernelWidth: 1))
        ? layer.inputs[0] : append(unclamped, plain)
      layer.inputs = [pooled]
      layer.operation = try rescaling(layer.shape.channels, Window(kernelHeight: 1, kernelWidth: 1), node)
    case .averagePool(let window) where !quantization.matches(tensors[layer.inputs[0]].quantization):
      guard try window.staysWithin(settledShape(of: layer.inputs[0]), output: layer.shape) else {
        throw node.error(
          "changes the scale after a padded average", remedy: "give the pool's input and output the same quantization")
      }
      layer.operation = try rescaling(layer.shape.channels, window, node)
    case .multiply:
      let scales = layer.inputs.map { tensors[$0].quantization.scale }
      let factor = scales[0] * scales[1] / quantization.quantization.scale
      guard let multiplier = QuantizedMultiplier(rounding: factor), multiplier.multiplier > 0, multiplier.shift <= 13
      else { throw node.error("has the factor \(factor) between its scales", remedy: "check the scales") }
      layer.operation = .multiply(factor)
    case .concatenation:
      layer.inputs = try layer.inputs.map { try rescaled($0, to: quantization, node) }
    default: break
    }
    var exact = quantization
    // A pool keeps its input's steps to the last bit.
    if layer.operation.isPool { exact.quantization = tensors[layer.inputs[0]].quantization }
    let tensor = append(layer, exact)
    emitted[layer.id, default: []].append((quantization, tensor))
    return tensor
  }

  /// What a layer gives whose results are all levels of its input: a maximum, a rectifier, a join; nil for others.
  func exact(_ layer: PendingLayer, _ node: OnnxNode) throws -> TensorView? {
    switch layer.operation {
    case .maxPool, .concatenation: break
    default: return nil
    }
    let quantization = tensors[layer.inputs[0]].quantization
    guard layer.low == -.infinity || layer.low == 0, layer.high == .infinity,
      layer.inputs.allSatisfy({ tensors[$0].type == .int8 && tensors[$0].quantization == quantization })
    else { return nil }
    let tensor = try emit(layer, ActivationQuantization(quantization: quantization), node)
    return TensorView(tensor: tensor, axes: layer.axes)
  }

  func tooManyLayers(_ node: OnnxNode) -> ImportError {
    node.error("is beyond the \(OnnxImporter.maximumLayers) layers that a model may have")
  }

  func append(_ layer: PendingLayer, _ quantization: ActivationQuantization) -> Int {
    tensors.append(Tensor(name: layer.name, shape: layer.shape, quantization: quantization.quantization))
    storage.append(Storage(memory: layer.memory, shape: layer.shape))
    let low = quantization.level(of: layer.low)
    let high = max(low, quantization.level(of: layer.high))
    nodes.append(
      Node(
        name: layer.name, operation: layer.operation, inputs: layer.inputs, output: tensors.count - 1,
        clamp: Int8(low)...Int8(high), rounding: layer.operation.kind == .multiply ? .twice : .once))
    return tensors.count - 1
  }

  /// The same values under another quantization.
  private func rescaled(_ tensor: Int, to quantization: ActivationQuantization, _ node: OnnxNode) throws -> Int {
    guard quantization.quantization != tensors[tensor].quantization else { return tensor }
    let shape = try settledShape(of: tensor)
    let layer = try pending(
      node, try rescaling(shape.channels, Window(kernelHeight: 1, kernelWidth: 1), node), inputs: [tensor], axes: [],
      memory: storage[tensor].memory, shape: shape)
    return append(layer, quantization)
  }

  /// The mean over a window in other steps than its input's, as a depthwise convolution with weights of one.
  ///
  /// The scale of a weight is one over the number of taps, so the only rounding is the one requantization; a window of
  /// one element rescales.
  private func rescaling(_ channels: Int, _ window: Window, _ node: OnnxNode) throws -> NodeOperation {
    let taps = window.kernelHeight * window.kernelWidth
    try spend(taps * channels, node)
    return .depthwise(
      Weights(
        values: [Int8](repeating: 1, count: taps * channels),
        scales: [Double](repeating: 1 / Double(taps), count: channels),
        biases: [Int32](repeating: 0, count: channels)), window)
  }
}

extension NodeOperation {
  fileprivate var isPool: Bool {
    switch self {
    case .averagePool, .maxPool: true
    default: false
    }
  }
}

extension Window {
  /// Whether no window reaches beyond the input.
  fileprivate func staysWithin(_ input: TensorShape, output: TensorShape) -> Bool {
    padTop == 0 && padLeft == 0 && (output.height - 1) * strideHeight + kernelHeight <= input.height
      && (output.width - 1) * strideWidth + kernelWidth <= input.width
  }
}
