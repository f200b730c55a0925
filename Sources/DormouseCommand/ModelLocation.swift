import Foundation

/// Finds the image that a `--model` option means: a file, or the name of a model that came with Dormouse.
///
/// A value with a slash or an extension is a path. A bare name NAME is looked for as `NAME/NAME.dormouse` in, first to
/// last: the folder in the environment variable DORMOUSE_MODELS; `models` in the working directory; `models` and
/// `share/dormouse/models` in the executable's folder and each folder above it, which finds a checkout from its build
/// folder and an installation from its `bin`.
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
    var folders: [String] = []
    if let folder = ProcessInfo.processInfo.environment["DORMOUSE_MODELS"], !folder.isEmpty { folders.append(folder) }
    folders.append("models")
    guard let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return folders }
    var folder = executable.deletingLastPathComponent()
    while folder.path != "/" {
      folders += [folder.path + "/models", folder.path + "/share/dormouse/models"]
      folder = folder.deletingLastPathComponent()
    }
    return folders
  }
}
