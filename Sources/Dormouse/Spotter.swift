import DormouseISA

/// The whole machine: push samples, get detections.
///
///     samples -> front end -> frames -> network -> logits -> detector -> detections
///
/// A spotter owns nothing but the arena that it is lent and reads the image in place. It allocates nothing, computes
/// without floating point, and hears the same however the samples are cut into chunks:
///
///     var taken = 0
///     while taken < samples.count {
///       let progress = spotter.push(samples, from: taken)
///       taken += progress.consumed
///       if let detection = progress.detection { ... }
///     }
public struct Spotter: ~Copyable {
  /// What one `push` did.
  public struct Progress: Sendable {
    /// Samples taken, at least one unless there were none.
    public let consumed: Int
    /// A frame was completed: `frame` holds it.
    public let frame: Bool
    /// An inference was run: `logits` holds its output, `score(of:)` the smoothed posteriors.
    public let inference: Bool
    /// A keyword was accepted.
    public let detection: Detection?
  }

  /// The model.
  public var image: ModelImage { network.image }
  private let frames: UnsafeMutableRawPointer
  private let scratch: UnsafeMutableRawPointer
  private var frontEnd: FrontEnd
  private var network: Network
  #if !DORMOUSE_WITHOUT_CASCADE
    private let verifier: Network?
  #endif
  private var detector: Detector
  /// Bytes of a frame.
  private let frameLength: Int
  private let context: Int
  private let stride: Int
  private let hop: UInt64
  private let contextSamples: UInt64
  /// Ring slot that the next frame goes to; the oldest frame until then.
  private var slot = 0
  /// Frames still to come before the next inference.
  private var missing: Int
  private var heard: UInt64 = 0

  /// A spotter that has heard nothing.
  ///
  /// - Parameters:
  ///   - image: an image with a front end.
  ///   - arena: aligned to 16; used by this spotter alone as long as it lives.
  ///   - arenaLength: bytes; at least `image.arenaLength`.
  /// - Throws: `ImageError`, if the image has no front end, or the arena is too small or misaligned.
  public init(image: ModelImage, arena: UnsafeMutableRawPointer, arenaLength: Int) throws(ImageError) {
    guard image.hasFrontEnd else { throw ImageError(.frontEnd, at: 0, .missingSection) }
    guard arenaLength >= image.arenaLength else { throw ImageError(.header, at: 0, .arenaTooSmall) }
    guard UInt(bitPattern: arena) & UInt(ImageFormat.alignment &- 1) == 0 else {
      throw ImageError(.header, at: 0, .arenaMisaligned)
    }
    let shape = image.frontEnd
    let program = image.program
    let plan = ArenaPlan(image)
    frameLength = shape.frameLength
    context = Int(program.context)
    stride = Int(program.stride)
    hop = widened(UInt32(truncatingIfNeeded: shape.hop))
    contextSamples = widened(UInt32(truncatingIfNeeded: shape.window &+ (context &- 1) &* shape.hop))
    frames = arena + plan.frames
    scratch = arena + plan.activations
    frontEnd = FrontEnd(section: image.start(of: .frontEnd), state: arena + plan.frontEnd)
    network = Network(image: image, activations: arena + plan.activations)
    #if !DORMOUSE_WITHOUT_CASCADE
      verifier = image.hasVerifier ? Network(image: image.verifier, activations: arena + plan.activations) : nil
    #endif
    detector = Detector(settings: image.detector, keywords: image.keywords, state: arena + plan.detector)
    missing = context
  }

  /// Forgets everything heard, so that the next sample is the first.
  public mutating func reset() {
    frontEnd.reset()
    detector.reset()
    network.reset()
    slot = 0
    missing = context
    heard = 0
    #if !DORMOUSE_WITHOUT_CASCADE
      escalated = false
      escalations = 0
    #endif
  }

  /// Takes thresholds and minimum runs from elsewhere than from the image.
  ///
  /// - Parameter keywords: a record a label, valid as long as the spotter is in use; they may change between two pushes.
  public mutating func use(keywords: UnsafePointer<KeywordRecord>) { detector.keywords = keywords }

  /// Takes samples up to the end of the next frame.
  ///
  /// - Parameters:
  ///   - samples: mono, at the model's sample rate.
  ///   - start: index of the first sample to take.
  public mutating func push(_ samples: UnsafeBufferPointer<Int16>, from start: Int = 0) -> Progress {
    let step = frontEnd.push(samples, from: start, into: frames + slot &* frameLength, scratch: scratch)
    heard &+= widened(UInt32(truncatingIfNeeded: step.consumed))
    guard step.frameReady else {
      return Progress(consumed: step.consumed, frame: false, inference: false, detection: nil)
    }
    return frameCompleted(consumed: step.consumed)
  }

  /// Takes a frame that was made elsewhere, as `ComparatorEdges` makes them from an analog board, in place of the samples
  /// of one hop.
  ///
  /// - Parameter frame: as many bytes as a frame of the model has; of bits, little-endian words whose unused bits are 0.
  public mutating func push(frame: UnsafeRawPointer) -> Progress {
    (frames + slot &* frameLength).copyMemory(from: frame, byteCount: frameLength)
    heard &+= hop
    return frameCompleted(consumed: 0)
  }

  @inline(__always)
  private mutating func frameCompleted(consumed: Int) -> Progress {
    slot = slot &+ 1 == context ? 0 : slot &+ 1
    missing &-= 1
    guard missing == 0 else {
      return Progress(consumed: consumed, frame: true, inference: false, detection: nil)
    }
    missing = stride
    return Progress(consumed: consumed, frame: true, inference: true, detection: infer())
  }

  /// Runs the network over the last `context` frames and, if it is unsure, the verifier.
  private mutating func infer() -> Detection? {
    run(network)
    #if !DORMOUSE_WITHOUT_CASCADE
      escalated = false
      if let verifier, image.cascade.isUnsure(network.output, detector.keywords) {
        run(verifier)
        escalated = true
        escalations &+= 1
        return update(verifier.output, step: image.cascade.step)
      }
    #endif
    return update(network.output, step: image.detector.step)
  }

  /// Runs one network over the last `context` frames, oldest first.
  @inline(__always)
  private func run(_ network: borrowing Network) {
    let input = UnsafeMutableRawPointer(network.input.baseAddress.unsafelyUnwrapped)
    let older = (context &- slot) &* frameLength
    input.copyMemory(from: frames + slot &* frameLength, byteCount: older)
    (input + older).copyMemory(from: frames, byteCount: slot &* frameLength)
    network.run()
  }

  @inline(__always)
  private mutating func update(_ logits: UnsafeBufferPointer<Int8>, step: QuantizedMultiplier) -> Detection? {
    dm_mark_detector()
    return detector.update(logits: logits, step: step, start: heard &- contextSamples, end: heard)
  }

  /// Bytes of the last completed frame: int8 features, `[bands]`, or bits in little-endian words; before the first one,
  /// undefined.
  public var frame: UnsafeBufferPointer<Int8> {
    let last = slot == 0 ? context &- 1 : slot &- 1
    return UnsafeBufferPointer(
      start: (frames + last &* frameLength).assumingMemoryBound(to: Int8.self), count: frameLength)
  }

  /// Output of the last inference, `[labels]`, that of the verifier if it ran; valid until the next sample is pushed.
  public var logits: UnsafeBufferPointer<Int8> {
    #if !DORMOUSE_WITHOUT_CASCADE
      if escalated, let verifier { return verifier.output }
    #endif
    return network.output
  }

  #if !DORMOUSE_WITHOUT_CASCADE
    /// Whether the verifier ran in the last inference.
    public private(set) var escalated = false

    /// Inferences since the last reset in which the verifier ran; wraps.
    public private(set) var escalations: UInt32 = 0
  #endif

  /// Smoothed posterior of a label, Q15 (0 ... 32768).
  public func score(of label: Int) -> Int { detector.score(of: label) }

  /// Samples heard since the last reset.
  public var samplesHeard: UInt64 { heard }
}
