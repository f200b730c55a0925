import Dormouse

/// What `dormouse inspect` shows: a row a layer, and the totals. Encodes to JSON as it stands.
public struct LayerTable: Equatable, Sendable, Codable {
  /// One layer, in order of execution.
  public struct Row: Equatable, Sendable, Codable {
    /// From 0.
    public var index: Int
    /// Such as "convolution".
    public var operation: String
    /// Shapes of the inputs.
    public var inputs: [TensorShape]
    /// Shape of the output.
    public var output: TensorShape
    /// "int8", "bits" or "int16".
    public var outputType: String
    /// Such as "int8"; "none" without weights.
    public var encoding: String
    /// Kernel, stride, dilation and padding in words; empty without a window.
    public var window: String
    /// Bits of a stored weight; 0 without weights.
    public var weightBits: Int
    /// Bits of an element of the (first) input: 1, 8 or 16.
    public var activationBits: Int
    /// Weights, padding not counted, and biases.
    public var parameters: Int
    /// Multiplications by a weight.
    public var macs: Int
    /// Bytes of record, weights, biases and factors.
    public var flash: Int
    /// Bytes of the output.
    public var outputLength: Int
    /// Where the output lies, in bytes from the start of the activation region.
    public var arenaOffset: Int
    /// Layer that writes the output.
    public var firstLayer: Int
    /// Last layer that reads the output.
    public var lastLayer: Int
    /// Where scratch lies, in bytes from the start of the activation region.
    public var scratchOffset: Int
    /// Bytes of scratch.
    public var scratchLength: Int
  }

  /// Sums over the layers, and sizes of the whole.
  public struct Totals: Equatable, Sendable, Codable {
    /// Weights and biases.
    public var parameters: Int
    /// Multiplications by a weight in one inference.
    public var macs: Int
    /// Arithmetic cost: MACs x weight bits x activation bits.
    public var arithmeticCost: Int
    /// Bytes of the image on flash.
    public var flash: Int
    /// Bytes of the arena.
    public var arena: Int
    /// Bytes of the arena's activation region.
    public var activations: Int
    /// Bytes that no plan of the activations can go below.
    public var activationsLowerBound: Int
  }

  /// Name of the model.
  public var name: String
  /// Version of the model.
  public var version: String
  /// Names of the outputs.
  public var labels: [String]
  /// One a layer.
  public var rows: [Row]
  /// Sums.
  public var totals: Totals

  /// Reads the table from an image.
  public init(_ image: ModelImage) {
    func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    name = text(image.name)
    version = text(image.version)
    labels = (0..<image.labelCount).map { text(image.label($0)) }
    rows = (0..<image.layerCount).map { Row(image, layer: $0) }
    let macs = rows.reduce(0) { $0 + $1.macs }
    totals = Totals(
      parameters: rows.reduce(0) { $0 + $1.parameters }, macs: macs,
      arithmeticCost: rows.reduce(0) { $0 + $1.macs * $1.weightBits * $1.activationBits }, flash: image.length,
      arena: image.arenaLength, activations: Int(image.program.activationLength),
      activationsLowerBound: LayerTable.lowerBound(image))
  }

  /// The most that is in use in any one layer.
  private static func lowerBound(_ image: ModelImage) -> Int {
    (0..<image.layerCount).map { index in
      let live = (0..<image.tensorCount).map { image.tensor($0) }.filter {
        Int($0.firstLayer) <= index && index <= Int($0.lastLayer)
      }
      return live.reduce(ImageFormat.aligned(Int(image.layer(index).scratchLength))) {
        $0 + ImageFormat.aligned($1.byteLength)
      }
    }.max() ?? 0
  }
}

extension LayerTable.Row {
  init(_ image: ModelImage, layer index: Int) {
    let layer = image.layer(index)
    let first = image.tensor(Int(layer.inputs.0))
    let result = image.tensor(Int(layer.output))
    let indices = [layer.inputs.0, layer.inputs.1, layer.inputs.2, layer.inputs.3].prefix(Int(layer.inputCount))
    let positions = Int(result.height) * Int(result.width)
    let operation = Operation(rawValue: layer.operation)
    let perRow = layer.weightsPerRow(input: first)
    let weightRows = layer.weightRows(output: result)
    let channels = layer.requantizedChannels(output: result)
    let isRectifier = operation == .prelu
    let biases = weightRows > 0 || isRectifier || operation == .binarize ? channels : 0
    let hasTable = isRectifier || layer.encoding == Encoding.binaryLevels.rawValue
    self.index = index
    self.operation = operation.map { "\($0)" } ?? "unknown"
    inputs = indices.map { TensorShape(image.tensor(Int($0))) }
    output = TensorShape(result)
    outputType = ElementType(rawValue: result.type).map { "\($0)" } ?? "unknown"
    encoding = Encoding(rawValue: layer.encoding).map { "\($0)" } ?? "unknown"
    weightBits = layer.code.bits
    activationBits = first.holds(.bits) ? 1 : first.holds(.int16) ? 16 : 8
    window = layer.windowInWords
    parameters = perRow * weightRows + biases
    macs = perRow * weightRows * (operation == .dense ? 1 : positions)
    flash =
      MemoryLayout<LayerRecord>.size + layer.rowStrides(output: result) * Int(layer.rowStride) + layer.code.levels
      + 4 * biases + (result.holds(.bits) ? 4 : 8) * channels + (hasTable ? 4 * channels : 0)
    outputLength = result.byteLength
    arenaOffset = Int(result.arenaOffset)
    firstLayer = Int(result.firstLayer)
    lastLayer = Int(result.lastLayer)
    scratchOffset = Int(layer.scratch)
    scratchLength = Int(layer.scratchLength)
  }
}

extension TensorShape {
  /// The shape of a tensor of an image.
  init(_ record: TensorRecord) {
    self.init(height: Int(record.height), width: Int(record.width), channels: Int(record.channels))
  }
}

extension LayerRecord {
  /// Such as "3x3 stride 2x1 pad 1x0"; what is usual is left out.
  fileprivate var windowInWords: String {
    guard kernelHeight > 0 else { return "" }
    var words = "\(kernelHeight)x\(kernelWidth)"
    if strideHeight > 1 || strideWidth > 1 { words += " stride \(strideHeight)x\(strideWidth)" }
    if dilationHeight > 1 || dilationWidth > 1 { words += " dilation \(dilationHeight)x\(dilationWidth)" }
    if padTop > 0 || padLeft > 0 { words += " pad \(padTop)x\(padLeft)" }
    return words
  }
}
