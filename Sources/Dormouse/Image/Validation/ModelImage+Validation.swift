extension ModelImage {
  /// Proves what the kernels, the network, the front end and the detector rely on; `sectionTable` has done the frame.
  ///
  /// In this order: presence of the sections, texts, tensors, program (which needs valid tensors), front end and detector,
  /// and at last the arena length, which follows from all of them.
  func validate() throws(ImageError) {
    try checkPresence(.tensors)
    try checkPresence(.program)
    try checkPresence(.weights)
    try checkPresence(.labels)
    try checkPresence(.identity)
    try checkStrings(.labels)
    try checkStrings(.identity)
    try checkProgramHead()
    for index in 0..<tensorCount { try checkTensor(index) }
    try checkLifetimes()
    for index in 0..<layerCount { try checkLayer(index) }
    guard hasFrontEnd else {
      guard count(of: .detector) == 0 else { throw ImageError(.frontEnd, at: 0, .missingSection) }
      guard program.context == 0, program.stride == 0 else { throw broken(.program, 4, .badValue) }
      return try checkArena(ArenaPlan(program: program))
    }
    try checkPresence(.detector)
    let record = try LogMelRecord.validated(
      section: start(of: .frontEnd), length: length(of: .frontEnd), offset: offset(of: .frontEnd))
    try checkHearing(record)
    try checkDetector()
    try checkArena(ArenaPlan(logMel: record, detector: detector, program: program))
  }

  /// An error at a byte of a section.
  @inline(never)
  func broken(_ kind: SectionKind, _ byte: Int, _ reason: ImageError.Reason) -> ImageError {
    ImageError(kind, at: offset(of: kind) &+ byte, reason)
  }

  private func checkPresence(_ kind: SectionKind) throws(ImageError) {
    guard count(of: kind) > 0 else { throw ImageError(kind, at: 0, .missingSection) }
  }

  /// Whether `count` bytes of a section from `byte` on are zero.
  func areZero(_ kind: SectionKind, _ byte: Int, _ count: Int) -> Bool {
    var sum: UInt8 = 0
    for index in 0..<count { sum |= start(of: kind).load(fromByteOffset: byte &+ index, as: UInt8.self) }
    return sum == 0
  }

  /// Checks everything in the program's head that does not depend on layers.
  private func checkProgramHead() throws(ImageError) {
    let head = program
    guard Int(head.input) < tensorCount else { throw broken(.program, 0, .badTensorIndex) }
    guard Int(head.output) < tensorCount else { throw broken(.program, 2, .badTensorIndex) }
    guard head.activationLength <= ImageLimits.activations else { throw broken(.program, 8, .badValue) }
    guard areZero(.program, 12, 20) else { throw broken(.program, 12, .reservedNotZero) }
  }

  private func checkHearing(_ record: LogMelRecord) throws(ImageError) {
    let head = program
    guard head.context >= 1, head.stride >= 1 else { throw broken(.program, 4, .badValue) }
    guard Int(head.context) &* Int(record.bands) == tensor(Int(head.input)).count else {
      throw broken(.program, 4, .badShape)
    }
  }

  private func checkDetector() throws(ImageError) {
    let settings = detector
    guard settings.smoothing >= 1, settings.smoothing <= 64 else { throw broken(.detector, 0, .badValue) }
    guard Int(settings.labelCount) == labelCount, count(of: .detector) == labelCount else {
      throw broken(.detector, 2, .badCount)
    }
    // A difference of logits, at most 255, stays below 2^30.
    guard settings.stepMultiplier >= 0, settings.stepShift >= -31, settings.stepShift <= 22 else {
      throw broken(.detector, 8, .badMultiplier)
    }
    guard areZero(.detector, 16, 16) else { throw broken(.detector, 16, .reservedNotZero) }
    for index in 0..<labelCount {
      let place = MemoryLayout<DetectorRecord>.size &+ index &* MemoryLayout<KeywordRecord>.size
      guard keywords[index].minimumRun >= 1 else { throw broken(.detector, place &+ 2, .badValue) }
      guard keywords[index].reserved == 0 else { throw broken(.detector, place &+ 4, .reservedNotZero) }
    }
  }

  private func checkArena(_ plan: ArenaPlan) throws(ImageError) {
    guard header.arenaLength == UInt32(truncatingIfNeeded: plan.length) else {
      throw ImageError(.header, at: 20, .arenaLengthMismatch)
    }
  }
}
