import DormouseModel

/// How sure a figure is, had other speakers been recorded: speakers are drawn again with replacement, all clips of one
/// together, because they resemble each other more than clips of different people do.
///
/// Percentile intervals (Efron, Tibshirani: An introduction to the bootstrap, 1993, chapter 13). Models that hear the
/// same data with the same seed are judged on the same draws.
struct SpeakerBootstrap: Sendable {
  /// How many draws.
  let replicates: Int
  let seed: UInt64
  /// Share of the draws inside the interval.
  static let confidence = 0.95

  /// How often each of `count` speakers is drawn, in replicate `index`; `kind` tells apart what is drawn independently.
  func weights(_ count: Int, replicate index: Int, kind: String) -> [Int] {
    var random = RandomSequence(seed: seed, of: "\(kind) \(index)")
    var weights = [Int](repeating: 0, count: count)
    for _ in 0..<count { weights[random.next(below: count)] += 1 }
    return weights
  }

  /// The interval that holds the middle of the values; nil with fewer than two.
  static func interval(_ values: [Double]) -> Interval? {
    guard values.count > 1 else { return nil }
    let sorted = values.sorted()
    let tail = (1 - confidence) / 2
    return Interval(low: quantile(sorted, tail), high: quantile(sorted, 1 - tail))
  }

  /// Linear between order statistics, the first at 0, the last at 1 (numpy's default).
  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - Double(below))
  }
}

/// A 95 % confidence interval.
struct Interval: Equatable, Sendable {
  let low: Double
  let high: Double
}
