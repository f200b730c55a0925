/// The detector's decisions over smoothed scores, at any threshold: `Sources/Dormouse/Detection/Detector.swift`, with the
/// threshold as an argument.
enum DetectorSweep {
  /// The highest threshold at which a keyword with these scores is reported at all: the highest level that
  /// `minimumRun` successive scores reach. 0 if there are fewer scores.
  static func highestThreshold(_ scores: [Double], minimumRun: Int) -> Double {
    guard scores.count >= minimumRun else { return 0 }
    return (0...scores.count - minimumRun).reduce(0) { best, start in
      max(best, scores[start..<start + minimumRun].min()!)
    }
  }

  /// Detections in a stream of scores.
  ///
  /// - Parameters:
  ///   - scores: `[keyword][inference]`.
  ///   - thresholds: one a keyword.
  ///   - minimumRuns: one a keyword.
  ///   - step: samples between inferences.
  ///   - refractory: samples after a detection in which none is reported.
  static func count(
    _ scores: [[Double]], thresholds: [Double], minimumRuns: [Int], step: Int, refractory: Int
  ) -> Int {
    var run = [Int](repeating: 0, count: scores.count)
    var held = [Bool](repeating: false, count: scores.count)
    let pause = (refractory + step - 1) / step
    var quietUntil = 0
    var count = 0
    for inference in scores[0].indices {
      var best: (keyword: Int, score: Double)?
      for keyword in scores.indices {
        let score = scores[keyword][inference]
        guard score >= thresholds[keyword] else {
          run[keyword] = 0
          if score * 2 < thresholds[keyword] { held[keyword] = false }
          continue
        }
        run[keyword] += 1
        guard run[keyword] >= minimumRuns[keyword], !held[keyword], inference >= quietUntil else { continue }
        if let other = best, other.score >= score { continue }
        best = (keyword, score)
      }
      if let best {
        count += 1
        held[best.keyword] = true
        quietUntil = inference + pause
      }
    }
    return count
  }
}
