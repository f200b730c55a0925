import Foundation

/// What a model says about an analog-binary front end: a bank of band-pass filters, each with rectifier, envelope and
/// comparator, described by what it does rather than by its components.
///
/// Keys that are absent from the JSON take the defaults below. `centre_hz`, `q`, `gain` and `threshold_v` are lists of
/// one value a channel; `q`, `gain` and `threshold_v` may also be one number for all.
public struct AnalogBinarySettings: Codable, Equatable, Sendable {
  /// Hz: 8000 or 16000; of the samples that stand in for the sound.
  public var sampleRate = 16000
  /// Milliseconds of a window: 10 or 25.
  public var windowMilliseconds = 10
  /// 8, 16, 32 or 64.
  public var channels = 64
  /// Lower end of the mel scale that the centres divide.
  public var lowFrequency = 50.0
  /// Its upper end.
  public var highFrequency = 8000.0
  /// Hz, a channel; nil: equally spaced in mel between the two ends, which are no centres themselves.
  public var centres: [Double]?
  /// Centre over bandwidth, a channel; nil: neighbours cross at half power.
  public var qualities: [Double]?
  /// Of the rectifiers, a channel; nil: what makes speech reach the thresholds, at most 100.
  public var gains: [Double]?
  /// Volts at which the comparators go high, a channel; nil: a quarter of the supply, or less where the gain is given or at
  /// its most.
  public var thresholds: [Double]?
  /// Volts by which an envelope must fall below the threshold for its comparator to go low again.
  public var hysteresis = 0.005
  /// Volts; rectifiers clip here.
  public var supply = 1.8
  /// Volts at the filters that a full-scale sample stands for.
  public var fullScale = 0.9
  /// Time constant of a rising envelope, in milliseconds.
  public var attackMilliseconds = 0.5
  /// Time constant of a falling envelope, in milliseconds.
  public var decayMilliseconds = 10.0

  /// The defaults.
  public init() {}

  /// Samples in a window.
  public var window: Int { sampleRate * windowMilliseconds / 1000 }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case sampleRate = "sample_rate"
    case windowMilliseconds = "window_ms"
    case channels
    case lowFrequency = "low_hz"
    case highFrequency = "high_hz"
    case centres = "centre_hz"
    case qualities = "q"
    case gains = "gain"
    case thresholds = "threshold_v"
    case hysteresis = "hysteresis_v"
    case supply = "supply_v"
    case fullScale = "full_scale_v"
    case attackMilliseconds = "attack_ms"
    case decayMilliseconds = "decay_ms"
  }

  /// Why a front end can't be built as asked, and what to change.
  public typealias Problem = LogMelSettings.Problem

  /// Reads settings from JSON.
  ///
  /// - Throws: `Problem` in plain words: no JSON object, an unknown key, a value of a wrong type.
  public init(json: Data) throws {
    try FrontEndSettings.object(json, known: CodingKeys.allCases.map(\.rawValue))
    do {
      self = try JSONDecoder().decode(AnalogBinarySettings.self, from: json)
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
      DecodingError.valueNotFound(_, let context)
    {
      let key = context.codingPath.first?.stringValue ?? "?"
      throw Problem("front-end settings: '\(key)' has a wrong type; \(AnalogBinarySettings.typeOf(key)) is needed")
    }
  }

  private static func typeOf(_ key: String) -> String {
    switch CodingKeys(rawValue: key) {
    case .kind: "a text"
    case .sampleRate, .windowMilliseconds, .channels: "a whole number"
    case .centres: "a list of numbers"
    case .qualities, .gains, .thresholds: "a number or a list of numbers"
    default: "a number"
    }
  }

  /// Decodes settings; an absent key takes its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try values.decodeIfPresent(String.self, forKey: .kind) ?? "analog-binary"
    guard kind == "analog-binary" else {
      throw Problem("front-end settings: kind '\(kind)' is not 'analog-binary'")
    }
    func number(_ key: CodingKeys, _ standard: Double) throws -> Double {
      try values.decodeIfPresent(Double.self, forKey: key) ?? standard
    }
    func count(_ key: CodingKeys, _ standard: Int) throws -> Int {
      try values.decodeIfPresent(Int.self, forKey: key) ?? standard
    }
    sampleRate = try count(.sampleRate, sampleRate)
    windowMilliseconds = try count(.windowMilliseconds, windowMilliseconds)
    let listed = try values.decodeIfPresent([Double].self, forKey: .centres)
    channels = try count(.channels, listed?.count ?? channels)
    lowFrequency = try number(.lowFrequency, lowFrequency)
    highFrequency = try number(.highFrequency, highFrequency)
    centres = listed
    let channels = self.channels
    func perChannel(_ key: CodingKeys) throws -> [Double]? {
      guard values.contains(key) else { return nil }
      if let one = try? values.decode(Double.self, forKey: key) {
        return [Double](repeating: one, count: min(max(channels, 0), 64))
      }
      return try values.decode([Double].self, forKey: key)
    }
    qualities = try perChannel(.qualities)
    gains = try perChannel(.gains)
    thresholds = try perChannel(.thresholds)
    hysteresis = try number(.hysteresis, hysteresis)
    supply = try number(.supply, supply)
    fullScale = try number(.fullScale, fullScale)
    attackMilliseconds = try number(.attackMilliseconds, attackMilliseconds)
    decayMilliseconds = try number(.decayMilliseconds, decayMilliseconds)
  }

  /// Encodes all keys that have a value.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode("analog-binary", forKey: .kind)
    try values.encode(sampleRate, forKey: .sampleRate)
    try values.encode(windowMilliseconds, forKey: .windowMilliseconds)
    try values.encode(channels, forKey: .channels)
    try values.encode(lowFrequency, forKey: .lowFrequency)
    try values.encode(highFrequency, forKey: .highFrequency)
    try values.encodeIfPresent(centres, forKey: .centres)
    try values.encodeIfPresent(qualities, forKey: .qualities)
    try values.encodeIfPresent(gains, forKey: .gains)
    try values.encodeIfPresent(thresholds, forKey: .thresholds)
    try values.encode(hysteresis, forKey: .hysteresis)
    try values.encode(supply, forKey: .supply)
    try values.encode(fullScale, forKey: .fullScale)
    try values.encode(attackMilliseconds, forKey: .attackMilliseconds)
    try values.encode(decayMilliseconds, forKey: .decayMilliseconds)
  }
}
