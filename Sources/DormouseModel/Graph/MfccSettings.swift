import Foundation

/// What a model says about its front end if that is MFCC as TensorFlow computes them: periodic Hann window, magnitudes,
/// `ln(band + 1e-6)`, orthonormal DCT.
///
/// Keys that are absent from the JSON take the defaults below, which are those of MLPerf Tiny's keyword spotting.
public struct MfccSettings: Codable, Equatable, Sendable {
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

  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case sampleRate = "sample_rate"
    case windowMilliseconds = "window_ms"
    case hopMilliseconds = "hop_ms"
    case fftLength = "fft"
    case bands
    case lowFrequency = "low_hz"
    case highFrequency = "high_hz"
    case coefficients
    case fullScale = "full_scale"
    case scale
    case zeroPoint = "zero_point"
  }

  /// Reads settings from JSON.
  ///
  /// - Throws: `LogMelSettings.Problem` in plain words: no JSON object, an unknown key, a value of a wrong type.
  public init(json: Data) throws {
    let object = try FrontEndSettings.object(json, known: CodingKeys.allCases.map(\.rawValue))
    for key in CodingKeys.allCases {
      guard let value = object[key.rawValue] else { continue }
      let isRight =
        switch key {
        case .kind: value as? String == "mfcc"
        case .scale: value as? Double != nil
        default: value as? Int != nil
        }
      let wanted = key == .kind ? "'mfcc'" : key == .scale ? "a number" : "a whole number"
      guard isRight else { throw LogMelSettings.Problem("front-end settings: '\(key.rawValue)' must be \(wanted)") }
    }
    self = try JSONDecoder().decode(MfccSettings.self, from: json)
  }

  /// Decodes settings; an absent key takes its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func whole(_ key: CodingKeys, _ path: WritableKeyPath<MfccSettings, Int>) throws {
      if let value = try values.decodeIfPresent(Int.self, forKey: key) { self[keyPath: path] = value }
    }
    for (key, path) in MfccSettings.wholes { try whole(key, path) }
    scale = try values.decodeIfPresent(Double.self, forKey: .scale) ?? scale
  }

  /// Encodes all keys.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode("mfcc", forKey: .kind)
    for (key, path) in MfccSettings.wholes { try values.encode(self[keyPath: path], forKey: key) }
    try values.encode(scale, forKey: .scale)
  }

  private static var wholes: [(CodingKeys, WritableKeyPath<MfccSettings, Int>)] {
    [
      (.sampleRate, \.sampleRate), (.windowMilliseconds, \.windowMilliseconds), (.hopMilliseconds, \.hopMilliseconds),
      (.fftLength, \.fftLength), (.bands, \.bands), (.lowFrequency, \.lowFrequency),
      (.highFrequency, \.highFrequency), (.coefficients, \.coefficients), (.fullScale, \.fullScale),
      (.zeroPoint, \.zeroPoint),
    ]
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
