import Foundation

/// Finds the image that a `--model` option means: a file, or the name of a model that came with Dormouse.
///
/// A value with a slash or an extension is a path. A bare name NAME is looked for as `NAME/NAME.dormouse` in the
/// `BundledFolders` named models, before which comes the folder in the environment variable DORMOUSE_MODELS.
enum ModelLocation {
  /// The model that is meant without `--model`.
  static let standard = "commands-temporal"

  /// Path of the image.
  ///
  /// - Throws: that no folder holds it.
  static func path(of model: String) throws -> String {
    if model.contains("/") || model.contains(".") { return model }
    let candidates = folders().map { $0 + "/\(model)/\(model).dormouse" }
    if let found = candidates.first(where: FileManager.default.fileExists(atPath:)) { return found }
    throw Failure(
      "no model named \(model): pass a file with --model, or set DORMOUSE_MODELS to the folder that holds "
        + "\(model)/\(model).dormouse")
  }

  private static func folders() -> [String] {
    BundledFolders.named("models", environment: "DORMOUSE_MODELS")
  }
}
