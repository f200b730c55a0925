/// Where everything lives in a spotter's arena, in bytes from its start.
///
///     front end | frame ring | detector | state of the network | activations (overlaid with front-end scratch)
///
/// All but the activations, which live during an inference only, hold state from one push to the next. The planner on the
/// host, the image validator and the spotter all take this one plan, so the arena length in an image is exact.
public struct ArenaPlan: Equatable, Sendable {
  /// State of the front end.
  public let frontEnd: Int
  /// The last `context` frames, `[context]` frames of the front end's length, a ring.
  public let frames: Int
  /// State of the detector.
  public let detector: Int
  /// Tensors and kernel scratch.
  public let activations: Int
  /// The whole arena.
  public let length: Int

  /// Plan for an image that hears.
  ///
  /// - Parameter verifier: activation length of the second network; 0 without one. The two take turns.
  /// - Precondition: settings are validated; lengths are below 2^24 each.
  public init(
    frontEnd shape: FrontEndShape, detector settings: DetectorRecord, program: ProgramRecord, verifier: UInt32 = 0
  ) {
    frontEnd = 0
    frames = shape.stateLength
    detector = frames &+ ImageFormat.aligned(Int(program.context) &* shape.frameLength)
    activations = detector &+ Detector.stateLength(settings) &+ program.stateRegionLength
    let scratch = shape.scratchLength
    let network = Int(truncatingIfNeeded: max(program.activationLength, verifier))
    length = activations &+ ImageFormat.aligned(network > scratch ? network : scratch)
  }

  /// Plan for an image, its verifier included.
  @_optimize(size)
  public init(_ image: ModelImage) {
    if image.hasFrontEnd {
      self.init(
        frontEnd: image.frontEnd, detector: image.detector, program: image.program,
        verifier: image.activationLength)
    } else {
      self.init(program: image.program)
    }
  }

  /// Plan for a bare network.
  public init(program: ProgramRecord) {
    frontEnd = 0
    frames = 0
    detector = 0
    activations = program.stateRegionLength
    length = activations &+ ImageFormat.aligned(Int(truncatingIfNeeded: program.activationLength))
  }
}

extension ProgramRecord {
  /// Bytes of the state region; the activations follow it.
  @inline(__always)
  var stateRegionLength: Int {
    RuntimeParts.hasImported ? ImageFormat.aligned(Int(truncatingIfNeeded: stateLength)) : 0
  }
}
