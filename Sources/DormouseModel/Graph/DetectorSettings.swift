/// How scores become detections; the JSON beside a trained model reads the same.
///
///     {"stride": 5, "smoothing": 4, "refractory_ms": 1000,
///      "keywords": {"yes": {"threshold": 0.8, "minimum_run": 2}}}
public struct DetectorSettings: Equatable, Sendable, Codable {
  /// Hops between inferences: 1 to 65535.
  public var stride: Int
  /// Posteriors that are averaged: 1 to 64.
  public var smoothing: Int
  /// Milliseconds after a detection in which none is reported.
  public var refractoryMilliseconds: Int
  /// By label; labels that are not listed (silence, unknown) are never reported.
  public var keywords: [String: Keyword]

  /// When a label counts as heard.
  public struct Keyword: Equatable, Sendable, Codable {
    /// Smoothed posterior that must be reached: 0 to 1.
    public var threshold: Double
    /// Successive inferences at or above the threshold: 1 to 65535.
    public var minimumRun: Int

    /// Memberwise.
    public init(threshold: Double, minimumRun: Int) {
      self.threshold = threshold
      self.minimumRun = minimumRun
    }

    enum CodingKeys: String, CodingKey {
      case threshold
      case minimumRun = "minimum_run"
    }
  }

  /// Memberwise.
  public init(stride: Int, smoothing: Int, refractoryMilliseconds: Int, keywords: [String: Keyword]) {
    self.stride = stride
    self.smoothing = smoothing
    self.refractoryMilliseconds = refractoryMilliseconds
    self.keywords = keywords
  }

  enum CodingKeys: String, CodingKey {
    case stride
    case smoothing
    case refractoryMilliseconds = "refractory_ms"
    case keywords
  }
}
