/// What a model says about its front end if that is MFCC as TensorFlow computes them: periodic Hann window, magnitudes,
/// `ln(band + 1e-6)`, orthonormal DCT.
///
/// Keys that are absent from the JSON take the defaults below, which are those of MLPerf Tiny's keyword spotting.
public struct MfccSettings: SpectralSettings {
  /// Hz: 8000 or 16000.
  public var sampleRate = 16000
  /// Milliseconds of sound in a frame.
  public var windowMilliseconds = 30
  /// Milliseconds from a frame to the next.
  public var hopMilliseconds = 20
  /// Points of the transform: 256, 512 or 1024.
  public var fftLength = 512
  /// Bands: 10 to 80.
  public var bands = 40
  /// Lower edge of the first band.
  public var lowFrequency = 20
  /// Upper edge of the last band.
  public var highFrequency = 4000
  /// Features of a frame: 1 to 32.
  public var coefficients = 10
  /// Sample that stands for 1: 1 to 32768. MLPerf Tiny divides each clip by its largest sample, which a stream can't.
  public var fullScale = 32768
  /// What a feature step is worth: `coefficient = scale * (feature - zeroPoint)`, as the model's input says.
  public var scale = 0.5847029089927673
  /// Feature of the coefficient 0.
  public var zeroPoint = 83

  /// The defaults.
  public init() {}

  /// "mfcc".
  public static var kind: String { "mfcc" }

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
      ("coefficients", \.coefficients),
      ("full_scale", \.fullScale),
      ("zero_point", \.zeroPoint),
    ]
  }

  /// Keys of model metadata and recipes.
  public static var realNumbers: [(key: String, path: WritableKeyPath<Self, Double>)] {
    [("scale", \.scale)]
  }

  /// The log-mel front end of the same bands, whose tables and rules MFCC share.
  var spectrum: LogMelSettings {
    var settings = LogMelSettings()
    settings.sampleRate = sampleRate
    settings.windowMilliseconds = windowMilliseconds
    settings.hopMilliseconds = hopMilliseconds
    settings.fftLength = fftLength
    settings.bands = bands
    settings.lowFrequency = lowFrequency
    settings.highFrequency = highFrequency
    settings.zeroPoint = zeroPoint
    return settings
  }

  /// Refuses settings that no front end can realise.
  func check() throws {
    try spectrum.check()
    func require(_ rule: Bool, _ text: @autoclosure () -> String) throws {
      if !rule { throw LogMelSettings.Problem("front-end settings: " + text()) }
    }
    try require((1...32).contains(coefficients), "coefficients is \(coefficients); it must be 1 to 32")
    try require((1...32768).contains(fullScale), "full_scale is \(fullScale); it must be 1 to 32768")
    try require((0.001...100).contains(scale), "scale is \(scale); it must be 0.001 to 100")
  }
}
