/// How well one model does on one set of sounds. Rates are 0 to 1.
public struct Figures: Encodable, Sendable {
  /// Right and wrong answers.
  public struct ConfusionTable: Encodable, Sendable {
    /// Of rows and columns.
    public let labels: [String]
    /// `[right label][answer]`.
    public let counts: [[Int]]
  }

  /// Clips that count for accuracy.
  public let clips: Int
  /// Hours of long audio.
  public let hours: Double
  /// Share of clips whose label got the highest logit; nil without clips.
  public let accuracy: Double?
  /// 95 % confidence interval by speaker.
  public let accuracyLow: Double?
  /// 95 % confidence interval by speaker.
  public let accuracyHigh: Double?
  /// Share of right answers of each label that has clips.
  public let perClass: [String: Double]
  /// Which labels are taken for which.
  public let confusion: ConfusionTable
  /// Of a cascade: how often its verifier runs.
  public let cascade: CascadeFigures?
  /// By keyword; of several, `any` too.
  public let operatingPoints: [String: OperatingPointReport]
  /// By keyword; of several, `any` too.
  public let curves: [String: CurveReport]

  init(_ sheet: ScoreSheet, _ bootstrap: SpeakerBootstrap, jobs: Int) {
    let confusion = Confusion(sheet, bootstrap)
    clips = confusion.counts.reduce(0) { $0 + $1.reduce(0, +) }
    hours = sheet.hours
    cascade = sheet.cascade.map { CascadeFigures(sheet, $0) }
    accuracy = confusion.accuracy
    accuracyLow = confusion.interval?.low
    accuracyHigh = confusion.interval?.high
    let shares = sheet.labels.indices.filter { confusion.clips(of: $0) > 0 }.map {
      (sheet.labels[$0], Double(confusion.counts[$0][$0]) / Double(confusion.clips(of: $0)))
    }
    perClass = Dictionary(shares) { first, _ in first }
    self.confusion = ConfusionTable(labels: sheet.labels, counts: confusion.counts)
    let trials = DetectionTrials.all(of: sheet, jobs: jobs)
    let results = Parallel.map(count: trials.count, jobs: jobs) {
      {
        let curve = TradeOffCurve(trials[$0])
        let points = OperatingPoints(trials[$0], curve, bootstrap)
        return (OperatingPointReport(trials[$0], points), CurveReport(trials[$0], curve))
      }
    }
    let names = trials.map(\.name)
    operatingPoints = Dictionary(zip(names, results.map(\.0))) { first, _ in first }
    curves = Dictionary(zip(names, results.map(\.1))) { first, _ in first }
  }
}

/// How often a cascade's verifier runs, and what an inference costs then; cost is arithmetic cost (ACE).
public struct CascadeFigures: Encodable, Sendable {
  /// Of the network that always runs.
  public let arithmeticCost: Int
  /// Of the verifier.
  public let verifierArithmeticCost: Int
  /// Share of the clips whose answer came from the verifier; nil without clips.
  public let clipEscalations: Double?
  /// Mean cost of an inference over clips.
  public let clipArithmeticCost: Double?
  /// Share of the inferences over long audio in which the verifier ran; nil without long audio.
  public let longEscalations: Double?
  /// Mean cost of an inference over long audio.
  public let longArithmeticCost: Double?

  init(_ sheet: ScoreSheet, _ cascade: ScoreSheet.Cascade) {
    arithmeticCost = cascade.arithmeticCost
    verifierArithmeticCost = cascade.verifierArithmeticCost
    func mean(_ share: Double?) -> Double? {
      share.map { Double(cascade.arithmeticCost) + $0 * Double(cascade.verifierArithmeticCost) }
    }
    let answers = sheet.clips.compactMap(\.escalated)
    clipEscalations = answers.isEmpty ? nil : Double(answers.count { $0 }) / Double(answers.count)
    clipArithmeticCost = mean(clipEscalations)
    let inferences = sheet.recordings.reduce(0) { $0 + ($1.scores.first?.count ?? 0) }
    let escalations = sheet.recordings.reduce(0) { $0 + ($1.escalations ?? 0) }
    longEscalations = inferences > 0 ? Double(escalations) / Double(inferences) : nil
    longArithmeticCost = mean(longEscalations)
  }
}

/// A trade-off curve as columns of equal length.
public struct CurveReport: Encodable, Sendable {
  /// Clips of the keyword.
  public let keywordClips: Int
  /// Clips of anything else.
  public let otherClips: Int
  /// Ascending; the last one is above every score.
  public let threshold: [Double]
  /// Absent without clips of the keyword.
  public let frr: [Double]?
  /// Absent without other clips.
  public let fdr: [Double]?
  /// Absent without long audio.
  public let falseAcceptsPerHour: [Double]?

  init(_ trials: DetectionTrials, _ curve: TradeOffCurve) {
    keywordClips = trials.positives.count
    otherClips = trials.negatives.count
    threshold = trials.thresholds
    frr = curve.frr
    fdr = curve.fdr
    falseAcceptsPerHour = curve.falseAcceptsPerHour
  }
}

/// Points of a curve, with confidence intervals.
public struct OperatingPointReport: Encodable, Sendable {
  /// One threshold and the rates there.
  public struct Point: Encodable, Sendable {
    /// Of "at most": false accepts an hour, or an FRR.
    public let limit: Double
    /// 0 to 1.
    public let threshold: Double
    /// Rate there.
    public let frr: Double?
    /// Rate there.
    public let fdr: Double?
    /// Rate there.
    public let falseAcceptsPerHour: Double?
    /// 95 % confidence interval, by speaker, of the rate that is asked for.
    public let low: Double?
    /// See `low`.
    public let high: Double?

    init(_ point: OperatingPoints.Point) {
      limit = point.limit
      threshold = point.threshold
      frr = point.frr
      fdr = point.fdr
      falseAcceptsPerHour = point.falseAcceptsPerHour
      low = point.interval?.low
      high = point.interval?.high
    }
  }

  /// At the detector's own threshold.
  public struct Own: Encodable, Sendable {
    /// Absent if keywords have different ones.
    public let threshold: Double?
    /// Rate there.
    public let frr: Double?
    /// Rate there.
    public let fdr: Double?
    /// Rate there.
    public let falseAcceptsPerHour: Double?
  }

  /// The lowest FRR with at most `limit` false accepts an hour; empty without long audio or clips of the keyword.
  public let frrAtFaPerHour: [Point]
  /// The lowest FDR at an FRR of at most `limit`; empty without clips of the keyword.
  public let fdrAtFrr: [Point]
  /// As the image is set.
  public let own: Own

  init(_ trials: DetectionTrials, _ points: OperatingPoints) {
    func share(_ count: Int, _ total: Int) -> Double? { total > 0 ? Double(count) / Double(total) : nil }
    frrAtFaPerHour = points.frrAtFalseAccepts.map(Point.init)
    fdrAtFrr = points.fdrAtFrr.map(Point.init)
    let hours = trials.recordings.reduce(0) { $0 + $1.hours }
    let detections = trials.recordings.reduce(0) { $0 + $1.ownDetections }
    own = Own(
      threshold: trials.ownThreshold, frr: share(trials.own.rejected, trials.positives.count),
      fdr: share(trials.own.accepted, trials.negatives.count),
      falseAcceptsPerHour: hours > 0 ? Double(detections) / hours : nil)
  }
}
