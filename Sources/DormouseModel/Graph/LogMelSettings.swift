import Foundation

/// What a model says about its front end, as it stands in model metadata and training recipes.
///
/// Keys that are absent from the JSON take the defaults below.
public struct LogMelSettings: Codable, Equatable, Sendable {
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

  /// The defaults.
  public init() {}

  /// Samples in a frame.
  public var window: Int { sampleRate / 1000 * windowMilliseconds }
  /// Samples from a frame to the next.
  public var hop: Int { sampleRate / 1000 * hopMilliseconds }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case sampleRate = "sample_rate"
    case windowMilliseconds = "window_ms"
    case hopMilliseconds = "hop_ms"
    case fftLength = "fft"
    case bands
    case lowFrequency = "low_hz"
    case highFrequency = "high_hz"
    case origin
    case stepsPerOctave = "steps_per_octave"
    case zeroPoint = "zero_point"
  }

  /// Reads settings from JSON.
  ///
  /// - Throws: `Problem` in plain words: no JSON object, an unknown key, a value of a wrong type.
  public init(json: Data) throws {
    let object = try FrontEndSettings.object(json, known: CodingKeys.allCases.map(\.rawValue))
    let text: Set<CodingKeys> = [.kind]
    let real: Set<CodingKeys> = [.origin, .stepsPerOctave]
    for key in CodingKeys.allCases {
      guard let value = object[key.rawValue] else { continue }
      if text.contains(key) {
        guard value is String else { throw Problem("front-end settings: '\(key.rawValue)' must be a text") }
      } else if real.contains(key) {
        guard value as? Double != nil else { throw Problem("front-end settings: '\(key.rawValue)' must be a number") }
      } else {
        guard value as? Int != nil else {
          throw Problem("front-end settings: '\(key.rawValue)' must be a whole number")
        }
      }
    }
    self = try JSONDecoder().decode(LogMelSettings.self, from: json)
  }

  /// Decodes settings; an absent key takes its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try values.decodeIfPresent(String.self, forKey: .kind) ?? "log-mel"
    guard kind == "log-mel" else {
      throw Problem(
        "front-end settings: kind '\(kind)' is unknown; there are 'log-mel', 'analog-binary', 'micro' and 'mfcc'")
    }
    sampleRate = try values.decodeIfPresent(Int.self, forKey: .sampleRate) ?? sampleRate
    windowMilliseconds = try values.decodeIfPresent(Int.self, forKey: .windowMilliseconds) ?? windowMilliseconds
    hopMilliseconds = try values.decodeIfPresent(Int.self, forKey: .hopMilliseconds) ?? hopMilliseconds
    fftLength = try values.decodeIfPresent(Int.self, forKey: .fftLength) ?? fftLength
    bands = try values.decodeIfPresent(Int.self, forKey: .bands) ?? bands
    lowFrequency = try values.decodeIfPresent(Int.self, forKey: .lowFrequency) ?? lowFrequency
    highFrequency = try values.decodeIfPresent(Int.self, forKey: .highFrequency) ?? highFrequency
    origin = try values.decodeIfPresent(Double.self, forKey: .origin) ?? origin
    stepsPerOctave = try values.decodeIfPresent(Double.self, forKey: .stepsPerOctave) ?? stepsPerOctave
    zeroPoint = try values.decodeIfPresent(Int.self, forKey: .zeroPoint) ?? zeroPoint
  }

  /// Encodes all keys.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode("log-mel", forKey: .kind)
    try values.encode(sampleRate, forKey: .sampleRate)
    try values.encode(windowMilliseconds, forKey: .windowMilliseconds)
    try values.encode(hopMilliseconds, forKey: .hopMilliseconds)
    try values.encode(fftLength, forKey: .fftLength)
    try values.encode(bands, forKey: .bands)
    try values.encode(lowFrequency, forKey: .lowFrequency)
    try values.encode(highFrequency, forKey: .highFrequency)
    try values.encode(origin, forKey: .origin)
    try values.encode(stepsPerOctave, forKey: .stepsPerOctave)
    try values.encode(zeroPoint, forKey: .zeroPoint)
  }
}
