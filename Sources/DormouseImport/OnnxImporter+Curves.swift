import DormouseModel
import Foundation

/// An activation with a function of one element applied to it, not quantized yet.
struct CurvedView {
  var view: TensorView
  /// In float32, as executors of ONNX compute it.
  var function: (Float) -> Float
}

// Functions of one element: a table of 256 results.
extension OnnxImporter {
  /// Sigmoid, Tanh and their like on an activation of 8 bits.
  func curve(_ node: OnnxNode) throws -> OnnxValue {
    let view = try unpadded(node, 0)
    guard tensors[view.tensor].type == .int8 else {
      throw node.error("reads \(tensors[view.tensor].type)", remedy: "quantize its input with 8 bits")
    }
    let function = try function(node)
    return .curved(CurvedView(view: view, function: function))
  }

  private func function(_ node: OnnxNode) throws -> (Float) -> Float {
    func number(_ name: String, _ standard: Float) throws -> Float {
      let number = node.real(name, standard)
      guard number.isFinite else { throw node.error("has \(name) \(number)") }
      return number
    }
    switch node.operation {
    case "Sigmoid": return { 1 / (1 + exp(-$0)) }
    case "Tanh": return { tanh($0) }
    case "HardSwish": return { $0 * min(max($0 / 6 + 0.5, 0), 1) }
    case "HardSigmoid":
      let (slope, offset) = (try number("alpha", 0.2), try number("beta", 0.5))
      return { min(max(slope * $0 + offset, 0), 1) }
    case "LeakyRelu":
      let slope = try number("alpha", 0.01)
      return { $0 < 0 ? slope * $0 : $0 }
    case "Elu":
      let slope = try number("alpha", 1)
      return { $0 < 0 ? slope * (exp($0) - 1) : $0 }
    default: throw node.error("is not supported", remedy: OnnxImporter.remedy(for: node.operation))
    }
  }

  /// The results of a function for every level, in the steps of its result.
  func tabulated(_ curved: CurvedView, to quantization: ActivationQuantization, _ node: OnnxNode) throws -> TensorView {
    let source = tensors[curved.view.tensor].quantization
    let scale = Float(quantization.quantization.scale)
    let results = try (-128...127).map { level -> Int8 in
      let steps = curved.function(Float(source.scale) * Float(level - source.zeroPoint)) / scale
      guard !steps.isNaN else { throw node.error("quantizes what is no number for the level \(level)") }
      let result = Double(steps.rounded(.toNearestOrEven)) + Double(quantization.quantization.zeroPoint)
      let (low, high) = (Double(quantization.levels.lowerBound), Double(quantization.levels.upperBound))
      return Int8(min(max(result, low), high))
    }
    return try layer(.lookup(results), curved.view, quantization, node)
  }

  /// Constants applied to an activation of 8 bits: a table where all channels have the same, else a factor a channel.
  func transformed(_ shifted: ShiftedView, to quantization: ActivationQuantization, _ node: OnnxNode) throws
    -> TensorView
  {
    let source = tensors[shifted.view.tensor]
    guard source.type == .int8, shifted.view.padding.isEmpty else {
      throw node.error(
        "quantizes to 8 bits what has constants applied a channel", remedy: "put Quant with 16 bits before it")
    }
    let channels = try settledShape(of: shifted.view.tensor).channels
    if shifted.steps.allSatisfy(\.isUniform) {
      let function = { (real: Float) -> Float in
        Float(min(max(Double(shifted.steps.applied(to: real, channel: 0)), shifted.low), shifted.high))
      }
      return try tabulated(CurvedView(view: shifted.view, function: function), to: quantization, node)
    }
    // Weights of 64 leave the bias six bits below the input's steps.
    try spend(2 * channels, node)
    var weights = Weights(values: [], scales: [], biases: [])
    for channel in 0..<channels {
      guard let affine = shifted.steps.affine(channel: channel) else {
        throw node.error("quantizes after a slope a channel", remedy: "use one slope, or Quant with 16 bits before it")
      }
      let scale = abs(affine.factor) / 64
      try checkScales([scale], node)
      weights.values.append(affine.factor < 0 ? -64 : 64)
      weights.scales.append(scale)
      weights.biases.append(try bias(affine.term, step: scale * source.quantization.scale, plus: 0, node))
    }
    return try layer(
      .depthwise(weights, Window(kernelHeight: 1, kernelWidth: 1)), shifted.view, quantization,
      low: shifted.low, high: shifted.high, node)
  }

  private func layer(
    _ operation: NodeOperation, _ view: TensorView, _ quantization: ActivationQuantization,
    low: Double = -.infinity, high: Double = .infinity, _ node: OnnxNode
  ) throws -> TensorView {
    var layer = try pending(
      node, operation, inputs: [view.tensor], axes: view.axes, memory: storage[view.tensor].memory,
      shape: try settledShape(of: view.tensor))
    layer.clamp(low, high)
    guard nodes.count < OnnxImporter.maximumLayers else { throw tooManyLayers(node) }
    var result = view
    result.tensor = append(layer, quantization)
    return result
  }

  /// A bias with a real term added, in steps.
  func bias(_ term: Double, step: Double, plus bias: Int, _ node: OnnxNode) throws -> Int32 {
    let sum = (term / step).rounded(.toNearestOrEven) + Double(bias)
    guard sum.magnitude <= 268_435_456 else { throw node.error("adds \(term) to steps of \(step)") }
    return Int32(sum)
  }
}

extension ChannelStep {
  /// Whether it does the same to every channel.
  fileprivate var isUniform: Bool {
    func isOne(_ list: [Float]) -> Bool { list.allSatisfy { $0 == list[0] } }
    switch self {
    case .add(let list), .multiply(let list), .divide(let list), .slope(let list): return isOne(list)
    case .normalize(let scale, let bias, let mean, let deviation):
      return isOne(scale) && isOne(bias) && isOne(mean) && isOne(deviation)
    }
  }
}
