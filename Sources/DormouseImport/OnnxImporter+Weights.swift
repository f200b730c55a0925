import DormouseModel

extension OnnxImporter {
  /// Weights of a layer: an input that DequantizeLinear or Quant made from a constant.
  func weights(_ node: OnnxNode, _ position: Int) throws -> QuantizedConstant {
    switch try value(node, position) {
    case .weights(let weights):
      if let problem = weights.problem { throw problem }
      guard weights.tensor.element == .int8 else {
        throw node.error("has weights of more than 8 bits", remedy: "quantize them to 1 to 8 bits")
      }
      return weights
    case .constant:
      throw node.error(
        "has float weights",
        remedy: "quantize them: QuantizeLinear and DequantizeLinear, Quant or BipolarQuant around the constant")
    default:
      throw node.error("multiplies two activations", remedy: "weights must be constants")
    }
  }

  /// Scales of `channels` outputs, which lie on `axis` of the weights.
  func outputScales(_ weights: QuantizedConstant, axis: Int, _ node: OnnxNode) throws -> [Double] {
    let channels = weights.tensor.shape[axis]
    guard let scaleAxis = weights.axis else { return [Double](repeating: weights.scales[0], count: channels) }
    guard scaleAxis == axis else {
      throw node.error(
        "has a scale or center an extent of axis \(scaleAxis) of its weights",
        remedy: "quantize weights by output channel, axis \(axis)")
    }
    return weights.scales
  }

  /// Biases in steps of `inputScale * weightScale`; zeros if the input is left out.
  func biases(
    _ node: OnnxNode, _ position: Int, inputScale: Double, weightScales: [Double]
  ) throws -> [Int32] {
    guard node.input(position) != nil else { return [Int32](repeating: 0, count: weightScales.count) }
    return try biases(node, try value(node, position), inputScale: inputScale, weightScales: weightScales)
  }

  /// Biases from a value that is a constant, as integers or floats, for one channel each.
  func biases(
    _ node: OnnxNode, _ value: OnnxValue, inputScale: Double, weightScales: [Double]
  ) throws -> [Int32] {
    let count = weightScales.count
    switch value {
    case .weights(let bias):
      guard bias.tensor.count == count, let integers = bias.tensor.integers else { throw biasError(node, count) }
      return try (0..<count).map { channel in
        let step = inputScale * weightScales[channel]
        let scale = bias.scales[bias.scales.count == 1 ? 0 : channel]
        // Exporters compute this product in float32: an integer bias is taken as it is when the steps agree.
        if abs(scale - step) <= 1e-5 * step, let exact = Int32(exactly: integers[channel]) { return exact }
        return try quantizedBias(Double(integers[channel]) * scale, step: step, node)
      }
    case .constant(let bias):
      guard let reals = bias.reals, reals.count == count || reals.count == 1 else { throw biasError(node, count) }
      return try (0..<count).map { channel in
        let real = reals[reals.count == 1 ? 0 : channel]
        return try quantizedBias(real, step: inputScale * weightScales[channel], node)
      }
    default: throw node.error("has a bias that is computed", remedy: "make it a constant")
    }
  }

  private func biasError(_ node: OnnxNode, _ count: Int) -> ImportError {
    node.error("needs a bias of \(count) floats or int32")
  }

  private func quantizedBias(_ real: Double, step: Double, _ node: OnnxNode) throws -> Int32 {
    let steps = (real / step).rounded(.toNearestOrEven)
    guard steps.isFinite, let bias = Int32(exactly: steps) else {
      throw node.error("has the bias \(real), which int32 can't hold in steps of \(step)")
    }
    return bias
  }

  /// Integer weights with their scales and biases, to be stored as the file says.
  func constants(_ weights: QuantizedConstant, values: [Int8], scales: [Double], biases: [Int32]) -> Weights {
    guard weights.encoding == .binaryLevels else {
      return Weights(
        values: values, scales: scales, biases: biases, encoding: weights.encoding, codebook: weights.tensor.codebook)
    }
    // Accumulators count 256ths of half the distance of the levels.
    let centers = weights.axis == nil ? Array(repeating: weights.centers[0], count: scales.count) : weights.centers
    return Weights(
      values: values, scales: scales.map { $0 / 256 }, biases: biases, encoding: weights.encoding, centers: centers)
  }

  /// The weights as integers in a new order of axes.
  func int8Values(_ tensor: OnnxTensor, order: [Int], _ node: OnnxNode) throws -> [Int8] {
    try spend(tensor.count, node)
    guard let integers = tensor.transposed(order).integers else { throw node.error("has float weights") }
    return try integers.map { value in
      guard let weight = Int8(exactly: value) else { throw node.error("has weights that are not int8") }
      return weight
    }
  }
}
