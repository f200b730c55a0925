import Foundation

/// Where files that came with Dormouse may lie, first to last.
enum BundledFolders {
  /// The folder in the environment variable `environment`; `name` in the working directory; `name` and
  /// `share/dormouse/name` in the executable's folder and each folder above it, which finds a checkout from its build
  /// folder and an installation from its `bin`.
  static func named(_ name: String, environment: String) -> [String] {
    var folders: [String] = []
    if let folder = ProcessInfo.processInfo.environment[environment], !folder.isEmpty { folders.append(folder) }
    folders.append(name)
    guard let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return folders }
    var folder = executable.deletingLastPathComponent()
    while folder.path != "/" {
      folders += ["\(folder.path)/\(name)", "\(folder.path)/share/dormouse/\(name)"]
      folder = folder.deletingLastPathComponent()
    }
    return folders
  }
}
