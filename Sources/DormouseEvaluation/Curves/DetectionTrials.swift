/// All that decides how well one keyword, or any of several, is told from other sound, at every threshold.
struct DetectionTrials: Sendable {
  /// A clip.
  struct Clip: Sendable {
    /// The highest threshold at which it is accepted.
    let score: Double
    /// Index among the speakers of clips.
    let speaker: Int
  }

  /// Long audio.
  struct Recording: Sendable {
    let hours: Double
    /// Detections at each of `thresholds`.
    let detections: [Int]
    /// Detections at the detector's own thresholds.
    let ownDetections: Int
    /// Index among the speakers of recordings.
    let speaker: Int
  }

  /// The keyword's label, or `any`.
  let name: String
  /// Ascending; the last one accepts nothing.
  ///
  /// The scores of the positives, in which each threshold between two of them is no better than the upper one: it
  /// rejects as many keywords and accepts at least as much else. Without positives, those of the negatives.
  let thresholds: [Double]
  let positives: [Clip]
  let negatives: [Clip]
  let recordings: [Recording]
  /// The detector's own threshold; nil if the keywords of `any` have different ones.
  let ownThreshold: Double?
  /// Positives rejected and negatives accepted at the detector's own thresholds.
  let own: (rejected: Int, accepted: Int)
  /// Speakers of clips, and of recordings.
  let speakers: (clips: Int, recordings: Int)

  /// One above the highest score: what an image stores for "never".
  static let never = 32769.0 / 32768
  /// Thresholds of a curve without positives.
  private static let thresholdsWithoutPositives = 1000

  /// Trials of each keyword, then, if there are several, of any.
  static func all(of sheet: ScoreSheet, jobs: Int) -> [DetectionTrials] {
    let parts = sheet.keywords.indices.map { [$0] } + (sheet.keywords.count > 1 ? [Array(sheet.keywords.indices)] : [])
    return Parallel.map(count: parts.count, jobs: jobs) { { DetectionTrials(sheet, parts[$0]) } }
  }

  /// - Parameter chosen: indices of the keywords that are listened for.
  init(_ sheet: ScoreSheet, _ chosen: [Int]) {
    let keywords = chosen.map { sheet.keywords[$0] }
    name = chosen.count == 1 ? sheet.labels[keywords[0].label] : DetectionTrials.anyName(sheet)
    var clipSpeakers = SpeakerIndex()
    var positives: [Clip] = []
    var negatives: [Clip] = []
    var own = (rejected: 0, accepted: 0)
    for clip in sheet.clips {
      guard let all = clip.scores else { continue }
      let speaker = clipSpeakers[clip.speaker]
      // Of a word that is a keyword only its own score counts; whether another is heard in it, the other's curve tells.
      if let keyword = chosen.first(where: { sheet.keywords[$0].label == clip.label }) {
        positives.append(Clip(score: all[keyword], speaker: speaker))
        own.rejected += all[keyword] < sheet.keywords[keyword].threshold ? 1 : 0
      } else {
        negatives.append(Clip(score: chosen.map { all[$0] }.max()!, speaker: speaker))
        own.accepted += chosen.contains { all[$0] >= sheet.keywords[$0].threshold } ? 1 : 0
      }
    }
    let steps = Set(positives.map(\.score)).sorted()
    let thresholds =
      (positives.isEmpty ? DetectionTrials.spread(negatives.map(\.score), sheet, chosen) : steps)
      + [DetectionTrials.never]
    var recordingSpeakers = SpeakerIndex()
    recordings = sheet.recordings.map { recording in
      let scores = chosen.map { recording.scores[$0] }
      let highest = scores.reduce(0) { max($0, $1.max() ?? 0) }
      func count(_ thresholds: [Double]) -> Int {
        if thresholds.allSatisfy({ highest < $0 }) { return 0 }
        return DetectorSweep.count(
          scores, thresholds: thresholds, minimumRuns: keywords.map(\.minimumRun), step: sheet.step,
          refractory: sheet.refractory)
      }
      return Recording(
        hours: recording.seconds / 3600,
        detections: thresholds.map { count(Array(repeating: $0, count: chosen.count)) },
        ownDetections: count(keywords.map(\.threshold)), speaker: recordingSpeakers[recording.speaker])
    }
    self.thresholds = thresholds
    self.positives = positives
    self.negatives = negatives
    self.own = own
    ownThreshold = Set(keywords.map(\.threshold)).count == 1 ? keywords[0].threshold : nil
    speakers = (clipSpeakers.count, recordingSpeakers.count)
  }

  /// `any`, or something like it that is no label.
  private static func anyName(_ sheet: ScoreSheet) -> String {
    sheet.labels.contains("any") ? "any keyword" : "any"
  }

  /// Thresholds at which something changes for the negatives, evenly chosen from their ranks if there are many.
  private static func spread(_ clips: [Double], _ sheet: ScoreSheet, _ chosen: [Int]) -> [Double] {
    var values = Set(clips)
    for recording in sheet.recordings {
      for keyword in chosen { values.formUnion(recording.scores[keyword]) }
    }
    let sorted = values.sorted()
    let count = thresholdsWithoutPositives
    guard sorted.count > count else { return sorted }
    return (0..<count).map { sorted[$0 * (sorted.count - 1) / (count - 1)] }
  }
}

/// Numbers speakers in the order in which they come.
struct SpeakerIndex {
  private var numbers: [String: Int] = [:]

  var count: Int { numbers.count }

  subscript(name: String) -> Int {
    mutating get {
      if let number = numbers[name] { return number }
      numbers[name] = numbers.count
      return numbers.count - 1
    }
  }
}
