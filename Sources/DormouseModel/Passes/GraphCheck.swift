import Dormouse

extension Graph {
  /// Refuses a graph whose parts contradict one another, with a message that names the place.
  ///
  /// What needs the device's arithmetic (accumulators, multipliers) is checked where it is computed; the image validator
  /// proves the rest once more on the finished image.
  public func check() throws(GraphError) {
    try checkNames()
    try checkTensors()
    guard !nodes.isEmpty, nodes.count <= 1024 else {
      throw GraphError("model", "it has \(nodes.count) layers; the image format holds 1 to 1024")
    }
    var written: Set<Int> = Set(tensors.indices.filter { tensors[$0].home != .activations })
    try checkHomes()
    written.insert(input)
    var kept: Set<Int> = []
    for node in nodes {
      for index in node.inputs {
        guard tensors.indices.contains(index), written.contains(index) else {
          throw GraphError(node.name, "it reads tensor \(index) before any layer has written it")
        }
      }
      let isState = tensors.indices.contains(node.output) && tensors[node.output].home == .state
      let isFirst = isState ? kept.insert(node.output).inserted : written.insert(node.output).inserted
      guard tensors.indices.contains(node.output), isFirst else {
        throw GraphError(node.name, "it writes tensor \(node.output), which is missing or written already")
      }
      try check(node)
    }
    guard written.contains(output) else { throw GraphError("model", "no layer writes the output tensor") }
    try checkHearing()
  }

  /// State and constants are int8, and neither input nor output.
  private func checkHomes() throws(GraphError) {
    for (index, tensor) in tensors.enumerated() where tensor.home != .activations {
      guard tensor.type == .int8, index != input, index != output else {
        throw GraphError(
          tensor.name, "it is kept between inferences or constant: it must be int8, and no input or output")
      }
      guard tensor.constant.count == (tensor.home == .image ? tensor.shape.count : 0) else {
        throw GraphError(
          tensor.name, "it has \(tensor.constant.count) elements, its shape asks for \(tensor.shape.count)")
      }
    }
  }

  private func checkNames() throws(GraphError) {
    for (what, text) in [("name", name), ("version", version)] + labels.map({ ("label", $0) }) {
      guard (1...63).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
        throw GraphError("model", "its \(what) \"\(text)\" must be 1 to 63 bytes of printable text")
      }
    }
    let length = labels.reduce(0) { $0 + MemoryLayout<StringRecord>.size + $1.utf8.count }
    guard length <= 65535 else {
      throw GraphError("model", "its \(labels.count) labels take \(length) bytes; at most 65535 fit an image")
    }
    guard Set(labels).count == labels.count else { throw GraphError("model", "a label occurs twice: \(labels)") }
  }

  private func checkTensors() throws(GraphError) {
    guard tensors.indices.contains(input), tensors.indices.contains(output), tensors.count <= 1024 else {
      throw GraphError("model", "it needs an input and an output among at most 1024 tensors")
    }
    for tensor in tensors {
      let shape = tensor.shape
      guard [shape.height, shape.width, shape.channels].allSatisfy({ (1...65535).contains($0) }),
        shape.count <= 1 << 24
      else {
        throw GraphError(tensor.name, "shape \(shape): each extent must be 1 to 65535, and their product below 2^24")
      }
      let quantization = tensor.quantization
      guard quantization.scale.isFinite, quantization.scale > 0,
        (tensor.type == .int8 ? -128...127 : 0...0).contains(quantization.zeroPoint)
      else {
        throw GraphError(
          tensor.name,
          "scale \(quantization.scale) and zero point \(quantization.zeroPoint) are no \(tensor.type) quantization")
      }
    }
    guard tensors[output].type == .int8 else {
      throw GraphError("model", "its output is \(tensors[output].type); logits are int8")
    }
    guard labels.count == tensors[output].shape.count else {
      throw GraphError(
        "model", "it has \(labels.count) labels, but its network has \(tensors[output].shape.count) outputs")
    }
  }

  private func check(_ node: Node) throws(GraphError) {
    let inputs = node.inputs.map { tensors[$0] }
    let output = tensors[node.output]
    var counts = 1...1
    switch node.operation {
    case .add, .multiply: counts = 2...2
    case .concatenation: counts = 2...4
    case .dense, .convolution: counts = 1...2
    default: break
    }
    guard counts.contains(inputs.count) else {
      throw GraphError(
        node.name, "it has \(inputs.count) inputs; \(counts.lowerBound) to \(counts.upperBound) can be had")
    }
    try checkTypes(node, inputs, output)
    if try checkImported(node, inputs, output) { return }
    switch node.operation {
    case .binarize, .prelu, .rescale, .lookup, .softmax, .multiply, .crop, .reshape, .mean: break
    case .dense:
      guard inputs[0].shape.count <= 65536 else {
        throw GraphError(node.name, "it has \(inputs[0].shape.count) inputs; a dense layer takes at most 65536")
      }
    case .convolution(_, let window):
      try check(window, node, inputs[0].shape, output.shape)
    case .depthwise(_, let window):
      try check(window, node, inputs[0].shape, output.shape)
      try checkChannels(node, inputs[0], output)
    case .averagePool(let window), .maxPool(let window):
      try check(window, node, inputs[0].shape, output.shape)
      try checkChannels(node, inputs[0], output)
      try checkSameQuantization(node, inputs, output)
      guard window.dilationHeight == 1, window.dilationWidth == 1 else {
        throw GraphError(node.name, "pools can't be dilated")
      }
    case .add:
      guard inputs[0].shape == output.shape, inputs[1].shape == output.shape else {
        throw GraphError(
          node.name, "shapes \(inputs[0].shape) + \(inputs[1].shape) -> \(output.shape) differ; broadcast them first")
      }
    case .concatenation(let axis):
      try checkConcatenation(node, axis: axis, inputs, output)
      try checkSameQuantization(node, inputs, output)
    }
  }

  func check(
    _ window: Window, _ node: Node, _ input: TensorShape, _ output: TensorShape
  ) throws(GraphError) {
    let extents = [
      window.kernelHeight, window.kernelWidth, window.strideHeight, window.strideWidth, window.dilationHeight,
      window.dilationWidth,
    ]
    guard extents.allSatisfy({ (1...1024).contains($0) }) else {
      throw GraphError(node.name, "kernel, stride and dilation must be 1 to 1024")
    }
    guard window.kernelHeight * window.kernelWidth * input.channels <= 65536 else {
      throw GraphError(node.name, "more than 65536 elements under one kernel window")
    }
    let reachHeight = (window.kernelHeight - 1) * window.dilationHeight + 1
    let reachWidth = (window.kernelWidth - 1) * window.dilationWidth + 1
    guard (0..<min(reachHeight, 65536)).contains(window.padTop), (0..<min(reachWidth, 65536)).contains(window.padLeft),
      (output.height - 1) * window.strideHeight - window.padTop < input.height,
      (output.width - 1) * window.strideWidth - window.padLeft < input.width
    else {
      throw GraphError(node.name, "a window of \(input) -> \(output) lies in the padding altogether")
    }
  }

  func checkChannels(_ node: Node, _ input: Tensor, _ output: Tensor) throws(GraphError) {
    guard input.shape.channels == output.shape.channels else {
      throw GraphError(node.name, "it can't turn \(input.shape.channels) channels into \(output.shape.channels)")
    }
  }

  func checkSameQuantization(_ node: Node, _ inputs: [Tensor], _ output: Tensor) throws(GraphError) {
    guard inputs.allSatisfy({ $0.quantization == output.quantization }) else {
      throw GraphError(node.name, "its inputs and its output must share one scale and zero point")
    }
  }

  private func checkConcatenation(_ node: Node, axis: Int, _ inputs: [Tensor], _ output: Tensor) throws(GraphError) {
    func extents(_ shape: TensorShape) -> [Int] { [shape.height, shape.width, shape.channels] }
    guard (0...2).contains(axis) else { throw GraphError(node.name, "axis \(axis) is not 0, 1 or 2") }
    var joined = extents(inputs[0].shape)
    joined[axis] = inputs.map { extents($0.shape)[axis] }.reduce(0, +)
    for input in inputs {
      var other = extents(input.shape)
      other[axis] = joined[axis]
      guard other == joined else {
        throw GraphError(node.name, "its inputs differ in another extent than axis \(axis)")
      }
    }
    guard joined == extents(output.shape) else {
      throw GraphError(node.name, "its output \(output.shape) is not its inputs joined along axis \(axis)")
    }
  }

  private func checkHearing() throws(GraphError) {
    guard (frontEnd == nil) == (detector == nil) else {
      throw GraphError("model", "front-end settings and detector settings come together or not at all")
    }
    guard let frontEnd, let detector else { return }
    guard tensors[input].type == frontEnd.type else {
      throw GraphError(
        "model", "its input is \(tensors[input].type), but its \(frontEnd.kind) front end gives \(frontEnd.type)")
    }
    let shape = tensors[input].shape
    let count = shape.count
    let features = frontEnd.features
    if frontEnd.type == .bits, shape.channels != features {
      throw GraphError(
        "model", "its input \(shape) has \(shape.channels) channels, but its front end has \(features)")
    }
    guard features > 0, count % features == 0, count / features <= 65535 else {
      throw GraphError(
        "model", "its input \(tensors[input].shape) is no whole number of frames of \(features) \(frontEnd.featureName)"
      )
    }
    try detector.check(labels: labels)
  }
}

extension DetectorSettings {
  func check(labels: [String]) throws(GraphError) {
    func require(_ rule: Bool, _ text: @autoclosure () -> String) throws(GraphError) {
      if !rule { throw GraphError("detector settings", text()) }
    }
    try require((1...65535).contains(stride), "stride is \(stride) hops; it must be 1 to 65535")
    try require((1...64).contains(smoothing), "smoothing is \(smoothing); it must be 1 to 64")
    try require(
      (0...3_600_000).contains(refractoryMilliseconds),
      "refractory_ms is \(refractoryMilliseconds); it must be 0 to 3600000")
    for (label, keyword) in keywords.sorted(by: { $0.key < $1.key }) {
      try require(labels.contains(label), "keyword \"\(label)\" is not among the labels \(labels)")
      try require(
        keyword.threshold > 0 && keyword.threshold <= 1,
        "threshold of \"\(label)\" is \(keyword.threshold); it must be above 0 and at most 1")
      try require(
        (1...65535).contains(keyword.minimumRun),
        "minimum_run of \"\(label)\" is \(keyword.minimumRun); it must be 1 to 65535")
    }
  }
}
