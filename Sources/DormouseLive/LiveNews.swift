import Dormouse

/// What has happened since the last update.
struct LiveNews {
  private var meter = LevelMeter()
  private var waveform: Waveform
  private var frames: [[Int8]] = []
  private var bits: [[UInt32]] = []
  private var detections: [LiveDetection] = []
  /// The model's own frames are bits.
  private let hearsBits: Bool
  private let bank: EmulatedBank?
  /// Whether anybody wanted the picture at the last update.
  private var picture = false
  /// Seconds since 1970 at which the newest sample was captured.
  private(set) var capturedAt = 0.0

  init(spotter: LiveSpotter, sampleRate: Int) throws {
    waveform = Waveform(sampleRate: sampleRate)
    hearsBits = spotter.image.frontEnd.type == .bits
    bank = hearsBits ? nil : try EmulatedBank(sampleRate: sampleRate)
  }

  /// A word was heard: the update is not to wait.
  var isUrgent: Bool { !detections.isEmpty }

  mutating func add(_ samples: UnsafeBufferPointer<Int16>, capturedAt time: Double) {
    capturedAt = time
    meter.add(samples)
    guard picture else { return }
    waveform.add(samples)
    bank?.hear(samples, into: &bits)
  }

  mutating func addFrame(_ spotter: LiveSpotter) {
    guard picture else { return }
    let frame = spotter.frame
    if hearsBits {
      bits.append(UnsafeRawBufferPointer(frame).withMemoryRebound(to: UInt32.self) { Array($0) })
    } else {
      frames.append(Array(frame))
    }
  }

  mutating func add(_ detection: LiveDetection) { detections.append(detection) }

  /// The update, and a new beginning.
  mutating func take(
    _ spotter: LiveSpotter, state: LiveUpdate.State, problem: String?, samplesHeard: UInt64, overruns: Int,
    cpuShare: Double, notices: [String], picture: Bool
  ) -> LiveUpdate {
    defer {
      self.picture = picture
      frames.removeAll(keepingCapacity: true)
      bits.removeAll(keepingCapacity: true)
      detections.removeAll(keepingCapacity: true)
    }
    let labels = 0..<spotter.image.labelCount
    return LiveUpdate(
      state: state, problem: problem, samplesHeard: samplesHeard, level: meter.take(), waveform: waveform.take(),
      frames: frames, bits: bits, scores: labels.map(spotter.score(of:)),
      thresholds: labels.map(spotter.threshold(of:)), smoothing: Int(spotter.image.detector.smoothing),
      detections: detections, overruns: overruns, cpuShare: cpuShare, capturedAt: capturedAt, notices: notices)
  }
}
