/// Everything that an evaluation tells, ready to be written as JSON: rates are 0 to 1, times in the units of their names.
///
/// Encode with snake-case keys. When exactly one model was evaluated, its keys stand at the top as well.
public struct EvaluationReport: Encodable, Sendable {
  /// What was heard, and how.
  public struct Settings: Encodable, Sendable {
    /// Folder, manifest or file of scores.
    public var data: String
    /// Folder of long audio without keywords.
    public var negatives: String?
    /// Folder of noise.
    public var noise: String?
    /// Name of the task.
    public var task: String?
    /// Of noise and of bootstrap.
    public var seed: UInt64
    /// Draws of the bootstrap.
    public var bootstrap: Int

    /// Memberwise.
    public init(data: String, negatives: String?, noise: String?, task: String?, seed: UInt64, bootstrap: Int) {
      self.data = data
      self.negatives = negatives
      self.noise = noise
      self.task = task
      self.seed = seed
      self.bootstrap = bootstrap
    }
  }

  /// Settings of the run.
  public let settings: Settings
  /// Recordings that were left out.
  public let skipped: [SkippedRecording]
  /// In the order asked for.
  public let models: [ModelReport]

  /// Computes all figures.
  ///
  /// - Parameters:
  ///   - sheets: `[model][condition]`, without noise first.
  ///   - jobs: threads at most.
  public init(sheets: [[ScoreSheet]], skipped: [SkippedRecording], settings: Settings, jobs: Int) {
    self.settings = settings
    self.skipped = skipped
    let bootstrap = SpeakerBootstrap(replicates: settings.bootstrap, seed: settings.seed)
    models = sheets.map { conditions in
      let clean = conditions[0]
      return ModelReport(
        model: clean.model, version: clean.version, path: clean.path, imageBytes: clean.imageBytes,
        arenaBytes: clean.arenaBytes, labels: clean.labels, keywords: clean.keywords.map { clean.labels[$0.label] },
        figures: Figures(clean, bootstrap, jobs: jobs),
        noise: conditions.dropFirst().map { NoiseReport(snr: $0.snr ?? 0, figures: Figures($0, bootstrap, jobs: jobs)) }
      )
    }
  }

  private enum Keys: String, CodingKey { case settings, skipped, skippedCount, models }

  /// Writes `models`, and the keys of the model if there is one.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(settings, forKey: .settings)
    try container.encode(skipped, forKey: .skipped)
    try container.encode(skipped.count, forKey: .skippedCount)
    try container.encode(models, forKey: .models)
    if models.count == 1 { try models[0].encode(to: encoder) }
  }
}

/// One model's part of a report.
public struct ModelReport: Encodable, Sendable {
  /// Name in the image.
  public let model: String
  /// Version in the image.
  public let version: String?
  /// File of the image.
  public let path: String?
  /// Flash.
  public let imageBytes: Int?
  /// Memory.
  public let arenaBytes: Int?
  /// Names of the network's outputs.
  public let labels: [String]
  /// Those that were listened for.
  public let keywords: [String]
  /// Without noise.
  public let figures: Figures
  /// With noise, by level.
  public let noise: [NoiseReport]

  private enum Keys: String, CodingKey {
    case model, version, path, imageBytes, arenaBytes, labels, keywords, noise
  }

  /// Writes the figures beside the other keys.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(model, forKey: .model)
    try container.encodeIfPresent(version, forKey: .version)
    try container.encodeIfPresent(path, forKey: .path)
    try container.encodeIfPresent(imageBytes, forKey: .imageBytes)
    try container.encodeIfPresent(arenaBytes, forKey: .arenaBytes)
    try container.encode(labels, forKey: .labels)
    try container.encode(keywords, forKey: .keywords)
    try container.encode(noise, forKey: .noise)
    try figures.encode(to: encoder)
  }
}

/// Figures at one level of noise.
public struct NoiseReport: Encodable, Sendable {
  /// dB.
  public let snr: Double
  /// With this noise in the clips; long audio is heard as it is.
  public let figures: Figures

  private enum Keys: String, CodingKey { case snr }

  /// Writes the figures beside the level.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(snr, forKey: .snr)
    try figures.encode(to: encoder)
  }
}
