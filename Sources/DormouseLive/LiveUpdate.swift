/// What a listening session tells its viewers, about 25 times a second and at once when a word was heard.
///
/// As JSON its keys are in snake case (`JSONEncoder.KeyEncodingStrategy.convertToSnakeCase`). Times are seconds; positions
/// count samples at the model's rate since the session began.
public struct LiveUpdate: Sendable, Codable {
  /// Whether sound comes in.
  public enum State: String, Sendable, Codable {
    /// It does.
    case listening
    /// The device is gone or busy; `problem` says which. It is tried again and again.
    case waiting
    /// The session is over; this is its last update.
    case ended
  }

  /// Loudness of what is new, in dB below full scale; -120 where nothing is new or all is zero.
  public struct Level: Sendable, Codable, Equatable {
    /// Of the largest sample.
    public var peak: Double
    /// Root of the mean square.
    public var rms: Double

    /// Memberwise.
    public init(peak: Double, rms: Double) {
      self.peak = peak
      self.rms = rms
    }

    /// No sound.
    public static let silence = Level(peak: -120, rms: -120)
  }

  /// Whether sound comes in.
  public var state: State
  /// Why it doesn't, in plain words, while `state` is `waiting`.
  public var problem: String?
  /// Samples heard since the session began.
  public var samplesHeard: UInt64
  /// Loudness of what is new.
  public var level: Level
  /// Least and largest sample of each 5 ms of what is new, in pairs. Empty unless a viewer wants the picture.
  public var waveform: [Int16]
  /// New frames of a log-mel model, `[frames][bands]`. Empty for a model that hears bits, or unless a viewer wants the
  /// picture.
  public var frames: [[Int8]]
  /// New frames of a bank of analog channels, `[frames][words]`: channel `c` is bit `c % 32` of word `c / 32`. The model's
  /// own frames if it hears bits; else those of an emulated bank of 32 channels. Empty unless a viewer wants the picture.
  public var bits: [[UInt32]]
  /// Smoothed posterior of each label after the last inference, 0 to 1.
  public var scores: [Double]
  /// Score that each label must reach now; above 1: it is never reported.
  public var thresholds: [Double]
  /// Posteriors that are averaged now.
  public var smoothing: Int
  /// Words accepted since the last update.
  public var detections: [LiveDetection]
  /// Times that sound was lost since the session began: the device's buffer or ours ran over.
  public var overruns: Int
  /// Share of one processor core that the whole program took in the last second.
  public var cpuShare: Double
  /// Seconds since 1970 at which the newest sample was captured; 0 before the first.
  public var capturedAt: Double
  /// What the user is to be told, once each, since the last update.
  public var notices: [String]
}

/// A word that was accepted.
public struct LiveDetection: Sendable, Codable, Equatable {
  /// Its index in the model.
  public var index: Int
  /// The word.
  public var label: String
  /// Smoothed posterior at that moment, 0 to 1.
  public var score: Double
  /// Seconds heard at which the context of its first inference began.
  public var start: Double
  /// Seconds heard when it was accepted.
  public var end: Double
  /// Seconds since 1970 at which the sample at `end` was captured.
  public var capturedAt: Double
  /// Seconds from the capture of that sample to this value.
  public var latency: Double
}
