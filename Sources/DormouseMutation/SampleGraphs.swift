import Dormouse
import DormouseModel

/// Graphs of every operation with random weights, the same at every run: what is mutated, and what tests write.
public enum SampleGraphs {
  /// Dense layers, such as 960-192-192-128-12; a bare network.
  public static func dense(_ sizes: [Int], seed: UInt64 = 1) -> Graph {
    var random = Random(seed: seed)
    var builder = Builder(input: TensorShape(channels: sizes[0]), zeroPoint: -3)
    for size in sizes.dropFirst() { builder.dense(size, &random) }
    return builder.graph
  }

  /// Dense layers whose weights are stored in `encodings`, one after the other; a bare network.
  public static func dense(_ sizes: [Int], encodings: [Encoding], seed: UInt64 = 4) -> Graph {
    var random = Random(seed: seed)
    var builder = Builder(input: TensorShape(channels: sizes[0]), zeroPoint: 7, encodings: encodings)
    for size in sizes.dropFirst() { builder.dense(size, &random) }
    return builder.graph
  }

  /// Frames through temporal convolutions with residuals, pooled over time, then dense; hears unless `bare`.
  public static func temporal(
    frames: Int = 20, bands: Int = 10, channels: Int = 18, encodings: [Encoding] = [.int8], seed: UInt64 = 2
  ) -> Graph {
    var random = Random(seed: seed)
    var builder = Builder(
      input: TensorShape(height: frames, channels: bands), zeroPoint: 5, encodings: encodings)
    builder.convolution(channels, Window(kernelHeight: 3, kernelWidth: 1, padTop: 1), &random)
    let residual = builder.last
    builder.depthwise(Window(kernelHeight: 5, kernelWidth: 1, dilationHeight: 2, padTop: 4), &random)
    builder.convolution(channels, Window(kernelHeight: 1, kernelWidth: 1), &random)
    builder.add(residual)
    let left = builder.last
    builder.maxPool(Window(kernelHeight: 3, kernelWidth: 1, padTop: 1))
    builder.concatenate([left, builder.last], axis: 2)
    builder.averagePool(height: frames, width: 1)
    builder.dense(4, &random)
    var graph = builder.graph
    var frontEnd = LogMelSettings()
    frontEnd.bands = bands
    graph.frontEnd = .logMel(frontEnd)
    graph.detector = DetectorSettings(
      stride: 4, smoothing: 3, refractoryMilliseconds: 800,
      keywords: ["label 1": .init(threshold: 0.25, minimumRun: 1), "label 2": .init(threshold: 1, minimumRun: 2)])
    return graph
  }

  /// Hears the bits of analog channels: a dense layer of signs over `frames` windows of 10 ms.
  public static func analog(seed: UInt64 = 4, channels: Int = 16, frames: Int = 20) -> Graph {
    var random = Random(seed: seed)
    var builder = Builder(
      input: TensorShape(height: frames, channels: channels), zeroPoint: 0, encodings: [.binary])
    builder.graph.tensors[0].type = .bits
    builder.dense(4, &random)
    var graph = builder.graph
    var frontEnd = AnalogBinarySettings()
    frontEnd.channels = channels
    graph.frontEnd = .analogBinary(frontEnd)
    graph.detector = DetectorSettings(
      stride: 5, smoothing: 2, refractoryMilliseconds: 300,
      keywords: ["label 1": .init(threshold: 0.25, minimumRun: 1)])
    return graph
  }

  /// Images through 2-D convolutions with stride, joined along width and height.
  public static func planar(seed: UInt64 = 3) -> Graph {
    var random = Random(seed: seed)
    var builder = Builder(input: TensorShape(height: 12, width: 9, channels: 1), zeroPoint: -128)
    builder.convolution(5, Window(kernelHeight: 4, kernelWidth: 3, strideHeight: 2, padTop: 1, padLeft: 1), &random)
    let first = builder.last
    builder.depthwise(Window(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1), &random)
    let second = builder.last
    builder.concatenate([first, second], axis: 1)
    let wide = builder.last
    builder.averagePool(height: 1, width: 1)
    builder.concatenate([wide, builder.last, wide], axis: 0)
    builder.averagePool(height: 3, width: 5)
    builder.dense(3, &random)
    return builder.graph
  }
}

/// Appends nodes to a graph, with plausible quantization.
private struct Builder {
  var graph: Graph
  var last: Int
  /// How the weights of layers are stored, one after the other and over again.
  private let encodings: [Encoding]
  private var weighted = 0

  init(input: TensorShape, zeroPoint: Int, encodings: [Encoding] = [.int8]) {
    self.encodings = encodings
    let tensor = Tensor(name: "input", shape: input, quantization: Quantization(scale: 0.1, zeroPoint: zeroPoint))
    graph = Graph(
      name: "sample", version: "1.0", labels: [], tensors: [tensor], nodes: [], input: 0, output: 0)
    last = 0
  }

  var shape: TensorShape { graph.tensors[last].shape }

  mutating func dense(_ outputs: Int, _ random: inout Random) {
    let weights = weights(outputs, shape.count, &random)
    finish("dense", .dense(weights), [last], TensorShape(channels: outputs), scale: 0.2, zeroPoint: -5)
  }

  mutating func convolution(_ outputs: Int, _ window: Window, _ random: inout Random) {
    let weights = weights(outputs, window.kernelHeight * window.kernelWidth * shape.channels, &random)
    var output = extents(window)
    output.channels = outputs
    finish("convolution", .convolution(weights, window), [last], output, scale: 0.15, zeroPoint: 4)
  }

  mutating func depthwise(_ window: Window, _ random: inout Random) {
    let weights = weights(shape.channels, window.kernelHeight * window.kernelWidth, &random)
    finish("depthwise", .depthwise(weights, window), [last], extents(window), scale: 0.12, zeroPoint: -20)
  }

  mutating func add(_ other: Int) {
    finish("add", .add, [last, other], shape, scale: 0.3, zeroPoint: 9)
  }

  mutating func maxPool(_ window: Window) { keep("max", .maxPool(window), [last], extents(window)) }

  mutating func averagePool(height: Int, width: Int) {
    var output = shape
    output.height /= height
    output.width /= width
    let window = Window(kernelHeight: height, kernelWidth: width, strideHeight: height, strideWidth: width)
    keep("average", .averagePool(window), [last], output)
  }

  /// Tensors of different quantization are first brought to one by declaring them so: only the layout matters here.
  mutating func concatenate(_ inputs: [Int], axis: Int) {
    let quantization = graph.tensors[inputs[0]].quantization
    for input in inputs { graph.tensors[input].quantization = quantization }
    last = inputs[0]
    var output = shape
    for input in inputs.dropFirst() {
      let more = graph.tensors[input].shape
      switch axis {
      case 0: output.height += more.height
      case 1: output.width += more.width
      default: output.channels += more.channels
      }
    }
    keep("concatenation", .concatenation(axis: axis), inputs, output)
  }

  /// Padding is "same": half the reach on either side.
  private func extents(_ window: Window) -> TensorShape {
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int) -> Int {
      (size + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1
    }
    return TensorShape(
      height: extent(shape.height, window.kernelHeight, window.strideHeight, window.dilationHeight, window.padTop),
      width: extent(shape.width, window.kernelWidth, window.strideWidth, window.dilationWidth, window.padLeft),
      channels: shape.channels)
  }

  private mutating func weights(_ filters: Int, _ taps: Int, _ random: inout Random) -> Weights {
    let encoding = encodings[weighted % encodings.count]
    weighted += 1
    let levels = encoding.levels(&random)
    return Weights(
      values: (0..<filters * taps).map { _ in levels[random.below(levels.count)] },
      scales: (0..<filters).map { _ in 0.001 + Double(random.below(1000)) / 100_000 / Double(taps) },
      biases: (0..<filters).map { _ in Int32(random.below(2001) - 1000) }, encoding: encoding,
      codebook: encoding.code.family == .indices ? levels : [])
  }

  private mutating func keep(_ name: String, _ operation: NodeOperation, _ inputs: [Int], _ shape: TensorShape) {
    let quantization = graph.tensors[inputs[0]].quantization
    finish(name, operation, inputs, shape, scale: quantization.scale, zeroPoint: quantization.zeroPoint)
  }

  private mutating func finish(
    _ name: String, _ operation: NodeOperation, _ inputs: [Int], _ shape: TensorShape, scale: Double, zeroPoint: Int
  ) {
    let title = "\(name) \(graph.nodes.count)"
    last = graph.append(
      Tensor(name: title, shape: shape, quantization: Quantization(scale: scale, zeroPoint: zeroPoint)))
    graph.nodes.append(Node(name: title, operation: operation, inputs: inputs, output: last))
    graph.output = last
    graph.labels = (0..<shape.count).map { "label \($0)" }
  }
}

extension Encoding {
  /// The weights that it has; those of a codebook are random.
  fileprivate func levels(_ random: inout Random) -> [Int8] {
    switch code.family {
    case .bytes: Array(-127...127)
    case .fields: (code.least...code.greatest).map { Int8(($0 << code.doubling) - code.offset) }
    case .indices: (0..<code.levels).map { _ in Int8(random.below(255) - 127) }
    }
  }
}
