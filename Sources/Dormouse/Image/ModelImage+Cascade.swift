extension ModelImage {
  /// Whether a second network verifies what the first is unsure of.
  @inline(__always)
  public var hasVerifier: Bool { RuntimeParts.hasCascades && count(of: .verifier) != 0 }

  /// When it does; requires `hasVerifier`.
  public var cascade: CascadeRecord { start(of: .verifier).load(as: CascadeRecord.self) }

  /// The verifying network, a bare one; requires `hasVerifier`.
  public var verifier: ModelImage {
    let head = MemoryLayout<CascadeRecord>.size
    return ModelImage(validated: start(of: .verifier) + head, length: length(of: .verifier) &- head)
  }

  /// Bytes of the arena's activation region: networks take turns there.
  public var activationLength: UInt32 {
    hasVerifier ? max(program.activationLength, verifier.program.activationLength) : program.activationLength
  }

  /// Proves the verifier: a network like any other, over the same frames and labels.
  @_optimize(size)
  func validateVerifier() throws(ImageError) {
    guard hasVerifier else { return }
    let at = offset(of: .verifier)
    let head = MemoryLayout<CascadeRecord>.size
    try Self.require(hasFrontEnd, .frontEnd, at: 0, .missingSection)
    try Self.require(length(of: .verifier) > head, .verifier, at: at, .tooShort)
    let record = cascade
    let most = CascadeRecord.alwaysMargin
    try Self.require(record.keywordMargin <= most && record.otherMargin <= most, .verifier, at: at, .badValue)
    // 255 logit steps of at most 2^22 stay below 2^30.
    try Self.require(record.step.isValid && record.step.shift <= 22, .verifier, at: at &+ 4, .badMultiplier)
    try Self.require(record.reserved == (0, 0, 0, 0, 0), .verifier, at: at &+ 12, .reservedNotZero)
    let second: ModelImage
    do throws(ImageError) {
      second = try ModelImage(
        validatingVerifier: start(of: .verifier) + head, length: length(of: .verifier) &- head)
    } catch {
      #if DORMOUSE_SMALL
        throw error
      #else
        throw ImageError(.verifier, at: at &+ head &+ error.offset, error.reason)
      #endif
    }
    if RuntimeParts.hasImported {
      // It runs now and then only, and where the first network's activations lie.
      try Self.require(second.program.stateLength == 0, .verifier, at: at &+ head, .badValue)
    }
    try Self.require(second.labelCount == labelCount, .verifier, at: at &+ head, .badCount)
    let frames = tensor(Int(program.input))
    let input = second.tensor(Int(second.program.input))
    try Self.require(
      input.type == frames.type && input.byteLength == frames.byteLength, .verifier, at: at &+ head, .badShape)
  }
}
