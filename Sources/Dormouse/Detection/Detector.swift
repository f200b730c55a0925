/// Turns logits into detections: softmax, mean of the last N posteriors, threshold and minimum run a keyword, and a
/// refractory time after each detection.
///
/// One utterance gives one detection however long it lasts: after a keyword has been reported it must fall below half
/// its threshold before it can be reported again, and for the refractory time nothing is reported at all.
public struct Detector {
  /// State of one label between inferences.
  struct Track: BitwiseCopyable {
    /// Sum of the posteriors in the history, Q15.
    var sum: UInt32
    /// Successive inferences at or above the threshold; saturates.
    var run: UInt16
    /// Reported, and not yet fallen below half the threshold.
    var held: UInt16
    /// Sample at which the context of the run's first inference starts.
    var start: UInt64
  }

  let settings: DetectorRecord
  /// `[labels]`.
  var keywords: UnsafePointer<KeywordRecord>
  /// `[labels]`.
  let tracks: UnsafeMutablePointer<Track>
  /// Posteriors, Q15, `[smoothing, labels]`, a ring.
  let history: UnsafeMutablePointer<UInt16>
  var oldest = 0
  var quietUntil: UInt64 = 0

  /// Bytes of state, a multiple of 16.
  public static func stateLength(_ settings: DetectorRecord) -> Int {
    let labels = Int(settings.labelCount)
    return ImageFormat.aligned(labels &* MemoryLayout<Track>.stride)
      &+ ImageFormat.aligned(labels &* Int(settings.smoothing) &* MemoryLayout<UInt16>.stride)
  }

  /// A detector that has heard nothing.
  ///
  /// - Parameters:
  ///   - settings: validated settings.
  ///   - keywords: `settings.labelCount` records, valid as long as the detector is in use.
  ///   - state: `stateLength` bytes, aligned to 16, for this detector alone.
  init(settings: DetectorRecord, keywords: UnsafePointer<KeywordRecord>, state: UnsafeMutableRawPointer) {
    self.settings = settings
    self.keywords = keywords
    let labels = Int(settings.labelCount)
    tracks = state.bindMemory(to: Track.self, capacity: labels)
    history = (state + ImageFormat.aligned(labels &* MemoryLayout<Track>.stride))
      .bindMemory(to: UInt16.self, capacity: labels &* Int(settings.smoothing))
    reset()
  }

  /// Forgets everything heard.
  mutating func reset() {
    let labels = Int(settings.labelCount)
    for label in 0..<labels {
      tracks[label] = Track(sum: 0, run: 0, held: 0, start: 0)
    }
    for index in 0..<(labels &* Int(settings.smoothing)) {
      history[index] = 0
    }
    oldest = 0
    quietUntil = 0
  }

  /// Smoothed posterior of a label, Q15.
  public func score(of label: Int) -> Int {
    Int(truncatingIfNeeded: tracks[label].sum / UInt32(settings.smoothing))
  }

  /// Takes the logits, `[labels]`, of the inference over samples `start ..< end`; `step` is Q16 log2 units a logit step.
  ///
  /// - Returns: the keyword that is accepted now, the one with the highest score if there are several.
  mutating func update(
    logits: UnsafeBufferPointer<Int8>, step: QuantizedMultiplier, start: UInt64, end: UInt64
  ) -> Detection? {
    smooth(logits, step)
    var best: Detection?
    for label in 0..<Int(settings.labelCount) {
      let keyword = keywords[label]
      let score = score(of: label)
      guard score >= Int(keyword.threshold) else {
        tracks[label].run = 0
        if score &* 2 < Int(keyword.threshold) { tracks[label].held = 0 }
        continue
      }
      if tracks[label].run == 0 { tracks[label].start = start }
      if tracks[label].run < .max { tracks[label].run &+= 1 }
      guard tracks[label].run >= keyword.minimumRun, tracks[label].held == 0, end >= quietUntil else { continue }
      if let other = best, other.score >= score { continue }
      best = Detection(label: label, score: score, start: tracks[label].start, end: end)
    }
    if let best {
      tracks[best.label].held = 1
      quietUntil = end &+ widened(settings.refractory)
    }
    return best
  }

  /// Replaces the oldest posteriors by the softmax of `logits`.
  private mutating func smooth(_ logits: UnsafeBufferPointer<Int8>, _ step: QuantizedMultiplier) {
    let labels = Int(settings.labelCount)
    var highest = logits[0]
    for label in 1..<labels where logits[label] > highest { highest = logits[label] }
    let row = history + oldest &* labels
    var total: UInt32 = 0
    for label in 0..<labels {
      tracks[label].sum &-= UInt32(row[label])
      let power = negativePowerOfTwo(q16: step.apply(Int32(highest) &- Int32(logits[label])))
      row[label] = UInt16(truncatingIfNeeded: power)
      total &+= UInt32(bitPattern: power)
    }
    for label in 0..<labels {
      let posterior = (UInt32(row[label]) &<< 15) / total
      row[label] = UInt16(truncatingIfNeeded: posterior)
      tracks[label].sum &+= posterior
    }
    oldest = oldest &+ 1 == Int(settings.smoothing) ? 0 : oldest &+ 1
  }
}
