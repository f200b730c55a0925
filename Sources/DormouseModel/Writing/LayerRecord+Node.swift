import Dormouse

extension LayerRecord {
  /// The record of `node`, its constants appended to the weights section; only `scratch` remains to be planned.
  init(_ node: Node, graph: Graph, constants section: inout ByteBuilder) throws(GraphError) {
    self.init(operation: node.operation.kind)
    let packed = try PackedConstants(node: node, tensors: graph.tensors)
    layout = packed.layout.rawValue
    encoding = packed.encoding.rawValue
    let indices = node.inputs.map(UInt16.init) + [UInt16](repeating: 0, count: 4 - node.inputs.count)
    inputs = (indices[0], indices[1], indices[2], indices[3])
    inputCount = UInt16(node.inputs.count)
    output = UInt16(node.output)
    outputMinimum = node.clamp.lowerBound
    outputMaximum = node.clamp.upperBound
    if case .concatenation(let axis) = node.operation { self.axis = UInt8(axis) }
    if let window = node.operation.window {
      kernelHeight = UInt16(window.kernelHeight)
      kernelWidth = UInt16(window.kernelWidth)
      strideHeight = UInt16(window.strideHeight)
      strideWidth = UInt16(window.strideWidth)
      dilationHeight = UInt16(window.dilationHeight)
      dilationWidth = UInt16(window.dilationWidth)
      padTop = UInt16(window.padTop)
      padLeft = UInt16(window.padLeft)
    }
    details.0 = node.rounding.rawValue
    if case .crop(let rectangle) = node.operation { place(rectangle) }
    if packed.layout != .none {
      weights = UInt32(section.appendAligned(packed.rows, to: ImageWriter.cacheLine))
      rowStride = UInt32(packed.rowStride)
    }
    if !packed.biases.isEmpty { biases = UInt32(section.appendAligned(packed.biases)) }
    if !packed.codebook.isEmpty { codebook = UInt32(section.appendAligned(packed.codebook)) }
    if !packed.results.isEmpty { codebook = UInt32(section.appendAligned(packed.results)) }
    if !packed.table.isEmpty { codebook = UInt32(section.appendAligned(packed.table)) }
    if !packed.factors.isEmpty {
      multipliers = UInt32(section.appendAligned(packed.factors.map(\.multiplier)))
      shifts = UInt32(section.appendAligned(packed.factors.map(\.shift)))
    }
    if !packed.polarities.isEmpty { shifts = UInt32(section.appendAligned(packed.polarities)) }
    let input = try TensorRecord(graph.tensors[node.inputs[0]])
    scratchLength = UInt32(scratchLength(input: input, output: try TensorRecord(graph.tensors[node.output])))
    guard section.bytes.count <= ImageFormat.maximumLength else {
      throw GraphError(node.name, "weights beyond \(ImageFormat.maximumLength >> 20) MiB don't fit an image")
    }
  }

  /// Where a crop reads.
  private mutating func place(_ rectangle: Rectangle) {
    strideHeight = UInt16(rectangle.strideHeight)
    strideWidth = UInt16(rectangle.strideWidth)
    padTop = UInt16(max(-rectangle.row, 0))
    padLeft = UInt16(max(-rectangle.column, 0))
    details.1 = UInt32(max(rectangle.row, 0)) | UInt32(max(rectangle.column, 0)) << 16
    details.2 = UInt32(rectangle.channel)
  }
}

extension NodeOperation {
  /// The operation's code in the image.
  public var kind: Operation {
    switch self {
    case .dense: .dense
    case .convolution: .convolution
    case .depthwise: .depthwise
    case .averagePool: .averagePool
    case .maxPool: .maxPool
    case .add: .add
    case .concatenation: .concatenation
    case .binarize: .binarize
    case .prelu: .prelu
    case .rescale: .rescale
    case .lookup: .lookup
    case .softmax: .softmax
    case .multiply: .multiply
    case .crop, .reshape: .crop
    case .mean: .mean
    }
  }

  /// The operation's window, if it has one.
  public var window: Window? {
    switch self {
    case .convolution(_, let window), .depthwise(_, let window), .averagePool(let window), .maxPool(let window),
      .mean(let window, _):
      window
    case .dense, .add, .concatenation, .binarize, .prelu, .rescale, .lookup, .softmax, .multiply, .crop, .reshape: nil
    }
  }
}
