/// What a spotter makes its core do: cycles, counted and timed at one setting of flash.
public struct Workload: Sendable, Equatable, Codable {
  /// Seconds from one frame to the next.
  public let hop: Double
  /// Hops from one inference to the next.
  public let stride: Int
  /// Cycles of the front end for a frame; of one that frames edges, without the edges.
  public let frame: Double
  /// Cycles of an edge of a comparator, from the interrupt to the frame; 0 for front ends that take samples.
  public let edge: Double
  /// Cycles of every layer that each inference runs.
  public let layers: [Double]
  /// Cycles of the network that verifies, when it does; 0 if there is none.
  public let verifier: Double
  /// Cycles of the detector after an inference.
  public let detector: Double
  /// Bytes read from flash for a frame, and for an inference without its verification.
  public let flashBytes: FlashBytes
  /// Kilobytes of RAM that must keep their content.
  public let ram: Double

  /// Bytes read from flash.
  public struct FlashBytes: Sendable, Equatable, Codable {
    /// For a frame.
    public let frame: Double
    /// For an inference that is not verified.
    public let inference: Double

    /// - Parameters:
    ///   - frame: for a frame.
    ///   - inference: for an inference.
    public init(frame: Double = 0, inference: Double = 0) {
      self.frame = frame
      self.inference = inference
    }
  }

  /// All values in the units of the properties.
  public init(
    hop: Double, stride: Int, frame: Double, edge: Double = 0, layers: [Double], verifier: Double = 0,
    detector: Double, flashBytes: FlashBytes = FlashBytes(), ram: Double
  ) {
    self.hop = hop
    self.stride = stride
    self.frame = frame
    self.edge = edge
    self.layers = layers
    self.verifier = verifier
    self.detector = detector
    self.flashBytes = flashBytes
    self.ram = ram
  }

  /// Cycles of an inference and the detector after it, not verified.
  public var inference: Double { layers.reduce(0, +) + detector }
}

/// How often things happen in a second, on average.
public struct Rates: Sendable, Equatable, Codable {
  /// Share of the time in which the microphone is read; the rest of it, it waits for sound by itself.
  public var listening: Double
  /// Share of the inferences that run. Firmware behind an analog bank sleeps when no comparator has switched.
  public var inferring: Double
  /// Share of those that are verified.
  public var verified: Double
  /// Edges of comparators a second.
  public var edges: Double
  /// Detections a second.
  public var detections: Double

  /// Always listening, every inference, nothing verified, no edges.
  public init(
    listening: Double = 1, inferring: Double = 1, verified: Double = 0, edges: Double = 0, detections: Double = 0
  ) {
    self.listening = listening
    self.inferring = inferring
    self.verified = verified
    self.edges = edges
    self.detections = detections
  }
}
