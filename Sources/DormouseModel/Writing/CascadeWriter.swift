import Dormouse

/// Joins two images that hear the same frames to one cascade: the first network runs always, the second verifies.
public struct CascadeWriter {
  /// What makes two images impossible to join.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String
  }

  /// Logit steps, 0 to 256, below which a keyword is verified; 256 is always.
  public var keywordMargin: Int
  /// The same for silence and unknown words.
  public var otherMargin: Int

  /// Name of the cascade; nil is that of the first image.
  public var name: String?

  /// Memberwise.
  public init(keywordMargin: Int, otherMargin: Int, name: String? = nil) {
    self.keywordMargin = keywordMargin
    self.otherMargin = otherMargin
    self.name = name
  }

  /// The image of the cascade. Front end, detector and labels are those of `first`; of `second` only the network is
  /// kept.
  ///
  /// - Throws: `Problem`, if the two don't fit or a margin is out of range.
  public func join(_ first: ModelImage, _ second: ModelImage) throws(Problem) -> [UInt8] {
    try check(first, second)
    let step = second.detector.step
    var verifier = ByteBuilder()
    verifier.append(
      CascadeRecord(keywordMargin: UInt16(keywordMargin), otherMargin: UInt16(otherMargin), step: step))
    verifier.append(bytes: try bare(second))
    var sections = CascadeWriter.sections(of: first)
    if let name, let place = sections.firstIndex(where: { $0.kind == .identity }) {
      let version = String(decoding: first.version, as: UTF8.self)
      sections[place].bytes = ImageWriter.strings([name, version])
    }
    sections.append((.verifier, 1, verifier.bytes))
    let plan = ArenaPlan(
      frontEnd: first.frontEnd, detector: first.detector, program: first.program,
      verifier: second.program.activationLength)
    let image = try assemble(sections, minorVersion: 3, arenaLength: plan.length)
    do throws(ImageError) {
      try LoadedImage.validate(image)
    } catch {
      throw Problem(description: "no valid cascade can be made of the two: \(error.plainWords)")
    }
    return image
  }

  private func check(_ first: ModelImage, _ second: ModelImage) throws(Problem) {
    func require(_ condition: Bool, _ words: String) throws(Problem) {
      if !condition { throw Problem(description: words) }
    }
    let margins = 0...Int(CascadeRecord.alwaysMargin)
    try require(
      name.map { (1...63).contains($0.utf8.count) } ?? true, "a name has 1 to 63 bytes")
    try require(
      margins.contains(keywordMargin) && margins.contains(otherMargin),
      "a margin is 0 (never verify) to \(CascadeRecord.alwaysMargin) (always) logit steps")
    for (image, name) in [(first, "first"), (second, "verifying")] {
      try require(image.hasFrontEnd, "the \(name) image holds a bare network; give one with a front end")
      try require(!image.hasVerifier, "the \(name) image is a cascade already; give one with a single network")
    }
    try require(
      CascadeWriter.bytes(of: .frontEnd, in: first).elementsEqual(CascadeWriter.bytes(of: .frontEnd, in: second)),
      "the two images have different front ends; a cascade computes features once, so train both on the same")
    try require(
      first.program.context == second.program.context,
      "contexts differ: \(first.program.context) and \(second.program.context) frames; train both on the same context")
    try require(
      CascadeWriter.bytes(of: .labels, in: first).elementsEqual(CascadeWriter.bytes(of: .labels, in: second)),
      "the two images have different labels; train both on the same classes, in the same order")
  }

  private static func bytes(of kind: SectionKind, in image: ModelImage) -> UnsafeRawBufferPointer {
    image.section(kind)?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// Sections in the order of `ImageWriter`.
  private static func sections(of image: ModelImage) -> [ImageAssembly.Section] {
    let kinds: [SectionKind] = [.frontEnd, .tensors, .program, .weights, .labels, .identity, .detector]
    return kinds.compactMap { kind in image.section(kind).map { (kind, $0.count, [UInt8]($0.bytes)) } }
  }

  /// The image of the network alone.
  private func bare(_ image: ModelImage) throws(Problem) -> [UInt8] {
    let program = image.program
    let head = ProgramRecord(
      input: program.input, output: program.output, context: 0, stride: 0, activationLength: program.activationLength)
    let sections: [ImageAssembly.Section] = CascadeWriter.sections(of: image).filter {
      $0.kind != .frontEnd && $0.kind != .detector
    }.map {
      guard $0.kind == .program else { return $0 }
      return ($0.kind, $0.count, withUnsafeBytes(of: head) { [UInt8]($0) } + $0.bytes.dropFirst(32))
    }
    return try assemble(
      sections, minorVersion: image.header.minorVersion, arenaLength: ArenaPlan(program: head).length)
  }

  private func assemble(
    _ sections: [ImageAssembly.Section], minorVersion: UInt16, arenaLength: Int
  ) throws(Problem) -> [UInt8] {
    let assembly = ImageAssembly(sections: sections, minorVersion: minorVersion, arenaLength: arenaLength)
    guard let bytes = assembly.bytes() else {
      throw Problem(description: "the cascade would exceed \(ImageFormat.maximumLength >> 20) MiB")
    }
    return bytes
  }
}
