import Foundation

/// Settings of a front end that hears frames of a spectrum: a rate, windows and hops, and other numbers by name.
///
/// A kind of settings says which numbers it has; reading and writing them as JSON is the same for all. Keys that are
/// absent from the JSON take their defaults.
public protocol SpectralSettings: Codable, Equatable, Sendable {
  /// Value of the key `kind`.
  static var kind: String { get }
  /// Whole numbers, by key.
  static var wholeNumbers: [(key: String, path: WritableKeyPath<Self, Int>)] { get }
  /// Real numbers, by key.
  static var realNumbers: [(key: String, path: WritableKeyPath<Self, Double>)] { get }

  /// Hz.
  var sampleRate: Int { get }
  /// Milliseconds of sound in a frame.
  var windowMilliseconds: Int { get }
  /// Milliseconds from a frame to the next.
  var hopMilliseconds: Int { get }

  /// The defaults.
  init()
}

/// A key of settings.
private struct SettingsKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension SpectralSettings {
  /// Samples in a frame.
  public var window: Int { sampleRate / 1000 * windowMilliseconds }
  /// Samples from a frame to the next.
  public var hop: Int { sampleRate / 1000 * hopMilliseconds }

  /// Reads settings from JSON.
  ///
  /// - Throws: `LogMelSettings.Problem` in plain words: no JSON object, an unknown key, a value of a wrong type.
  public init(json: Data) throws {
    let whole = Self.wholeNumbers.map(\.key)
    let real = Self.realNumbers.map(\.key)
    let object = try FrontEndSettings.object(json, known: ["kind"] + whole + real)
    func require(_ key: String, _ isRight: (Any) -> Bool, _ wanted: String) throws {
      guard let value = object[key], !isRight(value) else { return }
      throw LogMelSettings.Problem("front-end settings: '\(key)' must be \(wanted)")
    }
    try require("kind", { $0 is String }, "a text")
    for key in whole { try require(key, { $0 as? Int != nil }, "a whole number") }
    for key in real { try require(key, { $0 as? Double != nil }, "a number") }
    self = try JSONDecoder().decode(Self.self, from: json)
  }

  /// Decodes settings; an absent key takes its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: SettingsKey.self)
    let kind = try values.decodeIfPresent(String.self, forKey: SettingsKey("kind")) ?? Self.kind
    guard kind == Self.kind else {
      throw LogMelSettings.Problem(
        "front-end settings: kind '\(kind)' is unknown; there are 'log-mel', 'analog-binary', 'micro' and 'mfcc'")
    }
    for (key, path) in Self.wholeNumbers {
      self[keyPath: path] = try values.decodeIfPresent(Int.self, forKey: SettingsKey(key)) ?? self[keyPath: path]
    }
    for (key, path) in Self.realNumbers {
      self[keyPath: path] = try values.decodeIfPresent(Double.self, forKey: SettingsKey(key)) ?? self[keyPath: path]
    }
  }

  /// Encodes all keys.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: SettingsKey.self)
    try values.encode(Self.kind, forKey: SettingsKey("kind"))
    for (key, path) in Self.wholeNumbers { try values.encode(self[keyPath: path], forKey: SettingsKey(key)) }
    for (key, path) in Self.realNumbers { try values.encode(self[keyPath: path], forKey: SettingsKey(key)) }
  }
}
