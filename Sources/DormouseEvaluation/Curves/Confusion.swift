/// Which labels clips are taken for, by the label with the highest logit.
struct Confusion: Equatable, Sendable {
  /// `[right label][answer]`.
  let counts: [[Int]]
  /// Share of right answers; nil without clips.
  let accuracy: Double?
  /// By speaker; nil with one speaker.
  let interval: Interval?

  init(_ sheet: ScoreSheet, _ bootstrap: SpeakerBootstrap) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: sheet.labels.count), count: sheet.labels.count)
    var speakers = SpeakerIndex()
    /// Clips and right answers of each speaker.
    var tallies: [(clips: Int, right: Int)] = []
    for clip in sheet.clips {
      guard let answer = clip.answer else { continue }
      counts[clip.label][answer] += 1
      let speaker = speakers[clip.speaker]
      if speaker == tallies.count { tallies.append((0, 0)) }
      tallies[speaker].clips += 1
      tallies[speaker].right += answer == clip.label ? 1 : 0
    }
    self.counts = counts
    func share(_ weights: [Int]) -> Double? {
      let clips = zip(tallies, weights).reduce(0) { $0 + $1.0.clips * $1.1 }
      let right = zip(tallies, weights).reduce(0) { $0 + $1.0.right * $1.1 }
      return clips > 0 ? Double(right) / Double(clips) : nil
    }
    accuracy = share(tallies.map { _ in 1 })
    let draws =
      tallies.count > 1
      ? (0..<bootstrap.replicates).compactMap {
        share(bootstrap.weights(tallies.count, replicate: $0, kind: "clips"))
      } : []
    interval = SpeakerBootstrap.interval(draws)
  }

  /// Clips that a label is right for.
  func clips(of label: Int) -> Int { counts[label].reduce(0, +) }
}
