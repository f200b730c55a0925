/// The points of a trade-off curve by which detectors are compared.
struct OperatingPoints: Equatable, Sendable {
  /// One threshold and all rates there.
  struct Point: Equatable, Sendable {
    /// What was asked for.
    var limit: Double
    var threshold: Double
    var frr: Double?
    var fdr: Double?
    var falseAcceptsPerHour: Double?
    /// Of the rate that is asked for; nil with one speaker.
    var interval: Interval?
  }

  /// The lowest FRR at no more than so many false accepts an hour.
  var frrAtFalseAccepts: [Point]
  /// The lowest FDR at no more than such an FRR.
  var fdrAtFrr: [Point]

  /// False accepts an hour.
  static let falseAccepts = [0.1, 0.5, 1, 2]
  /// Shares.
  static let frrs = [0.01, 0.02, 0.05, 0.1]

  init(_ trials: DetectionTrials, _ curve: TradeOffCurve, _ bootstrap: SpeakerBootstrap) {
    func point(_ limit: Double, _ index: Int) -> Point {
      Point(
        limit: limit, threshold: trials.thresholds[index], frr: curve.frr?[index], fdr: curve.fdr?[index],
        falseAcceptsPerHour: curve.falseAcceptsPerHour?[index])
    }
    frrAtFalseAccepts = OperatingPoints.falseAccepts.compactMap { limit in
      curve.frr == nil ? nil : curve.threshold(falseAcceptsAtMost: limit).map { point(limit, $0) }
    }
    fdrAtFrr = OperatingPoints.frrs.compactMap { limit in curve.threshold(frrAtMost: limit).map { point(limit, $0) } }
    addIntervals(trials, bootstrap)
  }

  private mutating func addIntervals(_ trials: DetectionTrials, _ bootstrap: SpeakerBootstrap) {
    guard trials.speakers.clips > 1 else { return }
    var frrs = [[Double]](repeating: [], count: frrAtFalseAccepts.count)
    var fdrs = [[Double]](repeating: [], count: fdrAtFrr.count)
    for replicate in 0..<bootstrap.replicates {
      let curve = TradeOffCurve(
        trials, clipWeights: bootstrap.weights(trials.speakers.clips, replicate: replicate, kind: "clips"),
        recordingWeights: bootstrap.weights(trials.speakers.recordings, replicate: replicate, kind: "recordings"))
      for (index, point) in frrAtFalseAccepts.enumerated() {
        guard let frr = curve.frr, let found = curve.threshold(falseAcceptsAtMost: point.limit) else { continue }
        frrs[index].append(frr[found])
      }
      for (index, point) in fdrAtFrr.enumerated() {
        guard let fdr = curve.fdr, let found = curve.threshold(frrAtMost: point.limit) else { continue }
        fdrs[index].append(fdr[found])
      }
    }
    for index in frrs.indices { frrAtFalseAccepts[index].interval = SpeakerBootstrap.interval(frrs[index]) }
    for index in fdrs.indices { fdrAtFrr[index].interval = SpeakerBootstrap.interval(fdrs[index]) }
  }
}
