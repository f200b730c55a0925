/// What a model says about its front end if that is TensorFlow's microfrontend, as in microWakeWord and in TensorFlow Lite
/// Micro's speech example.
///
/// Keys that are absent from the JSON take the defaults below, which are microWakeWord's. Noise reduction and gain have
/// the settings that all these models share: see `MicroDesign`.
public struct MicroSettings: SpectralSettings {
  /// Hz: 8000 or 16000.
  public var sampleRate = 16000
  /// Milliseconds of sound in a frame; at most 512 samples.
  public var windowMilliseconds = 30
  /// Milliseconds from a frame to the next.
  public var hopMilliseconds = 10
  /// Features of a frame: 10 to 80.
  public var bands = 40
  /// Lower edge of the first band.
  public var lowFrequency = 125
  /// Upper edge of the last band.
  public var highFrequency = 7500
  /// Level that maps to `zeroPoint`; a level is 64 times a natural logarithm.
  public var origin = 0
  /// Feature steps a level: 256 / 666, as microWakeWord and TensorFlow Lite Micro turn levels into int8.
  public var stepsPerLevel = 256.0 / 666.0
  /// Feature at `origin`.
  public var zeroPoint = -128

  /// The defaults.
  public init() {}

  /// "micro".
  public static var kind: String { "micro" }

  /// Keys of model metadata and recipes.
  public static var wholeNumbers: [(key: String, path: WritableKeyPath<Self, Int>)] {
    [
      ("sample_rate", \.sampleRate),
      ("window_ms", \.windowMilliseconds),
      ("hop_ms", \.hopMilliseconds),
      ("bands", \.bands),
      ("low_hz", \.lowFrequency),
      ("high_hz", \.highFrequency),
      ("origin", \.origin),
      ("zero_point", \.zeroPoint),
    ]
  }

  /// Keys of model metadata and recipes.
  public static var realNumbers: [(key: String, path: WritableKeyPath<Self, Double>)] {
    [("steps_per_level", \.stepsPerLevel)]
  }

  /// Refuses settings that no front end can realise.
  func check() throws {
    func require(_ rule: Bool, _ text: @autoclosure () -> String) throws {
      if !rule { throw LogMelSettings.Problem("front-end settings: " + text()) }
    }
    try require(
      sampleRate == 8000 || sampleRate == 16000, "sample_rate is \(sampleRate) Hz; it must be 8000 or 16000")
    try require(
      (1...512).contains(windowMilliseconds) && window > 256 && window <= 512,
      "window_ms is \(windowMilliseconds), \(sampleRate / 1000) samples each; a micro window must hold 257 to 512 samples"
    )
    try require(
      (1...windowMilliseconds).contains(hopMilliseconds),
      "hop_ms is \(hopMilliseconds); it must be 1 to window_ms = \(windowMilliseconds)")
    try require((10...80).contains(bands), "bands is \(bands); it must be 10 to 80")
    try require(
      lowFrequency >= 0 && lowFrequency < highFrequency && highFrequency < sampleRate / 2,
      "low_hz is \(lowFrequency) and high_hz is \(highFrequency); "
        + "they must be 0 or more, in order, and below half of sample_rate, \(sampleRate / 2)")
    try require((0...4000).contains(origin), "origin is \(origin); it must be 0 to 4000")
    try require(
      (0.001...0.999999).contains(stepsPerLevel),
      "steps_per_level is \(stepsPerLevel); it must be 0.001 to 0.999999")
    try require((-128...127).contains(zeroPoint), "zero_point is \(zeroPoint); it must be -128 to 127")
  }
}
