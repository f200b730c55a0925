import Foundation

/// The recordings of an evaluation, in a fixed order.
public struct DataSet: Sendable {
  /// Sorted by path, or in the order of the manifest; then the negatives.
  public private(set) var recordings: [Recording] = []
  /// What could not even be listed.
  public private(set) var skipped: [SkippedRecording] = []

  /// Reads what `path` names: a folder that holds a folder a class, or a CSV manifest.
  ///
  /// - Throws: that it is missing, holds no recording, or that the manifest is wrong, with the line.
  public init(path: String) throws(EvaluationError) {
    if SoundFolder.isFolder(path) {
      try addClasses(in: DataSet.withoutSlash(path))
    } else {
      recordings = try Manifest.recordings(path: path)
    }
    if recordings.isEmpty && skipped.isEmpty {
      throw EvaluationError("\(path): holds no recordings")
    }
  }

  /// Nothing yet, for long recordings alone.
  public init() {}

  /// Adds all recordings below `folder`, in none of which a keyword is spoken.
  ///
  /// - Throws: that the folder is missing or holds no recording.
  public mutating func addNegatives(in folder: String) throws(EvaluationError) {
    guard SoundFolder.isFolder(folder) else {
      throw EvaluationError("\(folder): \(FolderProblem.words(folder)); --negatives takes a folder of recordings")
    }
    let folder = DataSet.withoutSlash(folder)
    var problems: [SkippedRecording] = []
    let paths = SoundFolder.sounds(below: folder) { problems.append($0) }
    skipped += problems
    recordings += paths.map { Recording(path: $0, name: String($0.dropFirst(folder.count + 1)), label: nil) }
    if paths.isEmpty && problems.isEmpty { throw EvaluationError("\(folder): holds no recordings") }
  }

  private mutating func addClasses(in folder: String) throws(EvaluationError) {
    let classes = try SoundFolder.names(in: folder).filter { SoundFolder.isFolder(folder + "/" + $0) }
    guard !classes.isEmpty else {
      throw EvaluationError(
        "\(folder): holds no folders; --data takes a folder that holds a folder a class, or a CSV manifest")
    }
    for label in classes {
      let paths = SoundFolder.sounds(below: folder + "/" + label) { skipped.append($0) }
      recordings += paths.map { Recording(path: $0, name: String($0.dropFirst(folder.count + 1)), label: label) }
    }
  }

  private static func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
