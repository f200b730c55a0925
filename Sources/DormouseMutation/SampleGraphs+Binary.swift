import Dormouse
import DormouseModel

extension SampleGraphs {
  /// Every operation on bits and int16, between an int8 layer at either end; a bare network.
  ///
  /// Layers: 0 convolution, 1 rescale, 2 binarize, 3 convolution with shortcut, 4 prelu, 5 add, 6 binarize,
  /// 7 convolution to bits, 8 max pool, 9 convolution with levels, 10 concatenation of bits, 11 average pool, 12 rescale,
  /// 13 dense from bits, 14 concatenation, 15 dense. Tensor 0 is the input, tensor n + 1 the output of layer n.
  public static func binary(seed: UInt64 = 5) -> Graph {
    var parts = BinaryParts(seed: seed)
    let frames = parts.graph.input
    let stem = parts.int8Convolution(frames, 36, Window(kernelHeight: 3, kernelWidth: 1, padTop: 1))
    let shape = parts.graph.tensors[stem].shape
    let stream = parts.node(.rescale, [stem], shape, .int16, scale: 0.001)
    var bits = parts.node(.binarize, [stream], shape, .bits, thresholds: 300)
    let sum = parts.signs(
      [bits, stream], 36, Window(kernelHeight: 3, kernelWidth: 1, padTop: 1), .int16, scale: 0.001)
    let bent = parts.node(.prelu(parts.rectifier(36)), [sum], shape, .int16, scale: 0.001)
    let twice = parts.node(.add, [bent, stream], shape, .int16, scale: 0.001)
    bits = parts.node(.binarize, [twice], shape, .bits, thresholds: 500)
    bits = parts.signs(
      [bits], 40, Window(kernelHeight: 3, kernelWidth: 1, dilationHeight: 2, padTop: 2), .bits, scale: 1)
    let half = TensorShape(height: 5, channels: 40)
    let pooled = parts.node(.maxPool(Window(kernelHeight: 2, kernelWidth: 1, strideHeight: 2)), [bits], half, .bits)
    bits = parts.signs([pooled], 9, Window(kernelHeight: 1, kernelWidth: 1), .bits, scale: 1, hasLevels: true)
    let joined = parts.node(
      .concatenation(axis: 2), [pooled, bits], TensorShape(height: 5, channels: 49), .bits)
    let mean = parts.node(
      .averagePool(Window(kernelHeight: 10, kernelWidth: 1)), [twice], TensorShape(channels: 36), .int16, scale: 0.001)
    let narrow = parts.node(.rescale, [mean], TensorShape(channels: 36), .int8, scale: 0.02)
    let dense = parts.signs([joined], 20, nil, .int8, scale: 0.02)
    let all = parts.node(.concatenation(axis: 2), [narrow, dense], TensorShape(channels: 56), .int8, scale: 0.02)
    parts.logits(all, 3)
    return parts.graph
  }
}

/// Appends nodes of a binary network with random constants.
private struct BinaryParts {
  var graph: Graph
  private var random: Random

  init(seed: UInt64) {
    random = Random(seed: seed)
    let input = Tensor(
      name: "input", shape: TensorShape(height: 10, channels: 7), quantization: Quantization(scale: 0.1, zeroPoint: 4))
    graph = Graph(name: "sample", version: "1.0", labels: [], tensors: [input], nodes: [], input: 0, output: 0)
  }

  /// A node; random thresholds up to a limit where it needs some.
  mutating func node(
    _ operation: NodeOperation, _ inputs: [Int], _ shape: TensorShape, _ type: ElementType, scale: Double = 1,
    thresholds limit: Int? = nil
  ) -> Int {
    let name = "\(operation.kind) \(graph.nodes.count)"
    let output = graph.append(
      Tensor(name: name, shape: shape, quantization: Quantization(scale: scale, zeroPoint: 0), type: type))
    let thresholds = limit.map { limit in
      Thresholds(
        values: integers(shape.channels, limit), polarities: integers(shape.channels, 1).map { $0 < 0 ? -1 : 1 })
    }
    graph.nodes.append(
      Node(name: name, operation: operation, inputs: inputs, output: output, thresholds: thresholds))
    return output
  }

  /// A dense layer, or with a window a convolution, of signs; `inputs` may name a shortcut.
  mutating func signs(
    _ inputs: [Int], _ outputs: Int, _ window: Window?, _ type: ElementType, scale: Double, hasLevels: Bool = false
  ) -> Int {
    let input = graph.tensors[inputs[0]].shape
    let perRow = window.map { $0.kernelHeight * input.channels } ?? input.count
    let weights = Weights(
      values: integers(outputs * perRow, 1).map { $0 < 0 ? -1 : 1 },
      scales: (0..<outputs).map { _ in 0.01 + Double(random.below(1000)) / 20_000 },
      biases: integers(outputs, perRow / 4), encoding: hasLevels ? .binaryLevels : .binary,
      centers: hasLevels ? integers(outputs, 200) : [])
    let shape = TensorShape(
      height: window == nil ? 1 : input.height, channels: outputs)
    return node(
      window.map { .convolution(weights, $0) } ?? .dense(weights), inputs, shape, type, scale: scale,
      thresholds: type == .bits ? perRow / 4 * (hasLevels ? 256 : 1) : nil)
  }

  mutating func int8Convolution(_ input: Int, _ outputs: Int, _ window: Window) -> Int {
    let shape = graph.tensors[input].shape
    let weights = int8Weights(outputs, window.kernelHeight * shape.channels)
    return node(
      .convolution(weights, window), [input], TensorShape(height: shape.height, channels: outputs), .int8, scale: 0.02)
  }

  mutating func logits(_ input: Int, _ outputs: Int) {
    let weights = int8Weights(outputs, graph.tensors[input].shape.count)
    graph.output = node(.dense(weights), [input], TensorShape(channels: outputs), .int8, scale: 0.05)
    graph.labels = (0..<outputs).map { "label \($0)" }
  }

  /// Slopes of either sign.
  mutating func rectifier(_ channels: Int) -> Rectifier {
    Rectifier(
      before: integers(channels, 400), slopes: integers(channels, 100).map { Double($0) / 200 },
      after: integers(channels, 400))
  }

  private mutating func int8Weights(_ outputs: Int, _ perRow: Int) -> Weights {
    Weights(
      values: integers(outputs * perRow, 127).map { Int8($0) }, scales: [Double](repeating: 0.002, count: outputs),
      biases: integers(outputs, 500))
  }

  /// Integers from `-limit` to `limit`.
  private mutating func integers(_ count: Int, _ limit: Int) -> [Int32] {
    (0..<count).map { _ in Int32(random.below(2 * limit + 1) - limit) }
  }
}
