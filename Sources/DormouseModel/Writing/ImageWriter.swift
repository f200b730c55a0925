import Dormouse
import Foundation

/// Turns a graph into the bytes of a model image. Equal graphs give equal bytes.
public struct ImageWriter {
  /// The graph that is written.
  public let graph: Graph
  /// Where its activations lie.
  public let plan: ActivationPlan
  private let frontEnd: [UInt8]?
  private let layers: [LayerRecord]
  private let constants: [UInt8]

  /// Prepares `graph`: checks it, packs its constants, plans its memory.
  ///
  /// - Throws: `GraphError` or `LogMelSettings.Problem`: what is wrong and what to change.
  public init(_ graph: Graph) throws {
    try graph.check()
    self.graph = graph
    frontEnd = try graph.frontEnd.map { try $0.section() }
    var section = ByteBuilder()
    var layers: [LayerRecord] = []
    for node in graph.nodes {
      layers.append(try LayerRecord(node, graph: graph, constants: &section))
    }
    var plan = ActivationPlan(graph, layers: layers)
    for (index, tensor) in graph.tensors.enumerated() where tensor.home == .image {
      plan.offsets[index] = section.appendAligned(tensor.constant)
    }
    self.plan = plan
    for index in layers.indices { layers[index].scratch = UInt32(plan.scratchOffsets[index]) }
    section.align()
    self.layers = layers
    constants = section.bytes
  }

  /// Weights start at multiples of this, more than the format asks for: rows that begin with a cache line stream from a
  /// host's second-level cache a tenth faster.
  static let cacheLine = 64

  /// The image.
  ///
  /// - Throws: `GraphError` if it would be larger than the format allows, or would not validate.
  public func bytes() throws -> [UInt8] {
    let tensors = try tensorSection()
    let program = programSection()
    var sections: [ImageAssembly.Section] = [
      (.tensors, graph.tensors.count, tensors),
      (.program, layers.count, program),
    ]
    // A pool-only network has no constants; the section is there all the same.
    sections.append((.weights, 1, constants.isEmpty ? [UInt8](repeating: 0, count: 16) : constants))
    sections.append((.labels, graph.labels.count, ImageWriter.strings(graph.labels)))
    sections.append((.identity, 2, ImageWriter.strings([graph.name, graph.version])))
    if let frontEnd, let settings = graph.detector {
      sections.insert((.frontEnd, 1, frontEnd), at: 0)
      sections.append((.detector, graph.labels.count, try detectorSection(settings)))
    }
    let assembly = ImageAssembly(sections: sections, minorVersion: minorVersion, arenaLength: try arenaLength())
    guard let image = assembly.bytes() else {
      throw GraphError("model", "the image would exceed \(ImageFormat.maximumLength >> 20) MiB")
    }
    do throws(ImageError) {
      try LoadedImage.validate(image)
    } catch {
      throw GraphError("model", "no valid image can be made of it: \(error.plainWords)")
    }
    return image
  }

  /// The least minor version that knows what the graph uses, so that images without bits stay what they were.
  private var minorVersion: UInt16 {
    let isPlain = graph.tensors.allSatisfy { $0.type == .int8 } && graph.nodes.allSatisfy { $0.operation != .rescale }
    let isImported =
      graph.tensors.contains { $0.home != .activations }
      || graph.nodes.contains { $0.rounding == .twice || $0.operation.kind.rawValue >= Operation.lookup.rawValue }
    return isImported ? 4 : isPlain ? ImageFormat.baseMinorVersion : 2
  }

  private func tensorSection() throws(GraphError) -> [UInt8] {
    var section = ByteBuilder()
    for (index, tensor) in graph.tensors.enumerated() {
      section.append(try TensorRecord(tensor, lifetime: plan.lifetimes[index], offset: plan.offsets[index]))
    }
    return section.bytes
  }

  private func programSection() -> [UInt8] {
    var section = ByteBuilder()
    section.append(programRecord)
    for layer in layers { section.append(layer) }
    return section.bytes
  }

  private var programRecord: ProgramRecord {
    let context = graph.frontEnd.map { graph.tensors[graph.input].shape.count / $0.features } ?? 0
    return ProgramRecord(
      input: UInt16(graph.input), output: UInt16(graph.output), context: UInt16(context),
      stride: UInt16(graph.detector?.stride ?? 0), activationLength: UInt32(plan.length),
      stateLength: UInt32(plan.stateLength))
  }

  private func detectorRecord(_ settings: DetectorSettings) throws(GraphError) -> DetectorRecord {
    // Posterior = 2^(step * logit) / sum, step = logit scale * log2(e) in Q16.
    let step = graph.tensors[graph.output].quantization.scale * 65536 / log(2)
    guard let multiplier = QuantizedMultiplier(rounding: step), multiplier.shift <= 22 else {
      throw GraphError("model", "the scale of its logits is too large to compute posteriors")
    }
    let rate = graph.frontEnd?.sampleRate ?? 0
    return DetectorRecord(
      smoothing: UInt16(settings.smoothing), labelCount: UInt16(graph.labels.count),
      refractory: UInt32(settings.refractoryMilliseconds * rate / 1000), step: multiplier)
  }

  private func detectorSection(_ settings: DetectorSettings) throws(GraphError) -> [UInt8] {
    var section = ByteBuilder()
    section.append(try detectorRecord(settings))
    for label in graph.labels {
      let keyword = settings.keywords[label]
      // Above 1 in Q15: never reported.
      let threshold = keyword.map { UInt16(max(($0.threshold * 32768).rounded(), 1)) } ?? .max
      section.append(KeywordRecord(threshold: threshold, minimumRun: UInt16(keyword?.minimumRun ?? 1)))
    }
    return section.bytes
  }

  private func arenaLength() throws(GraphError) -> Int {
    guard let frontEnd, let settings = graph.detector else { return ArenaPlan(program: programRecord).length }
    return ArenaPlan(
      frontEnd: FrontEndShape(of: frontEnd), detector: try detectorRecord(settings), program: programRecord
    ).length
  }

  /// A string list.
  static func strings(_ texts: [String]) -> [UInt8] {
    var records = ByteBuilder()
    var bytes: [UInt8] = []
    for text in texts {
      let offset = texts.count * MemoryLayout<StringRecord>.size + bytes.count
      records.append(StringRecord(offset: UInt16(offset), length: UInt16(text.utf8.count)))
      bytes += Array(text.utf8)
    }
    return records.bytes + bytes
  }
}
