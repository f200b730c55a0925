import DormouseModel
import Foundation

/// What a model image holds beside the network: identity, labels, front end and detector.
///
/// It stands in an ONNX file's metadata (`dormouse.name`, `dormouse.version`, `dormouse.labels`, `dormouse.front_end`,
/// `dormouse.detector`) and in a settings file, a JSON object with the same keys, whose entries win:
///
///     {"name": "kitchen", "labels": ["on", "off"], "front_end": {"bands": 40}, "detector": {"stride": 5, ...}}
public struct ModelSettings: Equatable, Sendable {
  /// Name of the model: 1 to 63 bytes of UTF-8.
  public var name: String?
  /// Version of the model: 1 to 63 bytes of UTF-8.
  public var version: String?
  /// One a network output, in the order of the logits, all different, each 1 to 63 bytes of UTF-8.
  public var labels: [String]?
  /// Front end that computes the network's input; a bare network has none.
  public var frontEnd: FrontEndSettings?
  /// How scores become detections; needed exactly if there is a front end.
  public var detector: DetectorSettings?

  /// Nothing is set.
  public init() {}

  /// Reads a settings file.
  ///
  /// - Throws: `ImportError` in plain words: no JSON object, an unknown key, a value of a wrong type.
  public init(json: Data) throws {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw ImportError("settings", "are not a JSON object")
    }
    let known = ["name", "version", "labels", "front_end", "detector"]
    if let stranger = object.keys.sorted().first(where: { !known.contains($0) }) {
      throw ImportError(
        "settings", "have the unknown key \(stranger.quoted)", remedy: "known keys: \(known.joined(separator: ", "))")
    }
    func text(_ key: String) throws -> String? {
      guard let value = object[key] else { return nil }
      guard let text = value as? String else { throw ImportError("settings: \(key)", "is not a text") }
      return text
    }
    func part(_ key: String) throws -> Data? {
      guard let value = object[key] else { return nil }
      guard value is [Any] || value is [String: Any] else {
        throw ImportError("settings: \(key)", "is neither a list nor an object")
      }
      return try JSONSerialization.data(withJSONObject: value)
    }
    try self.init(
      name: text("name"), version: text("version"), labels: part("labels"), frontEnd: part("front_end"),
      detector: part("detector"), place: "settings: ")
  }

  /// Reads an ONNX file's metadata; keys of other owners are passed over.
  init(metadata: [String: String]) throws {
    func part(_ key: String) -> Data? { metadata["dormouse." + key].map { Data($0.utf8) } }
    try self.init(
      name: metadata["dormouse.name"], version: metadata["dormouse.version"], labels: part("labels"),
      frontEnd: part("front_end"), detector: part("detector"), place: "metadata dormouse.")
  }

  private init(name: String?, version: String?, labels: Data?, frontEnd: Data?, detector: Data?, place: String) throws {
    self.name = name
    self.version = version
    self.labels = try labels.map {
      try ModelSettings.decoded($0, place + "labels", remedy: "a list of texts is needed, such as [\"yes\", \"no\"]")
    }
    self.frontEnd = try frontEnd.map { data in
      do {
        return try FrontEndSettings(json: data)
      } catch {
        throw ImportError(place + "front_end", "\(error)")
      }
    }
    self.detector = try detector.map {
      try ModelSettings.decoded(
        $0, place + "detector",
        remedy:
          "an object with stride, smoothing, refractory_ms and keywords {label: {threshold, minimum_run}} is needed"
      )
    }
  }

  private static func decoded<Value: Decodable>(_ data: Data, _ place: String, remedy: String) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch DecodingError.keyNotFound(let key, _) {
      throw ImportError(place, "lacks \(key.stringValue.quoted)", remedy: remedy)
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw ImportError(place, path.isEmpty ? "has a wrong type" : "\(path.quoted) has a wrong type", remedy: remedy)
    } catch {
      throw ImportError(place, "is not JSON", remedy: remedy)
    }
  }

  /// These settings where `other` is silent.
  func overridden(by other: ModelSettings) -> ModelSettings {
    var result = self
    result.name = other.name ?? name
    result.version = other.version ?? version
    result.labels = other.labels ?? labels
    result.frontEnd = other.frontEnd ?? frontEnd
    result.detector = other.detector ?? detector
    return result
  }
}
