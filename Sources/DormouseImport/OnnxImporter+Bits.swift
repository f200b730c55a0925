import Dormouse
import DormouseModel

// Activations of one bit.
extension OnnxImporter {
  /// A QONNX BipolarQuant of an activation: its signs, 0 counting as positive.
  func binarize(_ node: OnnxNode) throws -> OnnxValue {
    guard let scales = try optionalConstant(node, 1)?.reals, scales.count == 1 else {
      throw node.error("lacks one constant scale", remedy: "binarize an activation with one scale")
    }
    try checkScales(scales, node)
    let scale = scales[0]
    switch try value(node, 0) {
    case .input(let view): return .activation(try binarizeInput(view, scale: scale, node))
    case .pending(let layer): return .activation(try signs(of: layer, scale: scale, node))
    case .activation(let view): return .activation(try signs(of: ShiftedView(view: view), scale: scale, node))
    case .shifted(let shifted): return .activation(try signs(of: shifted, scale: scale, node))
    default: return .activation(try activation(node, 0))
    }
  }

  private func binarizeInput(_ view: TensorView, scale: Double, _ node: OnnxNode) throws -> TensorView {
    let tensor = OnnxImporter.inputTensor
    let quantization = Quantization(scale: scale, zeroPoint: 0)
    guard !inputIsQuantized || (tensors[tensor].type == .bits && tensors[tensor].quantization == quantization) else {
      throw node.error("quantizes the network's input a second time, differently", remedy: "binarize it once")
    }
    inputIsQuantized = true
    tensors[tensor].type = .bits
    tensors[tensor].quantization = quantization
    return view
  }

  private func signs(of layer: PendingLayer, scale: Double, _ node: OnnxNode) throws -> TensorView {
    guard layer.isProductOfSigns(tensors) else {
      throw node.error(
        "binarizes the unquantized result of \(layer.place)", remedy: "put Quant with 8 or 16 bits between them")
    }
    guard layer.low == -.infinity, layer.high == .infinity else {
      throw node.error("binarizes what was clamped", remedy: "leave out the activation function before it")
    }
    let channels = layer.shape.channels
    guard let weights = layer.operation.weights else { return try activation(node, 0) }
    let inputs = weights.values.count / channels
    let inputScale = tensors[layer.inputs[0]].quantization.scale
    let thresholds = try (0..<channels).map { channel in
      let perInput = weights.centers.isEmpty ? 1 : 256 + Int(weights.centers[channel].magnitude)
      guard inputs * perInput < 1 << 30 else {
        throw node.error("adds up \(inputs) signs of \(perInput) steps, more than 2^30 in all")
      }
      let largest = Int32(inputs * perInput)
      return layer.steps.threshold(
        scale: Float(inputScale) * Float(weights.scales[channel]), zeroPoint: 0, range: -largest...largest,
        channel: channel)
    }
    let tensor = try append(
      layer,
      Tensor(
        name: node.outputs[0], shape: layer.shape, quantization: Quantization(scale: scale, zeroPoint: 0),
        type: .bits), thresholds: Thresholds(thresholds), node)
    return TensorView(tensor: tensor, axes: layer.axes)
  }

  private func signs(of shifted: ShiftedView, scale: Double, _ node: OnnxNode) throws -> TensorView {
    let source = tensors[shifted.view.tensor]
    guard shifted.view.padding.isEmpty else { throw padError(node) }
    guard shifted.low == -.infinity, shifted.high == .infinity else {
      throw node.error("binarizes what was clamped", remedy: "leave out the activation function before it")
    }
    guard source.type != .bits else {
      guard source.quantization.scale == scale else {
        throw node.error("gives bits another scale", remedy: "binarize once, with one scale")
      }
      return shifted.view
    }
    let shape = try settledShape(of: shifted.view.tensor)
    let range: ClosedRange<Int32> = source.type == .int8 ? -128...127 : -32768...32767
    let thresholds = (0..<shape.channels).map { channel in
      shifted.steps.threshold(
        scale: Float(source.quantization.scale), zeroPoint: Int32(source.quantization.zeroPoint), range: range,
        channel: channel)
    }
    guard shifted.steps.allSatisfy(\.keepsOrder) else {
      throw node.error("binarizes after a slope below zero", remedy: "put Quant with 16 bits after the PRelu")
    }
    let layer = try pending(
      node, .binarize, inputs: [shifted.view.tensor], axes: shifted.view.axes,
      memory: storage[shifted.view.tensor].memory, shape: shape)
    let tensor = try append(
      layer,
      Tensor(
        name: node.outputs[0], shape: shape, quantization: Quantization(scale: scale, zeroPoint: 0),
        type: .bits), thresholds: Thresholds(thresholds), node)
    return TensorView(tensor: tensor, axes: shifted.view.axes)
  }

  /// The weights of a product with the steps after it folded into scales and biases.
  ///
  /// A negative factor turns the signs of a channel's weights; what is added is rounded to steps of the product.
  func folded(_ layer: PendingLayer, _ node: OnnxNode) throws -> NodeOperation {
    guard var weights = layer.operation.weights, !layer.steps.isEmpty else { return layer.operation }
    let inputScale = tensors[layer.inputs[0]].quantization.scale
    let channels = weights.scales.count
    let perRow = weights.values.count / channels
    for channel in weights.scales.indices {
      guard let affine = layer.steps.affine(channel: channel) else {
        throw node.error("quantizes after a slope", remedy: "put Quant with 16 bits before the PRelu")
      }
      let scale = weights.scales[channel] * affine.factor
      try checkScales([abs(scale)], node)
      weights.scales[channel] = abs(scale)
      weights.biases[channel] = try bias(
        affine.term, step: abs(scale) * inputScale, plus: Int(weights.biases[channel]) * (affine.factor < 0 ? -1 : 1),
        node)
      guard affine.factor < 0 else { continue }
      let indices =
        layer.operation.kind == .depthwise
        ? stride(from: channel, to: weights.values.count, by: channels)
        : stride(from: channel * perRow, to: (channel + 1) * perRow, by: 1)
      for index in indices {
        guard weights.codebook.isEmpty, weights.values[index] != .min else {
          throw node.error(
            "turns weights of -128 or a codebook's", remedy: "keep factors after the layer positive, or fold them")
        }
        weights.values[index] = -weights.values[index]
      }
      if !weights.centers.isEmpty { weights.centers[channel] = -weights.centers[channel] }
    }
    return layer.operation.with(weights)
  }

  /// Whether a layer multiplies bits with binary weights; refuses what can't be multiplied.
  func readsSigns(_ view: TensorView, _ weights: QuantizedConstant, _ node: OnnxNode) throws -> Bool {
    switch tensors[view.tensor].type {
    case .int8:
      guard weights.encoding != .binaryLevels else {
        throw node.error(
          "reads 8 bits, but its weights have two levels about a center",
          remedy: "put BipolarQuant before it, or leave out the Add on its weights")
      }
      return false
    case .int16:
      throw node.error("reads 16 bits", remedy: "put BipolarQuant, or Quant with 8 bits, before it")
    case .bits:
      guard weights.encoding == .binary || weights.encoding == .binaryLevels else {
        throw node.error(
          "reads bits, but its weights are \(weights.encoding)", remedy: "use BipolarQuant on the weights")
      }
      return true
    }
  }

  /// The bias of a product of signs, as it is in the file: rounding it could turn a sign.
  func biasStep(_ node: OnnxNode, _ position: Int, channels: Int) throws -> ChannelStep {
    let reals: [Double]
    switch try value(node, position) {
    case .constant(let tensor): reals = tensor.reals ?? []
    case .weights(let bias):
      reals = (bias.tensor.integers ?? []).enumerated().map { index, value in
        Double(value) * bias.scales[bias.scales.count == 1 ? 0 : index]
      }
    default: reals = []
    }
    guard reals.count == channels || reals.count == 1, reals.allSatisfy(\.isFinite) else {
      throw node.error("needs a bias of \(channels) constant floats")
    }
    return .add((0..<channels).map { Float(reals[reals.count == 1 ? 0 : $0]) })
  }

  /// What reads a tensor of bits at once gives bits, without a quantization.
  func appendBits(_ layer: PendingLayer, _ node: OnnxNode) throws -> OnnxValue {
    let quantization = tensors[layer.inputs[0]].quantization
    guard layer.inputs.allSatisfy({ tensors[$0].type == .bits && tensors[$0].quantization == quantization }) else {
      throw node.error("mixes bits with other types or scales", remedy: "binarize all of them, with one scale")
    }
    let result = Tensor(name: node.outputs[0], shape: layer.shape, quantization: quantization, type: .bits)
    return .activation(TensorView(tensor: try append(layer, result, node), axes: layer.axes))
  }

  /// Appends a tensor and the node that makes it.
  func append(
    _ layer: PendingLayer, _ tensor: Tensor, clamp: ClosedRange<Int8> = -128...127, thresholds: Thresholds? = nil,
    _ node: OnnxNode
  ) throws -> Int {
    guard nodes.count < OnnxImporter.maximumLayers else { throw tooManyLayers(node) }
    tensors.append(tensor)
    storage.append(Storage(memory: layer.memory, shape: layer.shape))
    nodes.append(
      Node(
        name: tensor.name, operation: layer.operation, inputs: layer.inputs, output: tensors.count - 1, clamp: clamp,
        thresholds: thresholds))
    return tensors.count - 1
  }
}

/// An activation with constants a channel applied to it, not quantized yet.
struct ShiftedView {
  var view: TensorView
  var steps: [ChannelStep] = []
  /// Real bounds of an activation function after them.
  var low = -Double.infinity
  var high = Double.infinity
}

extension PendingLayer {
  /// Whether it multiplies bits with binary weights.
  func isProductOfSigns(_ tensors: [Tensor]) -> Bool {
    operation.weights != nil && tensors[inputs[0]].type == .bits
  }
}

extension ChannelStep {
  /// Whether what was greater is not less afterwards, or the other way round for all.
  fileprivate var keepsOrder: Bool {
    if case .slope(let slopes) = self { slopes.allSatisfy { $0 >= 0 } } else { true }
  }
}

extension Thresholds {
  fileprivate init(_ channels: [(value: Int32, polarity: Int32)]) {
    self.init(values: channels.map(\.value), polarities: channels.map(\.polarity))
  }
}

extension NodeOperation {
  /// Weights of a dense layer or convolution.
  var weights: Weights? {
    switch self {
    case .dense(let weights), .convolution(let weights, _), .depthwise(let weights, _): weights
    default: nil
    }
  }

  /// The same with other weights.
  func with(_ weights: Weights) -> NodeOperation {
    switch self {
    case .dense: .dense(weights)
    case .convolution(_, let window): .convolution(weights, window)
    case .depthwise(_, let window): .depthwise(weights, window)
    default: self
    }
  }
}
