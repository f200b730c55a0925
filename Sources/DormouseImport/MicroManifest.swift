import DormouseModel
import Foundation

/// The JSON that microWakeWord ships beside a model: how its features are made and when its word counts as heard.
///
/// Of versions 1 and 2. What concerns only its own firmware (author, website, languages, size of an arena) is not read.
public struct MicroManifest: Equatable, Sendable {
  /// The label.
  public let wakeWord: String
  /// Mean probability that must be reached: above 0, at most 1.
  public let cutoff: Double
  /// Milliseconds from a frame to the next: 10 or 20.
  public let stepMilliseconds: Int
  /// Successive probabilities in the mean: 1 to 64.
  public let window: Int

  /// The label of whatever is not the word.
  public static let otherLabel = "other"
  /// What a level is worth in the models' input.
  static let unit = 0.0390625
  /// Milliseconds after a detection in which none is reported.
  static let refractoryMilliseconds = 1000

  /// Reads a manifest.
  ///
  /// - Parameter json: the file's bytes.
  /// - Throws: `ImportError` that names the key and says what it must be.
  public init(json: Data) throws {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw ImportError("manifest", "is not a JSON object", remedy: "give the .json that is beside the .tflite")
    }
    if let type = object["type"] as? String, type != "micro" {
      throw ImportError("manifest", "has the type \(type.quoted)", remedy: "only 'micro' is known")
    }
    let version = try MicroManifest.version(object)
    guard let micro = object["micro"] as? [String: Any] else {
      throw ImportError(
        "manifest", "lacks 'micro'", remedy: "give the .json that is beside the .tflite, with probability_cutoff in it")
    }
    guard let word = object["wake_word"] as? String, (1...63).contains(word.utf8.count) else {
      throw ImportError("manifest wake_word", "is not a text of 1 to 63 bytes")
    }
    guard word != MicroManifest.otherLabel else {
      throw ImportError("manifest wake_word", "is the label of all other sounds", remedy: "rename it")
    }
    wakeWord = word
    guard let cutoff = micro["probability_cutoff"] as? Double, cutoff > 0, cutoff <= 1 else {
      throw MicroManifest.wrong("probability_cutoff", "a number above 0 and at most 1")
    }
    self.cutoff = cutoff
    let windowKey = version == 1 ? "sliding_window_average_size" : "sliding_window_size"
    window = try MicroManifest.whole(micro, windowKey, in: Array(1...64), said: "a whole number from 1 to 64")
    stepMilliseconds =
      version == 1 && micro["feature_step_size"] == nil
      ? 20 : try MicroManifest.whole(micro, "feature_step_size", in: [10, 20], said: "10 or 20, milliseconds")
  }

  private static func version(_ object: [String: Any]) throws -> Int {
    guard let value = object["version"] else { return 2 }
    guard let version = value as? Int, version == 1 || version == 2 else {
      throw ImportError("manifest version", "is not 1 or 2", remedy: "other versions are not known")
    }
    return version
  }

  private static func whole(
    _ micro: [String: Any], _ key: String, in allowed: [Int], said: String
  ) throws -> Int {
    guard let value = micro[key] as? Int, allowed.contains(value) else { throw wrong(key, said) }
    return value
  }

  private static func wrong(_ key: String, _ said: String) -> ImportError {
    ImportError("manifest micro.\(key)", "is missing or wrong", remedy: "it must be \(said)")
  }

  /// What an image of the model holds beside its network.
  ///
  /// - Parameters:
  ///   - inputs: elements that one inference reads; the models stream, so no frame is read twice.
  ///   - quantization: of the network's input, in units of 25.6 levels.
  /// - Throws: `ImportError` if these can't be frames of the micro front end.
  public func settings(inputs: Int, quantization: Quantization) throws -> ModelSettings {
    var frontEnd = MicroSettings()
    frontEnd.hopMilliseconds = stepMilliseconds
    frontEnd.stepsPerLevel = MicroManifest.unit / quantization.scale
    frontEnd.zeroPoint = quantization.zeroPoint
    guard inputs > 0, inputs.isMultiple(of: frontEnd.bands), (0.001...0.999999).contains(frontEnd.stepsPerLevel) else {
      throw ImportError(
        "model", "reads \(inputs) elements in steps of \(quantization.scale)",
        remedy: "a manifest goes with a microWakeWord model, which reads frames of \(frontEnd.bands) bands")
    }
    var settings = ModelSettings()
    settings.labels = [MicroManifest.otherLabel, wakeWord]
    settings.frontEnd = .micro(frontEnd)
    settings.detector = DetectorSettings(
      stride: inputs / frontEnd.bands, smoothing: window, refractoryMilliseconds: MicroManifest.refractoryMilliseconds,
      keywords: [wakeWord: .init(threshold: cutoff, minimumRun: 1)])
    return settings
  }
}
