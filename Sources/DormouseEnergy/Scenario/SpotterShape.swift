/// How counted runs become what one frame, edge or inference takes.
public struct SpotterShape: Sendable, Equatable {
  /// Seconds from one frame to the next.
  public let hop: Double
  /// Hops from one inference to the next.
  public let stride: Int
  /// Layers of the network that always runs.
  public let layers: Int
  /// Layers of the network that verifies; 0 if there is none.
  public let verifierLayers: Int
  /// Bytes of the image.
  public let imageLength: Int
  /// Kilobytes of RAM that must keep their content: arena, samples that wait, stack and variables.
  public let ram: Double

  /// All values in the units of the properties.
  public init(hop: Double, stride: Int, layers: Int, verifierLayers: Int, imageLength: Int, ram: Double) {
    self.hop = hop
    self.stride = stride
    self.layers = layers
    self.verifierLayers = verifierLayers
    self.imageLength = imageLength
    self.ram = ram
  }

  /// The workload that counted runs amount to.
  ///
  /// Samples that semihosting reads (`acquire`) and what the demonstration prints (`other`) are left out: a device has DMA
  /// for the one, and its application for the other. An interrupt's entry and return are added to each frame and edge, for
  /// emulators don't see them.
  ///
  /// - Parameters:
  ///   - run: over sound; with a verifier, of an image that verifies every inference.
  ///   - silence: over a recording without edges, and how many edges `run` had; nil for front ends that take samples.
  ///   - memory: how long flash keeps the core waiting.
  ///   - core: whose interrupts.
  public func workload(
    _ run: CountedSpotter, silence: (run: CountedSpotter, edges: Int)? = nil, memory: FlashTiming, core: Core
  ) -> Workload {
    let interrupt = core.interruptCycles
    let inferences = Double(max(run.inferences, 1))
    func each(_ index: Int) -> Double { run.cycles(.layer(index), memory) / inferences }
    var frame = run.cycles(.frontEnd, memory) / Double(max(run.frames, 1)) + interrupt
    var edge = 0.0
    if let silence {
      frame = silence.run.cycles(.frontEnd, memory) / Double(max(silence.run.frames, 1))
      let rest = run.cycles(.frontEnd, memory) - frame * Double(run.frames)
      edge = max(rest, 0) / Double(max(silence.edges, 1)) + interrupt
    }
    return Workload(
      hop: hop, stride: stride, frame: frame, edge: edge, layers: (0..<layers).map(each),
      verifier: (0..<verifierLayers).reduce(0) { $0 + each(layers + $1) },
      detector: run.cycles(.detector, memory) / inferences,
      flashBytes: Workload.FlashBytes(inference: Double(imageLength)), ram: ram)
  }
}

extension Core {
  /// Cycles to enter an interrupt and to return from it.
  ///
  /// Cortex-M4 and M33 take 12 to enter and 10 to return at the least (Cortex-M4 TRM, exception entry; Cortex-M0+ 15 and
  /// about as many); RISC-V cores save and restore 16 registers in software, a load or store a cycle or two, estimated.
  public var interruptCycles: Double {
    switch self {
    case .cortexM0Plus: 30
    case .cortexM4, .cortexM7, .cortexM33, .cortexM55: 24
    case .cv32e40p, .ibex: 60
    }
  }
}
