/// What a model says about its front end, as it stands in model metadata and training recipes.
///
/// Keys that are absent from the JSON take the defaults below.
public struct LogMelSettings: SpectralSettings {
  /// Hz: 8000 or 16000.
  public var sampleRate = 16000
  /// Milliseconds of sound in a frame.
  public var windowMilliseconds = 30
  /// Milliseconds from a frame to the next.
  public var hopMilliseconds = 20
  /// Points of the transform: 256, 512 or 1024.
  public var fftLength = 512
  /// Features of a frame: 10 to 80.
  public var bands = 40
  /// Lower edge of the first band.
  public var lowFrequency = 60
  /// Upper edge of the last band.
  public var highFrequency = 7600
  /// log2 of the energy that maps to `zeroPoint`.
  public var origin = 26.5
  /// Feature steps a doubling of the energy.
  public var stepsPerOctave = 6.5
  /// Feature at `origin`.
  public var zeroPoint = 0
  /// How much of a sample is subtracted from the next before the window: 0 to 1.
  public var preEmphasis = 0.0
  /// Of the window, at its ends: 0 for Hann's, 0.08 for Hamming's.
  public var pedestal = 0.0

  /// The defaults.
  public init() {}

  /// "log-mel".
  public static var kind: String { "log-mel" }

  /// Keys of model metadata and recipes.
  public static var wholeNumbers: [(key: String, path: WritableKeyPath<Self, Int>)] {
    [
      ("sample_rate", \.sampleRate),
      ("window_ms", \.windowMilliseconds),
      ("hop_ms", \.hopMilliseconds),
      ("fft", \.fftLength),
      ("bands", \.bands),
      ("low_hz", \.lowFrequency),
      ("high_hz", \.highFrequency),
      ("zero_point", \.zeroPoint),
    ]
  }

  /// Keys of model metadata and recipes.
  public static var realNumbers: [(key: String, path: WritableKeyPath<Self, Double>)] {
    [
      ("origin", \.origin), ("steps_per_octave", \.stepsPerOctave), ("pre_emphasis", \.preEmphasis),
      ("pedestal", \.pedestal),
    ]
  }
}
