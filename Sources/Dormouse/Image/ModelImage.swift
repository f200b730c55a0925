/// A validated model image, read in place.
///
/// The image is untrusted input. `init` proves, once, everything that the rest of the runtime relies on (see
/// `ModelImage+Validation.swift`); a value of this type is that proof, and its accessors check nothing again. The memory
/// must stay valid and unchanged as long as any copy of the value, or a spotter made from it, is in use.
public struct ModelImage {
  /// First byte; aligned to 16.
  let base: UnsafeRawPointer
  /// Bytes.
  public let length: Int
  /// Offsets from `base` and record counts of the sections, indexed by `SectionKind.rawValue`; a count of 0 is absence.
  let sections: InlineArray<9, SectionRecord>

  /// Validates `length` bytes at `base`, which is aligned to 16.
  ///
  /// - Throws: the first rule that the image breaks.
  #if DORMOUSE_SMALL
    @inline(never)
  #endif
  public init(validating base: UnsafeRawPointer, length: Int) throws(ImageError) {
    self.base = base
    self.length = length
    sections = try ModelImage.sectionTable(at: base, length: length)
    try validate()
  }

  /// Validates the image of a verifier: a bare network without a verifier of its own, so that nothing nests deeper.
  @_optimize(size)
  init(validatingVerifier base: UnsafeRawPointer, length: Int) throws(ImageError) {
    self.base = base
    self.length = length
    sections = try ModelImage.sectionTable(at: base, length: length)
    try ModelImage.require(
      count(of: .verifier) == 0 && count(of: .frontEnd) == 0, .header, at: 16, .unknownSection)
    try validate()
  }

  /// An image that was validated before.
  init(validated base: UnsafeRawPointer, length: Int) {
    self.base = base
    self.length = length
    sections = ModelImage.provenSectionTable(at: base)
  }

  @inline(__always)
  func offset(of kind: SectionKind) -> Int {
    Int(truncatingIfNeeded: sections[Int(truncatingIfNeeded: kind.rawValue)].offset)
  }

  @inline(__always)
  func count(of kind: SectionKind) -> Int {
    Int(truncatingIfNeeded: sections[Int(truncatingIfNeeded: kind.rawValue)].count)
  }

  /// First byte of a section that is present.
  @inline(__always)
  func start(of kind: SectionKind) -> UnsafeRawPointer { base + offset(of: kind) }

  /// Bytes of a section; 0 if absent.
  @inline(__always)
  func length(of kind: SectionKind) -> Int {
    Int(truncatingIfNeeded: sections[Int(truncatingIfNeeded: kind.rawValue)].length)
  }

  /// Bytes and record count of a section; nil if it is absent.
  public func section(_ kind: SectionKind) -> (bytes: UnsafeRawBufferPointer, count: Int)? {
    guard count(of: kind) != 0 else { return nil }
    return (UnsafeRawBufferPointer(start: start(of: kind), count: length(of: kind)), count(of: kind))
  }

  /// The header.
  public var header: ImageHeader { base.load(as: ImageHeader.self) }

  /// Exact size in bytes of the arena that a spotter needs.
  public var arenaLength: Int { Int(truncatingIfNeeded: header.arenaLength) }

  /// Whether the image hears (front end and detector), or holds a bare network.
  public var hasFrontEnd: Bool { count(of: .frontEnd) != 0 }

  /// What the front end takes and gives; requires `hasFrontEnd`.
  public var frontEnd: FrontEndShape { FrontEndShape(section: start(of: .frontEnd)) }

  /// The section of the front end, for `FrontEnd`; requires `hasFrontEnd`.
  public var frontEndSection: UnsafeRawPointer { start(of: .frontEnd) }

  /// Settings of the log-mel front end; requires `hasFrontEnd`, and that it is of this kind.
  public var logMel: LogMelRecord { start(of: .frontEnd).load(as: LogMelRecord.self) }

  /// Detector settings; requires `hasFrontEnd`.
  public var detector: DetectorRecord { start(of: .detector).load(as: DetectorRecord.self) }

  /// Detector settings of the labels, `[labelCount]`; requires `hasFrontEnd`.
  public var keywords: UnsafePointer<KeywordRecord> {
    (start(of: .detector) + MemoryLayout<DetectorRecord>.size).assumingMemoryBound(to: KeywordRecord.self)
  }

  /// Head of the program.
  public var program: ProgramRecord { start(of: .program).load(as: ProgramRecord.self) }

  /// Layers of the program.
  public var layerCount: Int { count(of: .program) }

  /// Layer `index`, in order of execution.
  @inline(__always)
  public func layer(_ index: Int) -> LayerRecord {
    let records = start(of: .program) + MemoryLayout<ProgramRecord>.size
    return records.load(fromByteOffset: index &* MemoryLayout<LayerRecord>.size, as: LayerRecord.self)
  }

  /// Activation tensors.
  public var tensorCount: Int { count(of: .tensors) }

  /// Tensor `index`.
  @inline(__always)
  public func tensor(_ index: Int) -> TensorRecord {
    start(of: .tensors).load(fromByteOffset: index &* MemoryLayout<TensorRecord>.size, as: TensorRecord.self)
  }

  /// Network outputs, one a label.
  public var labelCount: Int { count(of: .labels) }

  /// UTF-8 of label `index`.
  public func label(_ index: Int) -> UnsafeBufferPointer<UInt8> { string(index, in: .labels) }

  /// UTF-8 of the model's name.
  public var name: UnsafeBufferPointer<UInt8> { string(0, in: .identity) }

  /// UTF-8 of the model's version.
  public var version: UnsafeBufferPointer<UInt8> { string(1, in: .identity) }

  func string(_ index: Int, in kind: SectionKind) -> UnsafeBufferPointer<UInt8> {
    let section = start(of: kind)
    let record = section.load(fromByteOffset: index &* MemoryLayout<StringRecord>.size, as: StringRecord.self)
    let bytes = (section + Int(record.offset)).assumingMemoryBound(to: UInt8.self)
    return UnsafeBufferPointer(start: bytes, count: Int(record.length))
  }
}
