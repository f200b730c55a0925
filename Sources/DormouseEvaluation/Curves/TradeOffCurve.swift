/// Rates of both kinds of errors at every threshold: the detection-error trade-off (DET) curve.
///
/// Martin, Doddington, Kamm, Ordowski, Przybocki: The DET curve in assessment of detection task performance, 1997.
struct TradeOffCurve: Equatable {
  /// Share of keyword clips that are not accepted; nil without such clips. Never falls.
  let frr: [Double]?
  /// Share of other clips that are accepted; nil without such clips. Never rises.
  let fdr: [Double]?
  /// Detections an hour of long audio; nil without it. Falls but for the detector's pauses.
  let falseAcceptsPerHour: [Double]?

  /// - Parameters:
  ///   - clipWeights: how often each speaker of clips counts; all once if nil.
  ///   - recordingWeights: the same of recordings.
  init(_ trials: DetectionTrials, clipWeights: [Int]? = nil, recordingWeights: [Int]? = nil) {
    let count = trials.thresholds.count
    // A clip is accepted at as many thresholds as are not above its score: the first ones.
    func accepted(_ clips: [DetectionTrials.Clip]) -> (at: [Double], total: Double) {
      var changes = [Double](repeating: 0, count: count + 1)
      var total = 0.0
      for clip in clips {
        let weight = Double(clipWeights?[clip.speaker] ?? 1)
        changes[TradeOffCurve.rank(clip.score, in: trials.thresholds)] += weight
        total += weight
      }
      var rest = total
      let at = (0..<count).map { threshold in
        rest -= changes[threshold]
        return rest
      }
      return (at, total)
    }
    let positives = accepted(trials.positives)
    let negatives = accepted(trials.negatives)
    frr = positives.total > 0 ? positives.at.map { 1 - $0 / positives.total } : nil
    fdr = negatives.total > 0 ? negatives.at.map { $0 / negatives.total } : nil
    var hours = 0.0
    var detections = [Double](repeating: 0, count: count)
    for recording in trials.recordings {
      let weight = recordingWeights?[recording.speaker] ?? 1
      guard weight > 0 else { continue }
      hours += Double(weight) * recording.hours
      for threshold in 0..<count { detections[threshold] += Double(weight * recording.detections[threshold]) }
    }
    falseAcceptsPerHour = hours > 0 ? detections.map { $0 / hours } : nil
  }

  /// How many of the ascending thresholds are at most `score`.
  private static func rank(_ score: Double, in thresholds: [Double]) -> Int {
    var low = 0
    var high = thresholds.count
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= score { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Rounding of weighted sums must not push a rate over the limit that it meets exactly.
  private static let slack = 1e-12

  /// Index of the highest threshold at which the FRR is at most `limit`; nil without keyword clips.
  func threshold(frrAtMost limit: Double) -> Int? {
    frr?.lastIndex { $0 <= limit + TradeOffCurve.slack }
  }

  /// Index of the lowest threshold from which on there are at most `limit` false accepts an hour; nil without long audio.
  func threshold(falseAcceptsAtMost limit: Double) -> Int? {
    guard let rates = falseAcceptsPerHour else { return nil }
    guard let last = rates.lastIndex(where: { $0 > limit + TradeOffCurve.slack }) else { return 0 }
    return last + 1 < rates.count ? last + 1 : nil
  }
}
