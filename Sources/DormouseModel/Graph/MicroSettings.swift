import Foundation

/// What a model says about its front end if that is TensorFlow's microfrontend, as in microWakeWord and in TensorFlow Lite
/// Micro's speech example.
///
/// Keys that are absent from the JSON take the defaults below, which are microWakeWord's. Noise reduction and gain have
/// the settings that all these models share: see `MicroDesign`.
public struct MicroSettings: Codable, Equatable, Sendable {
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

  /// Samples in a frame.
  public var window: Int { sampleRate / 1000 * windowMilliseconds }
  /// Samples from a frame to the next.
  public var hop: Int { sampleRate / 1000 * hopMilliseconds }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case sampleRate = "sample_rate"
    case windowMilliseconds = "window_ms"
    case hopMilliseconds = "hop_ms"
    case bands
    case lowFrequency = "low_hz"
    case highFrequency = "high_hz"
    case origin
    case stepsPerLevel = "steps_per_level"
    case zeroPoint = "zero_point"
  }

  /// Reads settings from JSON.
  ///
  /// - Throws: `LogMelSettings.Problem` in plain words: no JSON object, an unknown key, a value of a wrong type.
  public init(json: Data) throws {
    let object = try FrontEndSettings.object(json, known: CodingKeys.allCases.map(\.rawValue))
    for key in CodingKeys.allCases {
      guard let value = object[key.rawValue] else { continue }
      switch key {
      case .kind:
        guard value as? String == "micro" else {
          throw LogMelSettings.Problem("front-end settings: kind must be 'micro'")
        }
      case .stepsPerLevel:
        guard value as? Double != nil else {
          throw LogMelSettings.Problem("front-end settings: '\(key.rawValue)' must be a number")
        }
      default:
        guard value as? Int != nil else {
          throw LogMelSettings.Problem("front-end settings: '\(key.rawValue)' must be a whole number")
        }
      }
    }
    self = try JSONDecoder().decode(MicroSettings.self, from: json)
  }

  /// Decodes settings; an absent key takes its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: CodingKeys.self)
    sampleRate = try values.decodeIfPresent(Int.self, forKey: .sampleRate) ?? sampleRate
    windowMilliseconds = try values.decodeIfPresent(Int.self, forKey: .windowMilliseconds) ?? windowMilliseconds
    hopMilliseconds = try values.decodeIfPresent(Int.self, forKey: .hopMilliseconds) ?? hopMilliseconds
    bands = try values.decodeIfPresent(Int.self, forKey: .bands) ?? bands
    lowFrequency = try values.decodeIfPresent(Int.self, forKey: .lowFrequency) ?? lowFrequency
    highFrequency = try values.decodeIfPresent(Int.self, forKey: .highFrequency) ?? highFrequency
    origin = try values.decodeIfPresent(Int.self, forKey: .origin) ?? origin
    stepsPerLevel = try values.decodeIfPresent(Double.self, forKey: .stepsPerLevel) ?? stepsPerLevel
    zeroPoint = try values.decodeIfPresent(Int.self, forKey: .zeroPoint) ?? zeroPoint
  }

  /// Encodes all keys.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode("micro", forKey: .kind)
    try values.encode(sampleRate, forKey: .sampleRate)
    try values.encode(windowMilliseconds, forKey: .windowMilliseconds)
    try values.encode(hopMilliseconds, forKey: .hopMilliseconds)
    try values.encode(bands, forKey: .bands)
    try values.encode(lowFrequency, forKey: .lowFrequency)
    try values.encode(highFrequency, forKey: .highFrequency)
    try values.encode(origin, forKey: .origin)
    try values.encode(stepsPerLevel, forKey: .stepsPerLevel)
    try values.encode(zeroPoint, forKey: .zeroPoint)
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
