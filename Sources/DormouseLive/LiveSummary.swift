/// What a session heard, told at its end. As JSON its keys are in snake case.
public struct LiveSummary: Sendable, Codable {
  /// Seconds of sound.
  public var secondsHeard: Double
  /// Words accepted.
  public var detections: Int
  /// Times that sound was lost.
  public var overruns: Int
  /// Seconds of sound that a second of processor time gets through.
  public var realtimeFactor: Double
  /// Share of one processor core.
  public var cpuShare: Double
  /// Median and largest latency of detections: seconds from the capture of their last sample; nil without any, and
  /// for a recording that is not played in real time.
  public var latency: Double?
  /// See `latency`.
  public var longestLatency: Double?

  init(
    _ tally: Tally, secondsHeard: Double, isLive: Bool, overruns: Int, seconds: Double, processorSeconds: Double
  ) {
    self.secondsHeard = secondsHeard
    self.overruns = overruns
    detections = tally.detections
    realtimeFactor = secondsHeard / max(processorSeconds, 1e-6)
    cpuShare = processorSeconds / max(seconds, 1e-6)
    let sorted = tally.latencies.sorted()
    latency = sorted.isEmpty || !isLive ? nil : sorted[sorted.count / 2]
    longestLatency = tally.detections == 0 || !isLive ? nil : tally.longestLatency
  }

  /// Counts while a session runs; its size is bounded, however long that is.
  struct Tally {
    private(set) var detections = 0
    private(set) var longestLatency = 0.0
    /// Of the last detections.
    private(set) var latencies: [Double] = []

    mutating func add(_ detection: LiveDetection) {
      if latencies.count < 1000 {
        latencies.append(detection.latency)
      } else {
        latencies[detections % latencies.count] = detection.latency
      }
      detections += 1
      longestLatency = max(longestLatency, detection.latency)
    }
  }
}
