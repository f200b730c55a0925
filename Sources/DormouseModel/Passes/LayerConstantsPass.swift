import Dormouse

/// Weights, biases and factors of one layer in the form that kernels read.
struct PackedConstants {
  /// How the weights are ordered.
  var layout: WeightLayout = .none
  /// How the weights are stored.
  var encoding: Encoding = .none
  /// The rows, `rowStride` bytes each or each two.
  var rows: [UInt8] = []
  /// Bytes from one row, or one pair of rows, to the next.
  var rowStride = 0
  /// The levels of a codebook encoding, filled up with zeros.
  var codebook: [Int8] = []
  /// One an output channel, zero points folded in.
  var biases: [Int32] = []
  /// One an output channel; three for an add, one to rescale.
  var factors: [QuantizedMultiplier] = []
  /// In place of factors where the output is bits.
  var polarities: [Int32] = []
  /// The results of a lookup.
  var results: [Int8] = []
  /// A further Int32 a channel: of weights with levels, and of a rectifier.
  var table: [Int32] = []

  /// Constants of `node`.
  ///
  /// - Throws: `GraphError` if counts disagree with the shapes, a scale is unusable, or an accumulator could overflow.
  init(node: Node, tensors: [Tensor]) throws(GraphError) {
    let input = tensors[node.inputs[0]]
    let output = tensors[node.output]
    switch node.operation {
    case .dense(let weights) where input.type == .bits:
      try packWords(
        weights, filters: output.shape.count, taps: input.shape.height * input.shape.width, input, output, node)
    case .convolution(let weights, let window) where input.type == .bits:
      try packWords(
        weights, filters: output.shape.channels, taps: window.kernelHeight * window.kernelWidth, input, output, node)
    case .binarize:
      try pack(node.thresholds, channels: output.shape.channels, node)
    case .prelu(let rectifier):
      try pack(rectifier, channels: output.shape.channels, node)
    case .rescale:
      let scales = (input.quantization.scale, output.quantization.scale)
      guard let factor = QuantizedMultiplier(rounding: scales.0 / scales.1), factor.shift <= 13 else {
        throw GraphError(node.name, "its scales (input \(scales.0), output \(scales.1)) are too far apart")
      }
      factors = [factor]
    case .add where output.type == .int16:
      break
    case .dense(let weights):
      try pack(
        weights, filters: output.shape.count, taps: input.shape.count, channelsInnermost: false, input, output, node)
    case .convolution(let weights, let window):
      let taps = window.kernelHeight * window.kernelWidth * input.shape.channels
      try pack(
        weights, filters: output.shape.channels, taps: taps, channelsInnermost: false, input, output, node)
    case .depthwise(let weights, let window):
      try pack(
        weights, filters: output.shape.channels, taps: window.kernelHeight * window.kernelWidth,
        channelsInnermost: true, input, output, node)
    case .add:
      factors = try AddFactors(
        first: input.quantization.scale, second: tensors[node.inputs[1]].quantization.scale,
        output: output.quantization.scale, place: node.name
      ).factors
    case .averagePool, .maxPool, .concatenation, .crop, .reshape:
      break
    case .lookup(let results):
      self.results = results
    case .softmax(let exponentials):
      biases = exponentials
    case .multiply(let factor):
      factors = [try multiplier(factor, node.name)]
    case .mean(let window, let factor):
      let count = window.kernelHeight * window.kernelWidth
      biases = [Int32](repeating: Int32(-count * input.quantization.zeroPoint), count: output.shape.channels)
      factors = [QuantizedMultiplier](repeating: factor, count: output.shape.channels)
    }
  }

  /// Lays out `weights`, `[filters][taps]` or, channels innermost, `[taps][filters]`.
  private mutating func pack(
    _ weights: Weights, filters: Int, taps: Int, channelsInnermost: Bool, _ input: Tensor, _ output: Tensor,
    _ node: Node
  ) throws(GraphError) {
    guard weights.values.count == filters * taps else {
      throw GraphError(
        node.name,
        "it has \(weights.values.count) weights, but its shapes ask for \(filters) x \(taps) = \(filters * taps)")
    }
    guard weights.scales.count == filters, weights.biases.count == filters else {
      throw GraphError(
        node.name,
        "it has \(weights.scales.count) weight scales and \(weights.biases.count) biases for \(filters) outputs")
    }
    guard weights.factors.isEmpty || weights.factors.count == filters else {
      throw GraphError(node.name, "it has \(weights.factors.count) factors for \(filters) outputs")
    }
    let (rowCount, rowLength) = channelsInnermost ? (taps, filters) : (filters, taps)
    encoding = weights.encoding
    if encoding == .int8 {
      layout = channelsInnermost ? .taps : .rows
      rowStride = (rowLength + 3) & ~3
      rows.reserveCapacity(rowCount * rowStride)
      for row in 0..<rowCount {
        rows += weights.values[row * rowLength..<(row + 1) * rowLength].map { UInt8(bitPattern: $0) }
        rows += repeatElement(0, count: rowStride - rowLength)
      }
    } else {
      layout = .pairs
      let packing = try FieldPacking(weights, place: node.name)
      codebook = packing.codebook
      rows = try packing.packed(weights.values, rows: rowCount, columns: rowLength)
      rowStride = PackedRows.pairStride(columns: rowLength, bits: packing.code.bits)
    }
    for filter in 0..<filters {
      var sum = 0
      var magnitude = 0
      for tap in 0..<taps {
        let weight = Int(weights.values[channelsInnermost ? tap * filters + filter : filter * taps + tap])
        sum += weight
        magnitude += abs(weight)
      }
      let place = "\(node.name), output \(filter)"
      let factor =
        weights.factors.isEmpty
        ? try factor(input.quantization.scale, weights.scales[filter], output.quantization.scale, place)
        : try multiplier(weights.factors[filter], place)
      let bias = Int(weights.biases[filter]) - input.quantization.zeroPoint * sum
      let rule = AccumulatorRule.holds(
        bias: bias, magnitude: magnitude, shift: Int(factor.shift), rounding: node.rounding)
      guard rule else {
        throw GraphError(
          place,
          "its accumulator can overflow 32 bits (bias \(bias), sum of |weights| \(magnitude), factor \(factor.real)); "
            + "quantize the model again with smaller biases or a larger output scale")
      }
      biases.append(Int32(bias))
      factors.append(factor)
    }
  }

  func multiplier(_ factor: Double, _ place: String) throws(GraphError) -> QuantizedMultiplier {
    guard factor > 0, let multiplier = QuantizedMultiplier(rounding: factor) else {
      throw GraphError(place, "its scales give the factor \(factor), which is no usable int8 quantization")
    }
    return multiplier
  }

  func factor(
    _ input: Double, _ weight: Double, _ output: Double, _ place: String
  ) throws(GraphError) -> QuantizedMultiplier {
    guard weight.isFinite, weight > 0, let factor = QuantizedMultiplier(rounding: input * weight / output) else {
      throw GraphError(
        place, "its scales (input \(input), weight \(weight), output \(output)) are no usable int8 quantization")
    }
    return factor
  }
}

/// The rule that keeps a requantized accumulator within Int32; the image validator proves the same.
enum AccumulatorRule {
  /// Whether no input can make an accumulator, or its product with a factor of this shift, too large.
  static func holds(bias: Int, magnitude: Int, shift: Int, rounding: Rounding = .once) -> Bool {
    let most = rounding == .twice ? Int(Int32.max) >> 1 : Int(Int32.max) - 256
    let limit = shift > 0 ? Int(Int32.max) >> (shift + 1) : most
    return abs(bias) + 128 * magnitude <= limit
  }
}
