/// Settings of the log-mel front end, as a model is trained with; the JSON beside a trained model reads the same.
///
/// `feature = clamp(zeroPoint + round(scale * (log2(max(energy, 1)) - origin)), -128, 127)`. The device's form, with
/// its tables, is a `LogMelRecord`, which documents the ranges.
public struct LogMelSettings: Equatable, Sendable, Codable {
  /// Hz.
  public var sampleRate: Int
  /// Samples of one window.
  public var window: Int
  /// Samples from one window to the next.
  public var hop: Int
  /// Points of the FFT.
  public var fftLength: Int
  /// Triangular filters, features a frame.
  public var bands: Int
  /// Hz, lower edge of the first band.
  public var lowFrequency: Int
  /// Hz, upper edge of the last band.
  public var highFrequency: Int
  /// log2 of the energy that maps to `zeroPoint`.
  public var origin: Double
  /// Output steps a unit of log2 energy.
  public var scale: Double
  /// Of the output: -128 to 127.
  public var zeroPoint: Int

  /// Memberwise; the defaults are 30 ms windows every 20 ms at 16 kHz and 40 bands from 60 to 7600 Hz.
  public init(
    sampleRate: Int = 16000, window: Int = 480, hop: Int = 320, fftLength: Int = 512, bands: Int = 40,
    lowFrequency: Int = 60, highFrequency: Int = 7600, origin: Double = 16, scale: Double = 8, zeroPoint: Int = 0
  ) {
    self.sampleRate = sampleRate
    self.window = window
    self.hop = hop
    self.fftLength = fftLength
    self.bands = bands
    self.lowFrequency = lowFrequency
    self.highFrequency = highFrequency
    self.origin = origin
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  enum CodingKeys: String, CodingKey {
    case sampleRate = "sample_rate"
    case window
    case hop
    case fftLength = "fft_length"
    case bands
    case lowFrequency = "low_frequency"
    case highFrequency = "high_frequency"
    case origin
    case scale
    case zeroPoint = "zero_point"
  }
}
