import Dormouse
import DormouseModel

/// The bytes of an image with access to its records, for breaking them on purpose.
///
/// Sections are found once, in the intact image; after that offsets stay as they were, whatever is written.
public struct ImageBytes {
  /// The file.
  public var bytes: [UInt8]
  /// Section table of the intact image.
  public let sections: [SectionRecord]

  /// Activation length of the second network of the intact image; 0 without one.
  private var verifierLength: UInt32 = 0

  /// Wraps an intact image.
  public init(intact bytes: [UInt8]) {
    self.bytes = bytes
    sections = bytes.withUnsafeBytes { memory in
      let header = memory.loadUnaligned(as: ImageHeader.self)
      return (0..<Int(header.sectionCount)).map {
        memory.loadUnaligned(fromByteOffset: 32 + 16 * $0, as: SectionRecord.self)
      }
    }
    if let verifier = section(.verifier) {
      let start = Int(verifier.offset) + MemoryLayout<CascadeRecord>.size
      let second = ImageBytes(intact: Array(bytes[start..<Int(verifier.offset + verifier.length)]))
      let program = second.section(.program)
      verifierLength = program.map { second.load(ProgramRecord.self, at: Int($0.offset)).activationLength } ?? 0
    }
  }

  /// The section of a kind, if the intact image has it.
  public func section(_ kind: SectionKind) -> SectionRecord? { sections.first { $0.kind == kind.rawValue } }

  /// Where the records of a section start, how many they are, and bytes from one to the next.
  public func records(_ kind: SectionKind) -> (start: Int, count: Int, size: Int) {
    guard let section = section(kind) else { return (32, sections.count, MemoryLayout<SectionRecord>.size) }
    let start = Int(section.offset)
    let count = Int(section.count)
    switch kind {
    case .header: return (32, sections.count, MemoryLayout<SectionRecord>.size)
    case .tensors: return (start, count, MemoryLayout<TensorRecord>.size)
    case .program: return (start + MemoryLayout<ProgramRecord>.size, count, MemoryLayout<LayerRecord>.size)
    case .detector: return (start + MemoryLayout<DetectorRecord>.size, count, MemoryLayout<KeywordRecord>.size)
    case .labels, .identity: return (start, count, MemoryLayout<StringRecord>.size)
    case .weights, .frontEnd, .verifier: return (start, 1, Int(section.length))
    }
  }

  /// Where record `index` of a section starts.
  public func place(_ kind: SectionKind, _ index: Int = 0) -> Int {
    let records = records(kind)
    return records.start + index * records.size
  }

  /// Reads a value that lies inside the file.
  public func load<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }

  /// Writes a value, if it fits.
  public mutating func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
    guard offset >= 0, offset + MemoryLayout<Value>.size <= bytes.count else { return }
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: Value.self) }
  }

  /// Makes length and checksum those of the content.
  ///
  /// - Parameter nested: make the verifier's checksum right, too.
  public mutating func seal(nested: Bool = true) {
    guard bytes.count >= MemoryLayout<ImageHeader>.size else { return }
    store(UInt32(bytes.count), at: 8)
    if nested, let verifier = section(.verifier) {
      sealChecksum(
        from: Int(verifier.offset) + MemoryLayout<CascadeRecord>.size, to: Int(verifier.offset + verifier.length))
    }
    sealChecksum(from: 0, to: bytes.count)
  }

  /// Makes the checksum of the image in `start ..< end` that of the content, if it lies inside the file.
  private mutating func sealChecksum(from start: Int, to end: Int) {
    guard start + MemoryLayout<ImageHeader>.size <= end, end <= bytes.count else { return }
    let checksum = bytes.withUnsafeBytes {
      CRC32.checksum($0.baseAddress! + start + ImageFormat.checkedFrom, count: end - start - ImageFormat.checkedFrom)
    }
    store(checksum, at: start + 12)
  }

  /// Makes row strides, scratch lengths and the arena length what the (changed) records ask for, so that a change gets
  /// past the checks of derived values.
  public mutating func rederive() {
    guard bytes.count == ImageBytes.length(sections), let program = section(.program) else { return }
    let tensors = records(.tensors)
    let layers = records(.program)
    for index in 0..<layers.count {
      let place = layers.start + index * layers.size
      var layer = load(LayerRecord.self, at: place)
      guard Int(layer.inputs.0) < tensors.count, Int(layer.output) < tensors.count else { continue }
      let input = load(TensorRecord.self, at: tensors.start + Int(layer.inputs.0) * tensors.size)
      let output = load(TensorRecord.self, at: tensors.start + Int(layer.output) * tensors.size)
      layer.rowStride = UInt32(truncatingIfNeeded: layer.rowStride(input: input))
      layer.scratchLength = UInt32(truncatingIfNeeded: layer.scratchLength(input: input, output: output))
      store(layer, at: place)
    }
    let head = load(ProgramRecord.self, at: Int(program.offset))
    var plan = ArenaPlan(program: head)
    if let frontEnd = section(.frontEnd), let detector = section(.detector) {
      plan = ArenaPlan(
        frontEnd: FrontEndShape(of: Array(bytes[Int(frontEnd.offset)...].prefix(64))),
        detector: load(DetectorRecord.self, at: Int(detector.offset)), program: head, verifier: verifierLength)
    }
    store(UInt32(truncatingIfNeeded: plan.length), at: 20)
  }

  private static func length(_ sections: [SectionRecord]) -> Int {
    sections.map { ImageFormat.aligned(Int($0.offset + $0.length)) }.max() ?? 0
  }
}
