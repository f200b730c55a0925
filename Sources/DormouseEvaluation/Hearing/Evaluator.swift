import DormouseAudio

/// Lets models hear a data set, and keeps their scores.
public struct Evaluator: Sendable {
  /// Noise that is mixed into the clips.
  public struct Noise: Sendable {
    /// Where it comes from.
    public let bank: NoiseBank
    /// Levels, dB below the speech; the clips are heard once for each, and once without noise.
    public let ratios: [Double]
    /// Of which stretch of noise each clip gets.
    public let seed: UInt64

    /// Memberwise.
    public init(bank: NoiseBank, ratios: [Double], seed: UInt64) {
      self.bank = bank
      self.ratios = ratios
      self.seed = seed
    }
  }

  /// What was heard.
  public struct Outcome: Sendable {
    /// `[model][condition]`: without noise first, then as the noise's ratios.
    public var sheets: [[ScoreSheet]]
    /// What could not be read.
    public var skipped: [SkippedRecording]

    /// Memberwise.
    public init(sheets: [[ScoreSheet]], skipped: [SkippedRecording]) {
      self.sheets = sheets
      self.skipped = skipped
    }
  }

  private let models: [EvaluatedModel]
  private let data: DataSet
  private let noise: Noise?

  /// - Throws: that a model has no label for a class of the data.
  public init(models: [EvaluatedModel], data: DataSet, noise: Noise? = nil) throws(EvaluationError) {
    self.models = models
    self.data = data
    self.noise = noise
    let names = Set(data.recordings.compactMap(\.label)).sorted()
    for model in models {
      for name in names {
        do throws(EvaluationError) {
          _ = try model.classes.label(of: name)
        } catch {
          throw EvaluationError("\(model.path): \(error)")
        }
      }
    }
  }

  /// Hears everything on up to `jobs` threads; the outcome is the same however many.
  ///
  /// - Parameter progress: called by one thread at a time, with the recordings that are done and their total.
  /// - Throws: that not one recording could be read.
  public func run(
    jobs: Int, progress: @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws(EvaluationError) -> Outcome {
    let (models, noise, recordings) = (models, noise, data.recordings)
    let results = Parallel.map(count: recordings.count, jobs: jobs) {
      let listener = RecordingListener(models, noise: noise)
      return { listener.hear(recordings[$0]) }
    } progress: {
      progress($0, recordings.count)
    }
    var outcome = Outcome(
      sheets: models.map { model in ([nil] + (noise?.ratios ?? [])).map { model.emptySheet(snr: $0) } },
      skipped: data.skipped)
    var heard = 0
    for (recording, result) in zip(recordings, results) {
      switch result {
      case .failure(let error): outcome.skipped.append(SkippedRecording(path: recording.path, reason: error.reason))
      case .success(let parts):
        heard += 1
        for (model, part) in parts.enumerated() {
          for condition in outcome.sheets[model].indices {
            outcome.sheets[model][condition].clips += part.clips[condition]
            if let long = part.long { outcome.sheets[model][condition].recordings.append(long) }
          }
        }
      }
    }
    if heard == 0 {
      throw EvaluationError(
        outcome.skipped.first.map {
          "none of \(outcome.skipped.count) recordings can be read; \($0.path): \($0.reason)"
        }
          ?? "there is nothing to hear")
    }
    return outcome
  }
}
