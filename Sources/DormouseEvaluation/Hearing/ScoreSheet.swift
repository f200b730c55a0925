/// What one model made of all recordings: everything that figures and curves are computed from.
///
/// It can be written to a file and read again, so that scores which another program computed (those of a float model,
/// say) are judged by the same code. All scores are smoothed posteriors, 0 to 1.
public struct ScoreSheet: Codable, Equatable, Sendable {
  /// A label that the detector reports.
  public struct Keyword: Codable, Equatable, Sendable {
    /// Index of the label.
    public var label: Int
    /// The detector's own threshold.
    public var threshold: Double
    /// Successive inferences that must reach the threshold, 1 or more.
    public var minimumRun: Int
  }

  /// A recording of one word.
  public struct Clip: Codable, Equatable, Sendable {
    /// Of the recording.
    public var name: String
    /// Who speaks.
    public var speaker: String
    /// Index of the label that is right.
    public var label: Int
    /// Index of the label with the highest logit in the inference over the clip; absent, the clip doesn't count for
    /// accuracy.
    public var answer: Int?
    /// One a keyword: the highest threshold at which the detector reports the keyword somewhere in the clip. Absent,
    /// the clip doesn't count for detection.
    public var scores: [Double]?
    /// Of a cascade: whether the verifier ran for `answer`.
    public var escalated: Bool?
  }

  /// Long audio in which no keyword is spoken.
  public struct Recording: Codable, Equatable, Sendable {
    /// Of the recording.
    public var name: String
    /// Who speaks.
    public var speaker: String
    /// Its length.
    public var seconds: Double
    /// `[keyword][inference]`, in order of time.
    public var scores: [[Double]]
    /// Of a cascade: inferences in which the verifier ran.
    public var escalations: Int?
  }

  /// What an inference of either network of a cascade costs.
  public struct Cascade: Codable, Equatable, Sendable {
    /// Multiply-accumulates of the network that always runs.
    public var macs: Int
    /// Its arithmetic cost (ACE): multiply-accumulates times bits of weights times bits of activations.
    public var arithmeticCost: Int
    /// Multiply-accumulates of the verifier.
    public var verifierMacs: Int
    /// Its arithmetic cost.
    public var verifierArithmeticCost: Int
  }

  /// Name of the model.
  public var model: String
  /// Version of the model.
  public var version: String?
  /// File of its image.
  public var path: String?
  /// Flash of the image.
  public var imageBytes: Int?
  /// Memory of its arena.
  public var arenaBytes: Int?
  /// Names of the network's outputs.
  public var labels: [String]
  /// Those that are listened for.
  public var keywords: [Keyword]
  /// Hz.
  public var sampleRate: Int
  /// Samples between inferences.
  public var step: Int
  /// Samples after a detection in which none is reported.
  public var refractory: Int
  /// dB of the noise that was mixed into the clips; nil is none.
  public var snr: Double?
  /// Costs, if the model is a cascade.
  public var cascade: Cascade?
  /// Recordings of words.
  public var clips: [Clip]
  /// Long audio without keywords.
  public var recordings: [Recording]

  /// Hours of long audio.
  public var hours: Double { recordings.reduce(0) { $0 + $1.seconds } / 3600 }

  /// - Throws: what is impossible in a sheet that another program has written.
  func check() throws(EvaluationError) {
    func require(_ condition: Bool, _ words: @autoclosure () -> String) throws(EvaluationError) {
      if !condition { throw EvaluationError("\(model): \(words())") }
    }
    try require(!labels.isEmpty && !keywords.isEmpty, "needs labels and keywords")
    try require(
      sampleRate > 0 && step > 0 && refractory >= 0, "sample_rate and step must be above 0, refractory not below")
    for keyword in keywords {
      try require(labels.indices.contains(keyword.label), "keyword \(keyword.label) is no index of a label")
      try require(keyword.minimumRun >= 1, "minimum_run must be 1 or more")
    }
    for clip in clips {
      let isLabelled = labels.indices.contains(clip.label) && labels.indices.contains(clip.answer ?? 0)
      try require(isLabelled, "clip \(clip.name): label or answer is no index of a label")
      try require(
        clip.scores.map { $0.count == keywords.count && $0.allSatisfy(\.isFinite) } ?? true,
        "clip \(clip.name): needs a finite score a keyword")
    }
    for recording in recordings {
      try require(
        recording.seconds > 0 && recording.seconds.isFinite, "recording \(recording.name): seconds must be above 0")
      try require(
        recording.scores.count == keywords.count && Set(recording.scores.map(\.count)).count == 1
          && recording.scores.allSatisfy { $0.allSatisfy(\.isFinite) },
        "recording \(recording.name): needs a list of finite scores a keyword, all of one length")
    }
  }
}

extension ScoreSheet {
  /// Sheets by model, in the order in which models come; one without noise first.
  public static func byModel(_ sheets: [ScoreSheet]) -> [[ScoreSheet]] {
    var models: [[ScoreSheet]] = []
    for sheet in sheets {
      if let index = models.firstIndex(where: { $0.allSatisfy(sheet.isOtherCondition) }) {
        models[index].append(sheet)
      } else {
        models.append([sheet])
      }
    }
    return models.map { $0.filter { $0.snr == nil } + $0.filter { $0.snr != nil } }
  }

  /// Whether `other` is of the same model, at another level of noise.
  private func isOtherCondition(_ other: ScoreSheet) -> Bool {
    model == other.model && path == other.path && snr != other.snr
  }
}
